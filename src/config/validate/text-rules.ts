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
export function applyRule(placed: PlacedRule, value: unknown, path: Path, report: Report): void {
  visit(value, 0, { ...placed, trail: [...path], report });
}

/** One rule on its way: a path is copied only for what is reported. */
interface Visit extends PlacedRule {
  readonly trail: (string | number)[];
  readonly report: Report;
}

/** @param at which of the steps comes next */
function visit(value: unknown, at: number, to: Visit): void {
  if (value === undefined || value === null) return;
  const step = to.steps[at];
  if (step === undefined) checkText(value, to);
  else if (step === '*') {
    if (Array.isArray(value)) (value as unknown[]).forEach((item, index) => visitAt(index, item, at, to));
  } else if (!isDict(value)) return;
  else if (step === '@') {
    for (const key of Object.keys(value)) checkKey(key, to);
  } else if (step === '=') {
    for (const [key, item] of Object.entries(value)) visitAt(key, item, at, to);
  } else visitAt(step, own(value, step), at, to);
}

function visitAt(step: string | number, value: unknown, at: number, to: Visit): void {
  to.trail.push(step);
  visit(value, at + 1, to);
  to.trail.pop();
}

function checkText(value: unknown, { rule, report, trail }: Visit): void {
  const fault = typeof value === 'string' ? rule(value) : undefined;
  if (fault !== undefined) report({ code: 'bad-value', message: fault, path: [...trail] });
}

function checkKey(key: string, { rule, report, trail }: Visit): void {
  const fault = rule(key);
  if (fault !== undefined) report(badKey([...trail, key], fault));
}
