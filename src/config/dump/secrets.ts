// A value without its secrets, in such a way that nobody can push it by mistake.
import { hideSecrets, HIDDEN } from '../diff/secret.js';
import type { ValueField } from '../diff/value-field.js';
import { isDict } from '../document/dict.js';
import type { Dict } from '../document/dict.js';
import { REDACTED } from '../document/redacted.js';
import { setOwn } from '../parse/set-own.js';
import { canonicalJson } from '../seal/canonical-json.js';

/**
 * @param shape what is known of the record
 * @returns the very record, where it holds none
 */
export function withoutSecrets(shape: ValueField, record: Dict): Dict {
  const out: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(record)) {
    const field =
      shape.fields !== undefined && Object.hasOwn(shape.fields, name) ? shape.fields[name] : undefined;
    setOwn(out, name, marked(value, hideSecrets(field, value, name)));
  }
  return canonicalJson(out) === canonicalJson(record) ? record : out;
}

/** A text of which a part is secret goes as a whole: what is left of it would be of no use. */
function marked(value: unknown, hidden: unknown): unknown {
  if (hidden === HIDDEN) return REDACTED;
  if (typeof value === 'string') return value === hidden ? value : REDACTED;
  if (Array.isArray(value) && Array.isArray(hidden))
    return value.map((item, index) => marked(item, hidden[index]));
  if (!isDict(value) || !isDict(hidden)) return value;
  const out: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) setOwn(out, key, marked(item, hidden[key]));
  return out;
}
