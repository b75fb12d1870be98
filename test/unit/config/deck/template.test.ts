import { describe, expect, test } from '@jest/globals';
import { maskTemplates } from '../../../../src/config/deck/template.js';
import { readText } from '../../../../src/config/parse/read-text.js';

const ENV = {
  DECK_HOST: 'a.test',
  DECK_PORT: '8080',
  DECK_ON: 't',
  DECK_PEM: 'line 1\nline "2": #',
  DECK_F: '1.50',
  HOME: '/root',
};

function read(text: string): { value: unknown; faults: string[] } {
  let faults: string[] = [];
  let masked: ReturnType<typeof maskTemplates>;
  const result = readText(text, {}, (plain) => (masked = maskTemplates(plain, ENV)));
  if (!result.ok) throw new Error(result.message);
  faults = masked?.faults().map(({ offset, message }) => `${offset}: ${message}`) ?? [];
  return { value: result.value, faults };
}

describe("decK's placeholders", () => {
  test.each<[string, unknown]>([
    ['a: ${{ env "DECK_HOST" }}', { a: 'a.test' }],
    ['a: "${{ env "DECK_HOST" }}"', { a: 'a.test' }],
    ['a: \'x-${{ env "DECK_HOST" }}-y\'', { a: 'x-a.test-y' }],
    ['a: [${{ env "DECK_HOST" }}, b]', { a: ['a.test', 'b'] }],
    ['a: ${{ env "DECK_PORT" }}', { a: 8080 }],
    ['a: "${{ env "DECK_PORT" }}"', { a: '8080' }],
    ['a: ${{ env "DECK_PORT" | toInt }}', { a: 8080 }],
    ['a: ${{ env "DECK_ON" | toBool }}', { a: true }],
    ['a: ${{ env "DECK_F" | toFloat }}', { a: 1.5 }],
    ['a: ${{env `DECK_HOST`}}', { a: 'a.test' }],
    ['a: "${{ env "DECK_PEM" }}"', { a: ENV.DECK_PEM }],
    ['a: |\n  ${{ env "DECK_PEM" | indent 2 }}\nb: 1', { a: `${ENV.DECK_PEM}\n`, b: 1 }],
    ['${{ env "DECK_HOST" }}: b', { 'a.test': 'b' }],
    ['{"a": "${{ env "DECK_HOST" }}", "b": [1]}', { a: 'a.test', b: [1] }],
    ['a: b # ${{ env "HOME" }}', { a: 'b' }],
  ])('%s', (text, value) => {
    expect(read(text)).toEqual({ value, faults: [] });
  });

  test.each([
    ['a: ${{ env "HOME" }}', '3: HOME may not be read: only variables that begin with DECK_ are'],
    ['a: ${{ env "DECK_NONE" }}', '3: the environment has no DECK_NONE'],
    ['a: ${{ env "DECK_HOST" | toInt }}', '3: the value of DECK_HOST does not fit toInt'],
    ['a: ${{ env "DECK_HOST" | upper }}', '3: the value of DECK_HOST does not fit upper'],
    [
      'a: ${{ .Values.x }}',
      '3: only ${{ env "DECK_..." }} is known, piped into toInt, toFloat, toBool or indent',
    ],
    ['a: ${{ env "__proto__" }}', '3: __proto__ may not be read: only variables that begin with DECK_ are'],
  ])('%s is a fault', (text, fault) => {
    expect(read(text).faults).toEqual([fault]);
  });

  test('a value never becomes structure, nor is it looked into again', () => {
    const env = { DECK_X: '{b: ${{ env "HOME" }}}, "\n- c: d' };
    const text = 'a: "${{ env "DECK_X" }}"\nz: 1';
    const result = readText(text, {}, (plain) => maskTemplates(plain, env));
    expect(result).toMatchObject({ ok: true, value: { a: env.DECK_X, z: 1 } });
  });

  test('places stay where they are in the text', () => {
    const text = 'a: "${{ env "DECK_HOST" }}"\nb: c';
    const result = readText(text, {}, (plain) => maskTemplates(plain, ENV));
    if (!result.ok) throw new Error(result.message);
    expect(result.places().find(['a'])).toEqual({ line: 1, column: 4, endLine: 1, endColumn: 28 });
    expect(result.places().find(['b'])).toMatchObject({ line: 2, column: 4 });
  });

  test('a line full of beginnings costs no time to speak of', () => {
    expect(maskTemplates('${{'.repeat(300_000), {})?.faults()).toEqual([]);
  });
});
