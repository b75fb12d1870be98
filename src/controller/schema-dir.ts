import { loadSchemaDir, readSchemaDir, schemaProblemLine } from '../sources/schema-dir.js';
import { SetupError } from './cluster.js';
import type { PluginSchemas } from './compiler.js';

/**
 * The schemas of `--schema-dir`, tried once: what cannot be used is told before anything runs.
 * @throws SetupError that names every file, and the field, that cannot be used
 */
export async function openSchemaDir(dir: string | undefined): Promise<PluginSchemas> {
  if (dir === undefined) return new Map();
  const { problems } = await loadSchemaDir(dir);
  if (problems.length === 0) return (await readSchemaDir(dir)).schemas;
  throw new SetupError(`--schema-dir cannot be used: ${problems.map(schemaProblemLine).join('; ')}`);
}
