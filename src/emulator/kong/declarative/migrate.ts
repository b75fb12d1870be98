import { bytesOf } from '../lua/pattern.js';
import { asMap, elementsOf, isTable, LuaError, type Key, type Table, type Value } from '../lua/value.js';
import { normalizePath } from '../schema/custom/url.js';

const RESERVED = new Set("!#$%&'()*+,/:;=?@[]");
const ESCAPED_IN_REGEX = new Set('.^-{}\\|');

/**
 * Formats 1.1 and 2.1 become 3.0: a route's path that is not plain becomes a regular expression (`~`), a plain one is
 * normalised. Kong does so for top-level routes and for routes right below top-level services. Changes `config`.
 */
export function migrateFormat(config: Table): void {
  const version = config.get('_format_version');
  if (version !== '1.1' && version !== '2.1') return;
  migrateRoutes(config.get('routes'));
  for (const service of elementsOf(config.get('services'))) {
    if (!isTable(service)) {
      if (typeof service === 'string') continue;
      throw new LuaError('attempt to index a value');
    }
    migrateRoutes(asMap(service).get('routes'));
  }
  config.set('_format_version', '3.0');
}

function migrateRoutes(routes: Value | undefined): void {
  if (!isTable(routes)) return;
  for (const route of asMap(routes).values()) {
    if (typeof route === 'string') continue;
    if (!isTable(route)) throw new LuaError('attempt to index a value');
    const paths = asMap(route).get('paths');
    if (Array.isArray(paths)) {
      for (const [at, path] of paths.entries()) paths[at] = migratePath(path);
    } else if (paths instanceof Map) migrateNumbered(paths);
  }
}

function migrateNumbered(paths: Map<Key, Value>): void {
  for (let at = 1; paths.has(at); at += 1) paths.set(at, migratePath(paths.get(at) ?? null));
}

/**
 * One path of a 1.1 or 2.1 route.
 *
 * @throws LuaError for what is no text
 */
export function migratePath(path: Value): Value {
  if (typeof path === 'number') return path;
  if (typeof path !== 'string') throw new LuaError("bad argument #1 to 're_find' (string expected)");
  return /^[a-zA-Z0-9.\-_~/%]*\n?$/.test(path) ? normalizePath(path) : `~${decodeForRegex(path)}`;
}

/** Percent triplets of unreserved characters, decoded so that the regular expression still means them. */
function decodeForRegex(regex: string): string {
  if (!regex.includes('%')) return regex;
  const bytes = bytesOf(regex).replace(/%([\dA-Fa-f]{2})/g, (triplet, hex: string) => {
    const char = String.fromCharCode(Number.parseInt(hex, 16));
    if (RESERVED.has(char)) return triplet.toUpperCase();
    return ESCAPED_IN_REGEX.has(char) ? `\\${char}` : char;
  });
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
