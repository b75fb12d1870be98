// What Kong knows about its entities and `GET /schemas/...` does not tell (read off Kong 3.9.3's behaviour).
import type { KongSchema } from './kong-schema.js';

/** Config fields whose default looks fixed in the endpoint's answer, but is made up at each start of a gateway. */
const RANDOM_DEFAULTS: Readonly<Record<string, readonly string[]>> = { session: ['secret'] };

export function randomDefaults(plugin: string): readonly string[] {
  return RANDOM_DEFAULTS[plugin] ?? [];
}

/** The entity's schema as a declarative config has it. */
export function amend(type: string, schema: KongSchema): KongSchema {
  const shown = schema.fields.filter((item) => Object.keys(item).length > 0);
  // `snis` stands for the nested entities there, never for the Admin API's list of names.
  const own = type === 'certificates' ? shown.filter((item) => !('snis' in item)) : shown;
  return { ...schema, fields: own };
}
