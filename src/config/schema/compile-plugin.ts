// Models of plugins whose schemas are only known at run time. The bundled ones are compiled at build time
// (scripts/build-validators.mjs): whoever needs this module should import it only then, for ajv takes a while to load.
import { Ajv2020 } from 'ajv/dist/2020.js';
import { convertField } from './convert.js';
import { factsOfPlugin } from './entity-schemas.js';
import type { KongSchema } from './kong-schema.js';
import { pluginModel } from './plugin-model.js';
import type { PluginModel } from './plugin-model.js';
import type { Validator } from './validator.js';

const MAX_ERRORS = 100;

/**
 * @param schema as `parseKongSchema` gives it
 * @throws Error when ajv cannot make a validator of it
 */
export function compilePlugin(name: string, schema: KongSchema): PluginModel {
  const facts = factsOfPlugin(name, schema);
  const converted = convertField(facts.config);
  const ajv = new Ajv2020({
    allErrors: true,
    verbose: true,
    strict: false,
    validateFormats: false,
    validateSchema: false,
    unicode: false,
    logger: false,
    keywords: ['x-says', 'x-secret'],
    // ajv has no bound on errors: with this, hostile input makes no more than a hundred per plugin.
    code: { process: capErrors },
  });
  const compiled: Validator = ajv.compile(converted);
  return pluginModel(name, facts, compiled);
}

const capErrors = (code: string): string =>
  code.replace(/vErrors\.push\((err\d+)\);/g, `if (vErrors.length < ${MAX_ERRORS}) vErrors.push($1);`);
