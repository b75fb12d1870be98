// Applies rules about texts, wherever they stand in a value.
import { isDict } from '../document/dict.js';
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

/** @param path of the value, to which the rules' steps lead on */
export function applyRules(rules: readonly PlacedRule[], value: unknown, path: Path, report: Report): void {
  const walk: Walk = { trail: [...path], report };
  for (const rule of rules) visit(value, rule, 0, walk);
}

interface Walk {
  /** The steps that led here: one list for all, copied only for what is reported. */
  readonly trail: (string | number)[];
  readonly report: Report;
}

/** @param at which of the rule's steps comes next */
function visit(value: unknown, rule: PlacedRule, at: number, walk: Walk): void {
  if (value === undefined || value === null) return;
  const step = rule.steps[at];
  if (step === undefined) checkText(value, rule, walk);
  else if (step === '*') {
    if (!Array.isArray(value)) return;
    for (let index = 0; index < value.length; index += 1) enter(index, value[index], rule, at, walk);
  } else if (!isDict(value)) return;
  else if (step === '@') {
    for (const key of Object.keys(value)) checkKey(key, rule, walk);
  } else if (step === '=') {
    for (const key of Object.keys(value)) enter(key, value[key], rule, at, walk);
  } else if (Object.hasOwn(value, step)) enter(step, value[step], rule, at, walk);
}

function enter(step: string | number, value: unknown, rule: PlacedRule, at: number, walk: Walk): void {
  walk.trail.push(step);
  visit(value, rule, at + 1, walk);
  walk.trail.pop();
}

function checkText(value: unknown, { rule }: PlacedRule, { trail, report }: Walk): void {
  const fault = typeof value === 'string' ? rule(value) : undefined;
  if (fault !== undefined) report({ code: 'bad-value', message: fault, path: [...trail] });
}

function checkKey(key: string, { rule }: PlacedRule, { trail, report }: Walk): void {
  const fault = rule(key);
  if (fault !== undefined) report(badKey([...trail, key], fault));
}
