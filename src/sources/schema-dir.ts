import { constants } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { KongSchema } from '../config/schema/kong-schema.js';
import { parseKongSchema } from '../config/schema/parse-kong-schema.js';
import type { PluginModel } from '../config/schema/plugin-model.js';

/** What is wrong with a schema file, and where in it. */
export interface SchemaProblem {
  readonly file: string;
  /** Where in the schema, e.g. `config.limits.between`; absent where it is about the file as a whole. */
  readonly field?: string;
  readonly message: string;
}

export interface SchemaDir {
  /** Kong's schemas by plugin name. */
  readonly schemas: ReadonlyMap<string, KongSchema>;
  readonly problems: readonly SchemaProblem[];
}

/** Kong's largest plugin schema has 20 KB. */
const MAX_BYTES = 1024 * 1024;
const MAX_FILES = 1000;

/** `<file>: <field> <what is wrong>` */
export function schemaProblemLine({ file, field, message }: SchemaProblem): string {
  return `${file}: ${field === undefined ? '' : `${field} `}${message}`;
}

/**
 * Reads the plugins' schemas of a folder as `silverback schema pull` writes it: `plugins/<name>.json`, each the answer of
 * `GET /schemas/plugins/<name>`. What cannot be used is a problem, and the rest is there.
 */
export async function readSchemaDir(dir: string): Promise<SchemaDir> {
  const folder = join(dir, 'plugins');
  const schemas = new Map<string, KongSchema>();
  const problems: SchemaProblem[] = [];
  let names: string[];
  try {
    names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  } catch (error) {
    const message = `${reasonOf(error)}; it is made by: silverback schema pull --kong-admin-url URL -o ${dir}`;
    return { schemas, problems: [{ file: folder, message }] };
  }
  if (names.length > MAX_FILES)
    return { schemas, problems: [{ file: folder, message: `holds more than ${MAX_FILES} schemas` }] };
  for (const name of names) {
    const file = join(folder, name);
    const read = await readSchema(file);
    if ('problem' in read) problems.push(read.problem);
    else schemas.set(basename(name, '.json'), read.schema);
  }
  return { schemas, problems };
}

/** The same, ready to validate with. */
export async function loadSchemaDir(dir: string): Promise<{
  readonly plugins: ReadonlyMap<string, PluginModel>;
  readonly problems: readonly SchemaProblem[];
}> {
  const { schemas, problems } = await readSchemaDir(dir);
  const { compilePlugin } = await import('../config/schema/compile-plugin.js');
  const plugins = new Map<string, PluginModel>();
  const unusable: SchemaProblem[] = [];
  for (const [name, schema] of schemas) {
    try {
      plugins.set(name, compilePlugin(name, schema));
    } catch (error) {
      const file = join(dir, 'plugins', `${name}.json`);
      unusable.push({
        file,
        message: `cannot be used: ${error instanceof Error ? error.message : String(error)}`,
      });
    }
  }
  return { plugins, problems: [...problems, ...unusable] };
}

async function readSchema(file: string): Promise<{ schema: KongSchema } | { problem: SchemaProblem }> {
  let text: string | undefined;
  try {
    text = await readCapped(file);
  } catch (error) {
    return { problem: { file, message: reasonOf(error) } };
  }
  if (text === undefined) return { problem: { file, message: `is larger than ${MAX_BYTES} bytes` } };
  const value = parseJson(text);
  if (value === undefined) return { problem: { file, message: 'is no JSON' } };
  const parsed = parseKongSchema(value);
  if (parsed.ok) return { schema: parsed.schema };
  const { field, message } = parsed;
  return { problem: { file, ...(field !== '' && { field }), message } };
}

async function readCapped(file: string): Promise<string | undefined> {
  // Without waiting for whoever writes into a pipe.
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!(await handle.stat()).isFile()) throw new Error('is no file');
    const buffer = Buffer.alloc(MAX_BYTES + 1);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
    return bytesRead > MAX_BYTES ? undefined : buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** `undefined` for what is no JSON; `null` is. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'is no folder',
  EISDIR: 'is a folder',
  EACCES: 'may not be read by this user',
  EPERM: 'may not be read by this user',
};

function reasonOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  return REASONS[code] ?? (error instanceof Error ? error.message : String(error));
}
