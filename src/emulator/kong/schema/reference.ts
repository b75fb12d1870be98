import type { Value } from '../lua/value.js';

/** Whether a text has the form of a vault reference; Kong looks no further before it resolves one. */
export function isReference(value: Value | undefined): boolean {
  return typeof value === 'string' && value.startsWith('{vault://') && value.endsWith('}');
}
