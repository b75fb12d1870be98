import { expect, test } from '@jest/globals';
import { formatFinding } from '../../../src/config/finding.js';

test('a finding is one line: place, severity, message, code, hint', () => {
  const finding = { severity: 'error', code: 'unknown-field', message: "unknown field 'prt'" } as const;
  expect(
    formatFinding({ ...finding, file: 'a.yaml', line: 3, column: 5, hint: "did you mean 'port'?" }),
  ).toBe("a.yaml:3:5: error: unknown field 'prt' (unknown-field); did you mean 'port'?");
  expect(formatFinding(finding)).toBe("error: unknown field 'prt' (unknown-field)");
});
