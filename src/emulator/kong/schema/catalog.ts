import { readFileSync } from 'node:fs';
import { elementsOf, fromJson, tableOf, type Table } from '../lua/value.js';
import { buildRecord } from './build.js';
import { routeSubschemas, vaultSubschemas } from './subschemas.js';
import type { RecordSchema } from './types.js';

/** An entity Kong knows: its schema and how it is keyed, referred to and reached over HTTP. */
export interface Entity {
  readonly name: string;
  readonly schema: RecordSchema;
  readonly primaryKey: readonly string[];
  readonly endpointKey: string | undefined;
  readonly cacheKey: readonly string[] | undefined;
  readonly workspaceable: boolean;
  readonly ttl: boolean;
  /** Whether it can be reached below its parents at least. */
  readonly hasAdminApi: boolean;
  /** First segment of its Admin API paths; absent when it has none of its own. */
  readonly adminPath: string | undefined;
  /** Its segment below the entity it belongs to: `/consumers/x/key-auth`. */
  readonly nestedPath: string;
  /** Whether `GET /config` shows it. */
  readonly exported: boolean;
}

/** Everything the emulator knows of Kong's schemas, for one set of available plugins. */
export interface Catalog {
  /** Every entity a declarative config may hold; an entity comes after those it refers to. */
  readonly entities: ReadonlyMap<string, Entity>;
  readonly plugins: readonly string[];
  /** The schemas as `GET /schemas/...` shows them. */
  readonly shownEntities: Table;
  readonly shownPlugins: Table;
  readonly pluginPriorities: ReadonlyMap<string, number>;
}

const cache = new Map<string, Catalog>();

/**
 * The schemas of Kong 3.9, with only `plugins` available (all 45 bundled ones by default). An entity that a
 * missing plugin brings is unknown, as in Kong.
 */
export function loadCatalog(plugins?: readonly string[]): Catalog {
  const key = plugins === undefined ? '*' : [...plugins].sort().join();
  const known = cache.get(key);
  if (known !== undefined) return known;
  const shownEntities = readFacts('entities');
  const shownPlugins = readFacts('plugins');
  const meta = readFacts('meta');
  const available = (plugins ?? [...shownPlugins.keys()].map(String)).filter((name) => name !== '');
  const pluginSchemas = new Map(
    available.map((name) => [name, pluginSchema(name, tableAt(shownPlugins, name))]),
  );
  const unsorted = [...tableAt(meta, 'entities')].flatMap(([name, facts]) => {
    if (!(facts instanceof Map) || typeof name !== 'string') return [];
    const plugin = facts.get('plugin');
    if (typeof plugin === 'string' && !pluginSchemas.has(plugin)) return [];
    return [entityOf(name, facts, tableAt(shownEntities, name), pluginSchemas)];
  });
  const core = elementsOf(meta.get('core_order')).map(String);
  const catalog: Catalog = {
    entities: new Map(parentsFirst(unsorted, core).map((entity) => [entity.name, entity])),
    plugins: available,
    shownEntities,
    shownPlugins,
    pluginPriorities: new Map(
      [...tableAt(meta, 'plugin_priorities')].map(([name, priority]) => [String(name), Number(priority)]),
    ),
  };
  cache.set(key, catalog);
  return catalog;
}

function pluginSchema(name: string, shown: Table): RecordSchema {
  return buildRecord(shown, `${name}/`);
}

function entityOf(
  name: string,
  facts: Table,
  shown: Table,
  pluginSchemas: ReadonlyMap<string, RecordSchema>,
): Entity {
  const text = (key: string): string | undefined => {
    const value = facts.get(key);
    return typeof value === 'string' ? value : undefined;
  };
  const subschemas = { plugins: pluginSchemas, routes: routeSubschemas(), vaults: vaultSubschemas() };
  const own = name === 'plugins' || name === 'routes' || name === 'vaults' ? subschemas[name] : undefined;
  const subschemaKey = text('subschema_key');
  const subschemaError = text('subschema_error');
  const hasAdminApi = facts.get('generate_admin_api') !== false;
  return {
    name,
    schema: buildRecord(shown, name, {
      name,
      ttl: facts.get('ttl') === true,
      ...(own === undefined || subschemaKey === undefined ? {} : { subschemas: own, subschemaKey }),
      ...(subschemaError === undefined ? {} : { subschemaError }),
    }),
    primaryKey: elementsOf(facts.get('primary_key')).map(String),
    endpointKey: text('endpoint_key'),
    cacheKey: facts.has('cache_key') ? elementsOf(facts.get('cache_key')).map(String) : undefined,
    workspaceable: facts.get('workspaceable') === true,
    ttl: facts.get('ttl') === true,
    hasAdminApi,
    adminPath: hasAdminApi && name !== 'targets' ? (text('admin_api_name') ?? name) : undefined,
    nestedPath: text('admin_api_nested_name') ?? text('admin_api_name') ?? name,
    exported: facts.get('db_export') !== false,
  };
}

/** Kong's order of entities: parents first, among equals `workspaces`, then core ones, then plugins', by name. */
function parentsFirst(entities: readonly Entity[], core: readonly string[]): Entity[] {
  const rank = (name: string): number => (name === 'workspaces' ? 2 : core.includes(name) ? 1 : 0);
  const waiting = [...entities].sort(
    (a, b) => rank(a.name) - rank(b.name) || (a.name < b.name ? 1 : a.name > b.name ? -1 : 0),
  );
  const sorted: Entity[] = [];
  const visited = new Set<string>();
  const visit = (entity: Entity): void => {
    if (visited.has(entity.name)) return;
    visited.add(entity.name);
    for (const child of waiting.filter((other) => refersTo(other, entity.name))) visit(child);
    sorted.unshift(entity);
  };
  waiting.forEach(visit);
  return sorted;
}

function refersTo(entity: Entity, parent: string): boolean {
  return entity.schema.fields.some(({ field }) => field.type === 'foreign' && field.reference === parent);
}

function tableAt(table: Table, name: string): Table {
  return tableOf(table.get(name));
}

function readFacts(name: string): Table {
  const file = new URL(`../../../../schemas/kong-3.9/${name}.json`, import.meta.url);
  const facts = fromJson(JSON.parse(readFileSync(file, 'utf8')));
  if (!(facts instanceof Map)) throw new Error(`${file.pathname} does not hold an object`);
  return facts;
}
