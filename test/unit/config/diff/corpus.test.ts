// What a real Kong accepted (../shared/kong), and what the emulator makes of it: entities as Kong stores them.
import { describe, expect, test } from '@jest/globals';
import { createCompiler } from '../../../../src/config/compile.js';
import { cases, stored, textOf } from '../../../support/kong-verdicts.js';
import { OPTIONS } from '../compile-text.js';
import { diffTexts, lines } from './diff-texts.js';

/** An algorithm without `hash_on`: written out, `hash_on: none` takes the algorithm back, in Kong as here. */
const ALGORITHM_LOST = 'x/upstream/ch-nohash';
/** Texts that every gateway makes up for itself are a difference when somebody writes them down. */
const MADE_UP =
  /^ {2}(?:key|secret|client_id|client_secret|code|access_token|value|config\.(?:secret|provision_key)) secret$/;

const accepted = cases().filter(({ status }) => status === 201);

function sealed(text: Buffer): Uint8Array | undefined {
  return createCompiler({ ...OPTIONS, allowEmpty: true }).compile([{ file: 'x', text }]).revision?.bytes;
}

(accepted.length > 0 ? describe : describe.skip)('over what a real Kong 3.9.3 accepts', () => {
  test('a configuration does not differ from what it is sealed to, either way', () => {
    const differing: unknown[] = [];
    let compared = 0;
    for (const one of accepted) {
      const text = textOf(one);
      const bytes = sealed(text);
      if (bytes === undefined) continue;
      compared += 1;
      const found = [...lines(diffTexts(text, bytes)), ...lines(diffTexts(bytes, text))];
      if (found.length > 0) differing.push([one.id, found]);
    }
    expect(differing).toEqual([]);
    expect(compared).toBeGreaterThan(1500);
  });

  test('nor from the entities that Kong stores: flat, with ids, references by id, and every default', () => {
    const differing: unknown[] = [];
    let compared = 0;
    for (const one of accepted) {
      if (one.id === ALGORITHM_LOST) continue;
      const bytes = sealed(textOf(one));
      const expanded = bytes && stored(Buffer.from(bytes));
      if (bytes === undefined || expanded === undefined || sealed(expanded) === undefined) continue;
      compared += 1;
      const found = lines(diffTexts(bytes, expanded)).filter(
        (line) => !MADE_UP.test(line) && !/^~/.test(line),
      );
      if (found.length > 0) differing.push([one.id, found]);
    }
    expect(differing).toEqual([]);
    expect(compared).toBeGreaterThan(1500);
  });

  test('a changed value that goes unmentioned changes nothing of what Kong stores', () => {
    const missed: string[] = [];
    let found = 0;
    for (const [index, one] of accepted.entries()) {
      const bytes = sealed(textOf(one));
      const before = bytes && stored(Buffer.from(bytes));
      const after = before && withOneChange(before, index);
      if (before === undefined || after === undefined || sealed(before) === undefined) continue;
      if (sealed(after.text) === undefined) continue;
      if (lines(diffTexts(before, after.text)).length > 0) found += 1;
      else if (withoutTimes(stored(before)) !== withoutTimes(stored(after.text)))
        missed.push(`${one.id}: ${after.where}`);
    }
    expect(missed).toEqual([]);
    expect(found).toBeGreaterThan(500);
  });
});

const withoutTimes = (text: Buffer | undefined): string =>
  String(text).replace(/"updated_at":(?:[^,}"]+|"[^"]*")/g, '');

type Step = string | number;

function leavesOf(value: unknown, path: readonly Step[] = []): (readonly Step[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  const isArray = Array.isArray(value);
  return Object.entries(value).flatMap(([key, item]) =>
    leavesOf(item, [...path, isArray ? Number(key) : key]),
  );
}

/** One of its values made another one. */
function withOneChange(config: Buffer, pick: number): { text: Buffer; where: string } | undefined {
  const leaves = leavesOf(JSON.parse(String(config))).filter((path) => path.length > 2);
  const where = leaves[(pick * 31) % leaves.length];
  if (where === undefined) return undefined;
  const change = (value: unknown, [step, ...rest]: readonly Step[]): unknown => {
    if (step === undefined) return otherThan(value);
    if (Array.isArray(value))
      return value.map((item: unknown, at) => (at === step ? change(item, rest) : item));
    const record = value as Record<string, unknown>;
    return { ...record, [step]: change(record[step], rest) };
  };
  return {
    text: Buffer.from(JSON.stringify(change(JSON.parse(String(config)), where))),
    where: where.join('.'),
  };
}

function otherThan(value: unknown): unknown {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  return typeof value === 'string' ? `${value}${/^[a-z./:-]+$/.test(value) ? 'x' : '1'}` : 7;
}
