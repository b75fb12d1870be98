// What is known of a plugin: the bundled ones of Kong 3.9, and whatever schemas are given beside them.
import * as generated from './generated/plugin-validators.js';
import { PLUGINS } from './generated/facts.js';
import type { PluginFacts } from './facts.js';
import type { Fields, KongField } from './kong-schema.js';
import type { Validator } from './validator.js';

export interface PluginModel {
  readonly name: string;
  readonly facts: PluginFacts;
  /** The one field `config`, for checks that name fields by their path from the plugin. */
  readonly fields: Fields;
  /** Validates `config` once its shorthand fields are expanded. */
  readonly validate: Validator;
}

export function pluginModel(name: string, facts: PluginFacts, validate: Validator): PluginModel {
  return { name, facts, fields: new Map<string, KongField>([['config', facts.config]]), validate };
}

const VALIDATORS: Readonly<Record<string, Validator>> = generated;

function bundled(name: string, facts: PluginFacts): PluginModel {
  const validate = VALIDATORS[`plugin_${name.replaceAll('-', '_')}`];
  if (validate === undefined) throw new Error(`no validator for the plugin ${name}`);
  return pluginModel(name, facts, validate);
}

/** Plugins by name. */
export type Plugins = ReadonlyMap<string, PluginModel>;

/** The plugins that come with Kong OSS 3.9. */
export const BUNDLED_PLUGINS: Plugins = new Map(
  Object.entries(PLUGINS).map(([name, facts]) => [name, bundled(name, facts)]),
);
