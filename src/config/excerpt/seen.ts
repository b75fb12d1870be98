// Which places of a declarative configuration may be seen when a line is shown.
import { isSecretField } from '../refusal/mask.js';
import { MODELS } from '../schema/model.js';
import type { KongField } from '../schema/kong-schema.js';
import type { EntityModel } from '../schema/model.js';
import { BUNDLED_PLUGINS } from '../schema/plugin-model.js';
import { pluginSight, sightOf } from '../schema/sight.js';
import type { Sight } from '../schema/sight.js';

export type Seen =
  | Sight
  /** The top level. */
  | 'config'
  /** An entity, or a list of them; `plugin` is a plugin's name as written, where there is one. */
  | { readonly entity: EntityModel; readonly plugin?: string };

/** What these hold is made by plugins at run time: tokens, sessions, private keys. */
const OPAQUE: ReadonlySet<string> = new Set([
  'acme_storage',
  'clustering_data_planes',
  'oauth2_authorization_codes',
  'oauth2_tokens',
  'parameters',
  'ratelimiting_metrics',
  'sessions',
]);

const TOP_LEVEL: ReadonlySet<string> = new Set(['_format_version', '_transform', '_workspace']);
/** A reference may be a mapping; decK's may hold a name. */
const REFERENCE: ReadonlySet<string> = new Set(['id', 'name', 'username']);
/** Fields that stand in no schema of Kong's: a shorthand, metadata, decK's. */
const MORE_FIELDS: Readonly<Record<string, readonly string[]>> = {
  services: ['url'],
  plugins: ['_config'],
};

/** What may be seen of the value of a key; undefined where nobody knows such a key, and nothing may be seen. */
export function childSeen(seen: Seen, key: string): Seen | undefined {
  if (seen === 'hidden') return undefined;
  if (seen === 'plain') return REFERENCE.has(key) ? 'plain' : undefined;
  if (seen === 'config') return topLevel(key);
  if ('entity' in seen) return fieldSeen(seen.entity, key, seen.plugin);
  if ('values' in seen) return seen.values;
  return Object.hasOwn(seen.fields, key) ? seen.fields[key] : undefined;
}

function topLevel(key: string): Seen | undefined {
  const entity = MODELS.get(key);
  if (entity !== undefined) return { entity };
  return TOP_LEVEL.has(key) ? 'plain' : undefined;
}

function fieldSeen(model: EntityModel, key: string, plugin: string | undefined): Seen | undefined {
  const child = model.children.has(key) ? MODELS.get(key) : undefined;
  if (child !== undefined) return { entity: child };
  if (model.type === 'plugins' && key === 'config') return configOf(plugin);
  if (MORE_FIELDS[model.type]?.includes(key) === true || (model.keys.ttl && key === 'ttl')) return 'plain';
  const field = model.fields.get(key);
  if (field === undefined) return undefined;
  if (key === 'id') return 'plain';
  if (OPAQUE.has(model.type) || isSecretField({ model }, key)) return 'hidden';
  return remembered(field, () => sightOf(field, key));
}

/** A plugin that nobody here has a schema for may hold secrets anywhere. */
function configOf(name: string | undefined): Seen {
  const plugin = name === undefined ? undefined : BUNDLED_PLUGINS.get(name);
  if (plugin === undefined) return 'hidden';
  const { config } = plugin.facts;
  return remembered(config, () => pluginSight(plugin.name, config));
}

/** One for each field, so that places can be told apart by it. */
const SIGHTS = new Map<KongField, Sight>();

function remembered(field: KongField, make: () => Sight): Sight {
  const known = SIGHTS.get(field) ?? make();
  SIGHTS.set(field, known);
  return known;
}
