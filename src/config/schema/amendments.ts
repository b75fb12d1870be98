// What Kong knows about its entities and `GET /schemas/...` does not tell (read off Kong 3.9.3's behaviour).
import type { KongField, KongSchema } from './kong-schema.js';

/** Fields missing from the endpoint's answer. Shorthand fields are not here: they are expanded before validation. */
const HIDDEN_FIELDS: Readonly<Record<string, Readonly<Record<string, KongField>>>> = {
  vaults: { description: { type: 'string' } },
};

/** The entity's schema, complete: without the holes of the endpoint's answer. */
export function amend(type: string, schema: KongSchema): KongSchema {
  const shown = schema.fields.filter((item) => Object.keys(item).length > 0);
  const hidden = Object.entries(HIDDEN_FIELDS[type] ?? {}).map(([name, field]) => ({ [name]: field }));
  // `snis` stands for the nested entities there, never for the Admin API's list of names.
  const own = type === 'certificates' ? shown.filter((item) => !('snis' in item)) : shown;
  return { ...schema, fields: [...own, ...hidden] };
}
