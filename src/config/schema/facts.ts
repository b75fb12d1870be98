// Shapes of the facts that scripts/build-validators.mjs lays down in generated/facts.ts.
import type { KongField, KongSchema } from './kong-schema.js';

/** Keys of one entity type; Kong 3.9.3, `meta.json`. */
export interface EntityKeys {
  readonly primary_key: readonly string[];
  readonly endpoint_key?: string;
  readonly cache_key?: readonly string[];
  readonly ttl: boolean;
  readonly workspaceable: boolean;
}

export interface EntityFacts {
  readonly schema: KongSchema;
  readonly keys: EntityKeys;
}

/** What a plugin's own schema says about the fields around its `config`. */
export interface PluginFacts {
  /** The protocols that it may be set for; absent: all. */
  readonly protocols?: readonly string[];
  /** Those that it is set for where none are written; absent: as for any plugin. */
  readonly defaultProtocols?: readonly string[];
  /** Scopes that it may not have. */
  readonly unscoped: readonly ('consumer' | 'route' | 'service')[];
  /** Texts in `config` that Kong makes up at random when they are absent. */
  readonly generated: readonly string[];
  /** The record `config`. */
  readonly config: KongField;
  /** Checks between fields, by their paths from the plugin: `config.redis.host`. */
  readonly checks: NonNullable<KongSchema['entity_checks']>;
}
