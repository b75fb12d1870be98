import { readFile } from 'node:fs/promises';
import { compilePlugin } from '../config/schema/compile-plugin.js';
import { parseKongSchema } from '../config/schema/parse-kong-schema.js';
import type { PluginModel } from '../config/schema/plugin-model.js';
import type { TargetKong } from '../config/validate/target.js';

/** Kong's versions that are known, besides the one that everything is made for. */
export const OLDER_KONGS = ['3.0', '3.4'] as const;

/**
 * Facts about an older Kong, out of schemas/: see the README there.
 * @throws Error when this installation of Silverback is broken
 */
export async function loadTargetKong(version: (typeof OLDER_KONGS)[number]): Promise<TargetKong> {
  const file = new URL(`../../schemas/kong-${version}/kong.json`, import.meta.url);
  const { entities, plugins } = parseFacts(JSON.parse(await readFile(file, 'utf8')));
  const fields = Object.entries(entities).map(
    ([type, names]) => [type, new Set(Array.isArray(names) ? names.map(String) : [])] as const,
  );
  const models = Object.entries(plugins).map(([name, written]): [string, PluginModel] => {
    const parsed = parseKongSchema(written);
    if (!parsed.ok) throw new Error(`${file.pathname}: ${name}: ${parsed.message}`);
    return [name, compilePlugin(name, parsed.schema)];
  });
  return { version, fields: new Map(fields), plugins: new Map(models) };
}

function parseFacts(value: unknown): { readonly entities: object; readonly plugins: object } {
  const isObject = (part: unknown): part is object => typeof part === 'object' && part !== null;
  if (!isObject(value) || !('entities' in value) || !('plugins' in value))
    throw new Error('a file of Kong facts holds entities and plugins');
  const { entities, plugins } = value;
  if (!isObject(entities) || !isObject(plugins)) throw new Error('a file of Kong facts holds objects');
  return { entities, plugins };
}
