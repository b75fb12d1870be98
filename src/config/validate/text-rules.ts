// Applies rules about texts, wherever they stand in a value.
import { isDict, own } from '../document/dict.js';
import type { Path } from '../parse/result.js';
import { badKey } from './field-errors.js';
import type { Report } from './field-errors.js';

/** @returns what is wrong with a text, in words that follow its field's name */
export type TextRule = (text: string) => string | undefined;

/** By dotted path. `*` stands for every item of a list, `@` for every key of a mapping, `=` for every value of it. */
export type Rules = Readonly<Record<string, TextRule>>;

export interface PlacedRule {
  readonly steps: readonly string[];
  readonly rule: TextRule;
}

export function placedRules(rules: Rules): PlacedRule[] {
  return Object.entries(rules).map(([path, rule]) => ({ steps: path.split('.'), rule }));
}

/** @param path of the value, to which the rule's steps lead on */
export function applyRule({ steps, rule }: PlacedRule, value: unknown, path: Path, report: Report): void {
  visit(value, steps, 0, path, rule, report);
}

/** @param at which of the steps comes next */
function visit(
  value: unknown,
  steps: readonly string[],
  at: number,
  path: Path,
  rule: TextRule,
  report: Report,
): void {
  if (value === undefined || value === null) return;
  const step = steps[at];
  if (step === undefined) {
    const fault = typeof value === 'string' ? rule(value) : undefined;
    if (fault !== undefined) report({ code: 'bad-value', message: fault, path });
  } else if (step === '*') {
    if (!Array.isArray(value)) return;
    value.forEach((item, index) => visit(item, steps, at + 1, [...path, index], rule, report));
  } else if (!isDict(value)) return;
  else if (step === '@') {
    for (const key of Object.keys(value)) checkKey(key, path, rule, report);
  } else if (step === '=') {
    for (const [key, item] of Object.entries(value)) visit(item, steps, at + 1, [...path, key], rule, report);
  } else visit(own(value, step), steps, at + 1, [...path, step], rule, report);
}

function checkKey(key: string, path: Path, rule: TextRule, report: Report): void {
  const fault = rule(key);
  if (fault !== undefined) report(badKey([...path, key], fault));
}
