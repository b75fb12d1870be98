// What a plugin's name says about the fields around its `config`.
import { isDict, own } from '../document/dict.js';
import type { Dict } from '../document/dict.js';
import { BUNDLED_PLUGINS } from '../schema/plugin-model.js';
import type { PluginModel } from '../schema/plugin-model.js';
import type { FieldProblem, Report } from './field-errors.js';
import { nearest } from './near.js';
import { orList } from './words.js';

/** @param nestedScope the field that the parent fills in, which then escapes the plugin's refusal (see merge/second-pass.ts) */
export function checkPlugin(
  { facts }: PluginModel,
  plugin: Dict,
  nestedScope: string | undefined,
  report: Report,
): void {
  for (const scope of facts.unscoped) {
    if (scope === nestedScope || (own(plugin, scope) ?? null) === null) continue;
    report({
      code: 'check',
      message: `cannot be set: this plugin does not work for a ${scope}`,
      path: [scope],
    });
  }
  const protocols = own(plugin, 'protocols');
  const { protocols: allowed } = facts;
  if (!Array.isArray(protocols) || allowed === undefined) return;
  protocols.forEach((protocol: unknown, index) => {
    if (typeof protocol !== 'string' || allowed.includes(protocol)) return;
    report({
      code: 'not-allowed',
      message: `must be ${orList(allowed)} for this plugin`,
      path: ['protocols', index],
    });
  });
}

/** A plugin that nobody here has a schema for: normal for custom plugins. */
export function uncheckedPlugin(plugin: Dict): Omit<FieldProblem, 'path'> | undefined {
  const name = own(plugin, 'name');
  // A bundled one that is not known is one that an older Kong does not have (target.ts).
  if (typeof name !== 'string' || name === '' || BUNDLED_PLUGINS.has(name)) return undefined;
  const meant = nearest(name, BUNDLED_PLUGINS.keys());
  return {
    code: 'unchecked-plugin',
    message: `the plugin '${name.slice(0, 80)}' is not bundled with Kong: its config is not checked here`,
    ...(meant !== undefined && { hint: `did you mean '${meant}'?` }),
  };
}

/** Names of config fields that every gateway would make up for itself. */
export function generatedConfig({ facts }: PluginModel, plugin: Dict): string[] {
  const config = own(plugin, 'config');
  const written = isDict(config) ? config : {};
  return facts.generated.filter((field) => !Object.hasOwn(written, field)).map((field) => `config.${field}`);
}
