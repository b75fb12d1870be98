// What a plugin's name says about the fields around its `config`.
import { isDict, own } from '../document/dict.js';
import type { Dict } from '../document/dict.js';
import { PLUGINS } from '../schema/generated/facts.js';
import type { PluginFacts } from '../schema/facts.js';
import type { FieldProblem } from './field-errors.js';
import { nearest } from './near.js';
import { orList } from './words.js';

export function pluginFacts(name: unknown): PluginFacts | undefined {
  return typeof name === 'string' && Object.hasOwn(PLUGINS, name) ? PLUGINS[name] : undefined;
}

/** @param nested the parent fills in its own scope, which then escapes the plugin's refusal (Kong 3.9.3) */
export function checkPlugin(plugin: Dict, nestedScope: string | undefined): FieldProblem[] {
  const facts = pluginFacts(own(plugin, 'name'));
  if (facts === undefined) return [];
  const scopes = facts.unscoped.filter(
    (scope) => scope !== nestedScope && (own(plugin, scope) ?? null) !== null,
  );
  const problems: FieldProblem[] = scopes.map((scope) => ({
    code: 'check',
    message: `cannot be set: this plugin does not work for a ${scope}`,
    path: [scope],
  }));
  const protocols = own(plugin, 'protocols');
  if (!Array.isArray(protocols) || facts.protocols === undefined) return problems;
  const { protocols: allowed } = facts;
  protocols.forEach((protocol: unknown, index) => {
    if (typeof protocol !== 'string' || allowed.includes(protocol)) return;
    problems.push({
      code: 'not-allowed',
      message: `must be ${orList(allowed)} for this plugin`,
      path: ['protocols', index],
    });
  });
  return problems;
}

/** A plugin that nobody here has a schema for: normal for custom plugins. */
export function uncheckedPlugin(plugin: Dict): Omit<FieldProblem, 'path'> | undefined {
  const name = own(plugin, 'name');
  if (typeof name !== 'string' || name === '' || pluginFacts(name)) return undefined;
  const meant = nearest(name, Object.keys(PLUGINS));
  return {
    code: 'unchecked-plugin',
    message: `the plugin '${name.slice(0, 80)}' is not bundled with Kong: its config is not checked here`,
    ...(meant !== undefined && { hint: `did you mean '${meant}'?` }),
  };
}

/** Names of config fields that every gateway would make up for itself. */
export function generatedConfig(plugin: Dict): string[] {
  const config = own(plugin, 'config');
  const written = isDict(config) ? config : {};
  const facts = pluginFacts(own(plugin, 'name'));
  return (facts?.generated ?? [])
    .filter((field) => !Object.hasOwn(written, field))
    .map((field) => `config.${field}`);
}
