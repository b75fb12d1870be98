// Writes the JSON Schemas in schemas/kong-3.9/ (kong.schema.json, json/) from Kong's own; needs a build (`npm run docs` does both).
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { entityFacts } from '../dist/config/schema/entity-schemas.js';
import { defineSchemas, schemaFiles, wholeSchema } from '../dist/config/schema/published.js';

const folder = join(import.meta.dirname, '../schemas/kong-3.9');
const readJson = (name) => JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));

const entities = entityFacts(readJson('entities'), readJson('meta').entities);
const definitions = defineSchemas(entities, new Map(Object.entries(readJson('plugins'))));

rmSync(join(folder, 'json'), { recursive: true, force: true });
for (const [path, text] of schemaFiles(definitions)) {
  const file = join(folder, 'json', path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
const whole = wholeSchema(
  definitions,
  entities,
  'the declarative configuration of Kong 3.9, made by Silverback from its schemas',
);
writeFileSync(join(folder, 'kong.schema.json'), `${JSON.stringify(whole, null, 1)}\n`);
console.log('schemas/kong-3.9/json and kong.schema.json are up to date');
