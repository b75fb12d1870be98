import { isDict } from '../document/dict.js';
import type { Dict } from '../document/dict.js';
import { recordFieldsOf } from '../schema/kong-schema.js';
import type { Fields } from '../schema/kong-schema.js';

/** For Kong a record that is `false` is as good as absent (`value or {}` in Lua), at any depth of records. Nothing else is. */
export function withoutFalseRecords(fields: Fields, record: Dict): Dict {
  let kept = record;
  for (const [name, value] of Object.entries(record)) {
    const field = fields.get(name);
    if (field?.type !== 'record') continue;
    if (value === false) {
      const { [name]: _, ...rest } = kept;
      kept = rest;
    } else if (isDict(value)) {
      const inner = withoutFalseRecords(recordFieldsOf(field), value);
      if (inner !== value) kept = { ...kept, [name]: inner };
    }
  }
  return kept;
}
