// Makes src/config/schema/generated/ from schemas/kong-3.9/: the facts about Kong's entities, and one validator per entity
// type, compiled by ajv here so that nothing is generated when Silverback starts. Run it before tsc and before jest.
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { transformFileSync } from '@swc/core';
import { Ajv2020 } from 'ajv/dist/2020.js';
import standaloneCode from 'ajv/dist/standalone/index.js';

const root = join(import.meta.dirname, '..');
const source = join(root, 'src/config/schema');
const generated = join(source, 'generated');
const MAX_ERRORS = 100;

const readJson = (file) => JSON.parse(readFileSync(join(root, 'schemas/kong-3.9', file), 'utf8'));
const entities = readJson('entities.json');
const plugins = readJson('plugins.json').plugins ?? readJson('plugins.json');
const { entities: meta, plugin_priorities: priorities } = readJson('meta.json');

/** The converter is TypeScript: it is translated into a folder that node_modules resolves from, and imported there. */
async function importConverter() {
  const folder = join(root, 'node_modules/.cache/silverback-schema');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  for (const name of readdirSync(source)) {
    if (!name.endsWith('.ts') || ['model.ts', 'plugin-model.ts', 'compile-plugin.ts'].includes(name))
      continue;
    const { code } = transformFileSync(join(source, name), {
      jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
      module: { type: 'es6' },
    });
    writeFileSync(join(folder, name.replace(/\.ts$/, '.js')), code);
  }
  return import(pathToFileURL(join(folder, 'entity-schemas.js')).href);
}

/** ajv has no bound on errors: with this, hostile input makes no more than a hundred per entity. */
function capErrors(code) {
  const pattern = /vErrors\.push\((err\d+)\);/g;
  if (!pattern.test(code)) throw new Error('ajv no longer collects errors by vErrors.push');
  return code.replace(pattern, `if (vErrors.length < ${MAX_ERRORS}) vErrors.push($1);`);
}

/** @param prefix of the exported names, which cannot hold dashes */
function compile(schemas, prefix = '') {
  const ajv = new Ajv2020({
    schemas: Object.entries(schemas).map(([type, schema]) => ({ ...schema, $id: type })),
    allErrors: true,
    verbose: true,
    strict: true,
    strictTypes: false,
    strictRequired: false,
    allowUnionTypes: true,
    validateFormats: false,
    // Without a module for counting code points; ajv calls the option deprecated.
    unicode: false,
    logger: false,
    code: { source: true, esm: true },
    keywords: ['x-says', 'x-secret'],
  });
  const names = Object.fromEntries(
    Object.keys(schemas).map((type) => [`${prefix}${type.replaceAll('-', '_')}`, type]),
  );
  return capErrors(standaloneCode(ajv, names));
}

const { configSchemas, entitySchemas, pluginFacts, entityFacts } = await importConverter();
const facts = entityFacts(entities, meta);
const knownPlugins = pluginFacts(plugins);
const modules = {
  validators: compile(entitySchemas(facts)),
  'plugin-validators': compile(configSchemas(knownPlugins), 'plugin_'),
};
const note = '// Made by scripts/build-validators.mjs; not to be edited.\n';
mkdirSync(generated, { recursive: true });
for (const [name, code] of Object.entries(modules)) {
  if (code.includes('require(')) throw new Error('a validator needs a module of ajv at run time');
  writeFileSync(join(generated, `${name}.ts`), `${note}// @ts-nocheck\n${code}\n`);
}
writeFileSync(
  join(generated, 'facts.ts'),
  `${note}import type { EntityFacts, PluginFacts } from '../facts.js';\n\n` +
    `export const ENTITIES: Readonly<Record<string, EntityFacts>> = ${JSON.stringify(facts, null, 1)};\n\n` +
    `export const PLUGINS: Readonly<Record<string, PluginFacts>> = ${JSON.stringify(knownPlugins, null, 1)};\n\n` +
    `export const PLUGIN_PRIORITIES: Readonly<Record<string, number>> = ${JSON.stringify(priorities, null, 1)};\n`,
);
