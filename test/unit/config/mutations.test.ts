import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createCompiler } from '../../../src/config/compile.js';
import type { Compiler } from '../../../src/config/compile.js';
import {
  VALID,
  checkText,
  checkValue,
  mutatedBytes,
  mutatedText,
  mutatedValue,
  toYaml,
} from '../../support/mutations.mjs';
import { OPTIONS } from './compile-text.js';

const compiler = (): Compiler => createCompiler({ ...OPTIONS, allowEmpty: true });

/** scripts/fuzz-config.mjs runs the same by the million. */
const holds = <T>(subjects: fc.Arbitrary<T>, check: (subject: T) => void, numRuns: number): void => {
  fc.assert(fc.property(subjects, check), { numRuns });
};

describe('a valid configuration, spoiled', () => {
  test('is valid before, as JSON and as YAML', () => {
    expect(checkText(compiler, JSON.stringify(VALID))).toEqual({ valid: true });
    expect(checkText(compiler, toYaml(VALID))).toEqual({ valid: true });
    checkValue(compiler, VALID);
  });

  test('in its values: JSON and YAML are told the same; what is valid stays so when sealed', () => {
    holds(mutatedValue, (value) => checkValue(compiler, value), 2000);
  }, 60_000);

  test('in its text: findings are few and lie inside of it; what is valid stays so when sealed', () => {
    holds(mutatedText, (text) => void checkText(compiler, text), 6000);
  }, 60_000);

  test('in its bytes: the same', () => {
    holds(mutatedBytes, (bytes) => void checkText(compiler, bytes), 3000);
  }, 60_000);

  test('bytes that are no UTF-8 beside an escape are told where they are', () => {
    const text = Buffer.from('{"_format_version":"3.0","_x":"\u00ff\\n"}', 'latin1');
    expect(compiler().compile([{ file: 'kong.json', text }])).toMatchObject({
      valid: false,
      findings: [{ code: 'unknown-field' }, { code: 'text-encoding', line: 1, column: 31 }],
    });
  });

  test('half of a surrogate pair is told where it is', () => {
    expect(compiler().compile([{ file: 'kong.yaml', text: 'a: 1\nb: \ud800' }])).toMatchObject({
      findings: [{ code: 'text-encoding', line: 2, column: 4 }],
    });
  });
});
