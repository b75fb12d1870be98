import { createHash } from 'node:crypto';
import { stringify } from 'yaml';
import { defaultWorkspace } from '../declarative/flatten.js';
import { primaryKeyText } from '../declarative/ids.js';
import { encodeJson } from '../lua/json.js';
import { isTable, toText, type Table, type Value } from '../lua/value.js';
import type { Catalog, Entity } from '../schema/catalog.js';
import { certificateDigest } from '../schema/custom/crypto.js';
import { showDeprecated } from '../schema/defaults.js';
import type { StreamedBody } from './answer.js';
import type { Config } from './evaluate.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A committed config as the Admin API reads it back. */
export interface Store {
  readonly config: Config;
  /** Entities of a type by primary key, in the order of LMDB's keys. */
  list(entity: Entity): readonly Table[];
  /** By id, or by the entity's endpoint key. */
  find(entity: Entity, key: string): Table | undefined;
  /** The key under which LMDB files an entity, which pages begin with. */
  lmdbKey(entity: Entity, item: Table): string;
}

export function createStore(config: Config): Store {
  const lists = new Map<string, readonly Table[]>();
  const workspace = defaultWorkspace(config.entities);
  const lmdbKey = (entity: Entity, item: Table): string =>
    `${entity.name}|${workspace}|*|${primaryKeyText(entity, item)}`;
  const list = (entity: Entity): readonly Table[] => {
    let items = lists.get(entity.name);
    if (items === undefined) {
      items = [...(config.entities.get(entity.name)?.entries() ?? [])]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([, item]) => readOut(entity, item, config.transform));
      lists.set(entity.name, items);
    }
    return items;
  };
  const find = (entity: Entity, key: string): Table | undefined => {
    const field =
      UUID.test(key) || entity.endpointKey === undefined ? entity.primaryKey[0] : entity.endpointKey;
    return list(entity).find((item) => field !== undefined && item.get(field) === key);
  };
  return { config, list, find, lmdbKey };
}

/** An entity as Kong reads it from its store: transformed when written, deprecated fields shown. */
function readOut(entity: Entity, item: Table, transform: boolean): Table {
  const shown = showDeprecated(entity.schema, item);
  if (!transform) return shown;
  const password = shown.get('password');
  if (entity.name === 'basicauth_credentials' && typeof password === 'string') {
    shown.set('password', sha1(password + idOf(shown.get('consumer'))));
  }
  const cert = shown.get('cert');
  if (entity.name === 'ca_certificates' && typeof cert === 'string') {
    shown.set('cert_digest', certificateDigest(cert) ?? null);
  }
  return shown;
}

function sha1(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}

function idOf(value: Value | undefined): string {
  const id = value instanceof Map ? value.get('id') : undefined;
  return typeof id === 'string' ? id : '';
}

/** Bytes a config takes as JSON: what is compared with the room in LMDB. */
export function storedBytes(config: Config): number {
  let bytes = 0;
  for (const items of config.entities.values()) {
    for (const item of items.values()) bytes += encodeJson(item).length;
  }
  return bytes;
}

/**
 * The body of a 201: every entity as it was before it was written, secrets included.
 *
 * @throws LuaError for numbers JSON cannot hold
 */
export function loadedBody(config: Config, showNulls: boolean): StreamedBody {
  const pieces = function* (): Generator<string> {
    let separator = '{';
    for (const [name, items] of config.entities) {
      if (name === 'workspaces' || items.size === 0) continue;
      yield `${separator}${JSON.stringify(name)}:{`;
      let comma = '';
      for (const [id, item] of items) {
        yield `${comma}${JSON.stringify(id)}:${encodeJson(showNulls ? item : withoutNulls(item))}`;
        comma = ',';
      }
      yield '}';
      separator = ',';
    }
    yield separator === '{' ? '{}' : '}';
  };
  let byteLength = 0;
  for (const piece of pieces()) byteLength += Buffer.byteLength(piece);
  return { byteLength, pieces };
}

function withoutNulls(table: Table): Table {
  const kept: Table = new Map();
  for (const [key, value] of table) {
    if (value !== null) kept.set(key, value instanceof Map ? withoutNulls(value) : value);
  }
  return kept;
}

/** `GET /config`: everything as one YAML text, references as ids. It is not the text that was sent. */
export function exportYaml(catalog: Catalog, store: Store | undefined): string {
  const lines = [stringify({ _format_version: '3.0', _transform: false }, YAML)];
  for (const entity of catalog.entities.values()) {
    const items = entity.exported && entity.name !== 'workspaces' ? (store?.list(entity) ?? []) : [];
    if (items.length > 0)
      lines.push(stringify({ [entity.name]: items.map((item) => plain(flatForeign(entity, item))) }, YAML));
  }
  return lines.join('');
}

const YAML = {
  version: '1.1',
  nullStr: '~',
  aliasDuplicateObjects: false,
  singleQuote: true,
  lineWidth: 0,
} as const;

function flatForeign(entity: Entity, item: Table): Table {
  const flat = new Map(item);
  for (const { name, field } of entity.schema.fields) {
    const value = item.get(name);
    if (field.type === 'foreign' && isTable(value)) flat.set(name, idOf(value));
  }
  return flat;
}

/** As plain objects: the YAML writer makes ordered maps of Maps. */
function plain(value: Value): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (!(value instanceof Map)) return value;
  return Object.fromEntries([...value].map(([key, item]) => [toText(key), plain(item)]));
}
