// The folder that `silverback schema pull` writes.
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { entityFacts } from '../config/schema/entity-schemas.js';
import { ENTITIES } from '../config/schema/generated/facts.js';
import type { KongSchema } from '../config/schema/kong-schema.js';
import { parseKongSchema } from '../config/schema/parse-kong-schema.js';
import { defineSchemas, schemaFiles, wholeSchema } from '../config/schema/published.js';
import type { PulledSchemas } from '../gateway/schemas.js';

export interface SchemaFolder {
  /** The files' texts by path. */
  readonly files: ReadonlyMap<string, string>;
  /** What could not be made a JSON Schema of, and why; Kong's own schema is there nevertheless. */
  readonly unusable: readonly string[];
}

const toText = (value: unknown): string => `${JSON.stringify(value, null, 1)}\n`;

/** Kong's schemas as they are, and the JSON Schemas made of them. */
export function schemaFolder(pulled: PulledSchemas, pulledAt: Date): SchemaFolder {
  const { info, entities, plugins, without } = pulled;
  const unusable: string[] = [];
  const parse = (kind: string, raw: ReadonlyMap<string, unknown>): Map<string, KongSchema> =>
    new Map(
      Array.from(raw).flatMap(([name, value]) => {
        const parsed = parseKongSchema(value);
        if (parsed.ok) return [[name, parsed.schema] as const];
        unusable.push(
          `${kind}/${name}.json: ${parsed.field === '' ? '' : `${parsed.field} `}${parsed.message}`,
        );
        return [];
      }),
    );
  const known = parse('entities', entities);
  const keys = Object.fromEntries(
    Array.from(known.keys()).flatMap((type) => (ENTITIES[type] ? [[type, ENTITIES[type].keys]] : [])),
  );
  const facts = entityFacts(Object.fromEntries(known), keys);
  const definitions = defineSchemas(facts, parse('plugins', plugins));
  const origin = `the declarative configuration of a Kong ${info.version}, made by Silverback from its schemas`;
  const manifest = {
    kong: info.version,
    pulledAt: pulledAt.toISOString(),
    plugins: [...plugins.keys()],
    pluginsWithoutSchema: without,
    entities: [...entities.keys()],
  };
  const raw = (kind: string, schemas: ReadonlyMap<string, unknown>): [string, string][] =>
    Array.from(schemas, ([name, schema]) => [`${kind}/${name}.json`, toText(schema)]);
  const files = new Map([
    [MANIFEST, toText(manifest)],
    ['kong.schema.json', toText(wholeSchema(definitions, facts, origin))],
    ...raw('entities', entities),
    ...raw('plugins', plugins),
    ...Array.from(schemaFiles(definitions), ([path, text]): [string, string] => [`json/${path}`, text]),
  ]);
  return { files, unusable };
}

const MANIFEST = 'manifest.json';

/** Why a folder may not be replaced; nothing where it may. */
export async function objectionTo(folder: string): Promise<string | undefined> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT') return undefined;
    return code === 'ENOTDIR' ? 'it is no folder' : `it cannot be read (${code})`;
  }
  if (names.length === 0 || (await isOurs(folder))) return undefined;
  return 'it holds something else than schemas pulled earlier: give another folder, or empty it';
}

async function isOurs(folder: string): Promise<boolean> {
  try {
    return (await readFile(join(folder, MANIFEST), 'utf8')).includes('"pulledAt"');
  } catch {
    return false;
  }
}

/**
 * Writes all files or none: they are written beside the folder, which is then replaced in one rename.
 * @throws Error of the file system, also where the folder above does not exist
 */
export async function writeFolder(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  const target = resolve(folder);
  const beside = (what: string): string =>
    join(dirname(target), `.${basename(target)}.${what}-${process.pid}`);
  const [fresh, old] = [beside('new'), beside('old')];
  try {
    await mkdir(fresh);
  } catch (error) {
    const code = codeOf(error);
    const why = code === 'ENOENT' ? 'does not exist' : `cannot be written into (${code})`;
    throw new Error(`the folder ${dirname(target)} ${why}`, { cause: error });
  }
  try {
    for (const [path, text] of files) {
      await mkdir(dirname(join(fresh, path)), { recursive: true });
      await writeFile(join(fresh, path), text);
    }
    await replace(target, fresh, old);
  } finally {
    await rm(fresh, { recursive: true, force: true });
    await rm(old, { recursive: true, force: true });
  }
}

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';

async function replace(target: string, fresh: string, old: string): Promise<void> {
  let moved = false;
  try {
    await rename(target, old);
    moved = true;
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  try {
    await rename(fresh, target);
  } catch (error) {
    if (moved) await rename(old, target);
    throw error;
  }
}
