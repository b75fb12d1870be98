import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createExcerpts } from '../../../../src/config/excerpt/excerpt.js';
import type { Excerpt } from '../../../../src/config/excerpt/excerpt.js';

/** What the caret stands under: the part of the shown text in those columns. */
const underlined = ({ text, before, width }: Excerpt): string => text.slice(before, before + width);

const at = (text: string, line: number, column: number, endColumn?: number): Excerpt =>
  createExcerpts(
    text,
    false,
  )({ line, column, ...(endColumn !== undefined && { endLine: line, endColumn }) })!;

describe('the caret stands under the exact range', () => {
  const HOST = 'services: [{name: a, host: "b c"}]';

  test('of a value, a key, and a place without an end', () => {
    expect(underlined(at(HOST, 1, 28, 33))).toBe('"b c"');
    expect(underlined(at(HOST, 1, 22, 26))).toBe('host');
    expect(underlined(at(HOST, 1, 12))).toBe('{');
  });

  test('behind and under what is masked', () => {
    const text = 'keyauth_credentials: [{key: abcdefgh, ttl: x}]';
    expect(underlined(at(text, 1, 44, 45))).toBe('x');
    expect(underlined(at(text, 1, 29, 37))).toBe('***');
    expect(underlined(at(text, 1, 31, 32))).toBe('***');
  });

  test('behind tabs, wide characters, combining marks and what cannot be printed', () => {
    expect(at('{"services":\t[{"host": 1}]}', 1, 16)).toMatchObject({
      text: '{"services":    [{"host": 1}]}',
      before: 18,
    });
    expect(at('services: [{name: 名前, host: 1}]', 1, 29)).toMatchObject({ before: 30, width: 1 });
    expect(at('services: [{name: e\u0301, host: 1}]', 1, 28)).toMatchObject({ before: 26 });
    expect(at('services: [{name: "\u202e", host: 1}]', 1, 30)).toMatchObject({
      text: 'services: [{name: "\\u{202e}", host: 1}]',
      before: 36,
    });
  });

  test('at the end of a line, and below a text of several lines', () => {
    expect(at('services: [', 1, 12)).toMatchObject({ text: 'services: [', before: 11, width: 1 });
    const text = 'services: [{host: "a\n b"}]';
    expect(createExcerpts(text, false)({ line: 1, column: 19, endLine: 2, endColumn: 4 })).toMatchObject({
      text: 'services: [{host: "***',
      before: 18,
      width: 4,
    });
  });

  test('in the middle of a long line, of which only what is near is shown', () => {
    const item = (name: string): string => `{name: ${name}, host: h}`;
    const text = `services: [${Array.from({ length: 9999 }, () => item('a')).join()}, ${item('b c')}]`;
    const column = text.indexOf('b c') + 1;
    const excerpt = at(text, 1, column, column + 3);
    expect(underlined(excerpt)).toBe('b c');
    expect(excerpt.text).toMatch(/^….{30,60}b c.{5,90}$/);
    expect(at(text, 1, 1, 9).text).toMatch(/^services: .{60,80}…$/);
  });

  test('also with a byte order mark, and with other line breaks', () => {
    expect(underlined(at(`\ufeff${HOST}`, 1, 22, 26))).toBe('host');
    expect(underlined(at(`a: b\r\n${HOST}\r\n`, 2, 22, 26))).toBe('host');
    expect(underlined(at(`a: b\r${HOST}`, 2, 22, 26))).toBe('host');
  });

  test('a place that the text does not have is not shown', () => {
    expect(createExcerpts(HOST, false)({ line: 3, column: 1 })).toBeUndefined();
    expect(createExcerpts(HOST, false)({})).toBeUndefined();
  });
});

test('whatever the text, an excerpt is printable, and its caret within reach', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.nat(4),
      fc.nat(200),
      (text, line, column) => {
        const excerpt = createExcerpts(text, false)({ line: line + 1, column: column + 1 });
        if (excerpt === undefined) return;
        expect(excerpt.text).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        expect(excerpt.before + excerpt.width).toBeLessThanOrEqual(excerpt.text.length * 2 + 300);
        expect(excerpt.width).toBeGreaterThan(0);
      },
    ),
  );
});
