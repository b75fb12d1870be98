// A value as short as it can be written: without what Kong fills in by itself. The opposite of the normal form.
import { isDict } from '../document/dict.js';
import type { Dict } from '../document/dict.js';
import { whenAbsent } from '../diff/normal-form.js';
import type { ValueField } from '../diff/value-field.js';
import { setOwn } from '../parse/set-own.js';

/**
 * @param record in its normal form: `fillRecord(field, minimalRecord(field, record))` gives it back
 * @returns the fields that Kong would not fill in as they are; of unknown ones all
 */
export function minimalRecord({ fields = {} }: ValueField, record: Dict): Dict {
  const out: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(record)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field === undefined) setOwn(out, name, value);
    // In a normal form what equals the default is the default itself.
    else if (value !== whenAbsent(field)) setOwn(out, name, minimalValue(field, value));
  }
  return out;
}

function minimalValue(field: ValueField | undefined, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => minimalValue(field?.elements, item));
  if (field === undefined || !isDict(value)) return value;
  if (field.type === 'record') return minimalRecord(field, value);
  if (field.type !== 'map') return value;
  const out: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) setOwn(out, key, minimalValue(field.elements, item));
  return out;
}
