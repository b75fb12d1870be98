// Vaults: Kong OSS 3.9 comes with one kind, which reads environment variables.
import { asRecord, own } from '../document/dict.js';
import type { Dict } from '../document/dict.js';
import { nearest } from './near.js';
import type { Report } from './field-errors.js';

const FIELDS = ['prefix'];
const PREFIX = /^[a-zA-Z_-][a-zA-Z0-9_-]*$/;

export function checkVault(vault: Dict, report: Report): void {
  const name = own(vault, 'name');
  if (typeof name !== 'string') return;
  if (name !== 'env') {
    report({ code: 'not-allowed', message: 'must be env: Kong OSS has no other vault', path: ['name'] });
    return;
  }
  const config = asRecord(own(vault, 'config') ?? {});
  for (const [field, value] of Object.entries(config ?? {})) {
    const path = ['config', field];
    if (!FIELDS.includes(field)) {
      const meant = nearest(field, FIELDS);
      const hint = meant === undefined ? {} : { hint: `did you mean '${meant}'?` };
      report({
        code: 'unknown-field',
        message: "unknown field in the env vault's config",
        path,
        part: 'key',
        ...hint,
      });
    } else if (value !== null && typeof value !== 'string')
      report({ code: 'wrong-type', message: 'must be a text', path });
    else if (typeof value === 'string' && !PREFIX.test(value))
      report({
        code: 'bad-value',
        message: 'may hold letters, digits, _ and - only, and begins with no digit',
        path,
      });
  }
}
