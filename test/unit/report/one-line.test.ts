import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { oneLine } from '../../../src/report/one-line.js';

describe('a text from outside in one line', () => {
  it('stays as it is when it is one', () => {
    expect(oneLine('kong.yaml:3:5: Gürtel 🦍 "x" \\n')).toBe('kong.yaml:3:5: Gürtel 🦍 "x" \\n');
  });

  it.each([
    ['line breaks', 'a\r\n\nb'],
    ['what clears a screen', 'a\u001bb'],
    ['what an 8-bit terminal obeys', 'a\u009bb'],
    ['NUL, tab and delete', 'a\u0000\t\u007fb'],
    ['separators of lines and paragraphs', 'a\u2028\u2029b'],
    ['what turns the direction of writing around', 'a\u202e\u2066b'],
  ])('loses %s', (_what, text) => {
    expect(oneLine(text)).toBe('a b');
  });

  it('is cut where it gets too long', () => {
    expect(oneLine('x'.repeat(2_000))).toHaveLength(2_000);
    expect(oneLine('x'.repeat(1_000_000))).toBe(`${'x'.repeat(2_000)}…`);
  });

  it('has no control characters left, whatever it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(oneLine(text)).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});
