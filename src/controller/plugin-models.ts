import type { PluginModel } from '../config/schema/plugin-model.js';
import type { PluginSchemas } from './compiler.js';

/**
 * The models of plugins whose schemas somebody pulled. What compiles them is loaded only where there are some. A schema that ajv cannot
 * use leaves its plugin unknown.
 */
export async function pluginModels(schemas: PluginSchemas): Promise<Map<string, PluginModel>> {
  const models = new Map<string, PluginModel>();
  if (schemas.size === 0) return models;
  const { compilePlugin } = await import('../config/schema/compile-plugin.js');
  for (const [name, schema] of schemas) {
    try {
      models.set(name, compilePlugin(name, schema));
    } catch {
      continue;
    }
  }
  return models;
}
