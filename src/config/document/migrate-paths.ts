// Formats 1.1 and 2.1: Kong 3 rewrites route paths (kong/db/declarative/migrations, kong/db/migrations/migrate_path_280_300).
// Only the routes at the top, and those nested in services at the top.
import { asList, isDict, own } from './dict.js';
import type { Dict } from './dict.js';

/** @returns a copy with its paths rewritten, as Kong does for `_format_version` 1.1 and 2.1 */
export function migratePaths(config: Dict): Dict {
  const routes = own(config, 'routes');
  const services = own(config, 'services');
  return {
    ...config,
    ...(routes !== undefined && { routes: migrateRoutes(routes) }),
    ...(Array.isArray(services) && { services: services.map(migrateService) }),
  };
}

function migrateService(service: unknown): unknown {
  const routes = isDict(service) ? own(service, 'routes') : undefined;
  return isDict(service) && routes !== undefined ? { ...service, routes: migrateRoutes(routes) } : service;
}

function migrateRoutes(routes: unknown): unknown {
  return Array.isArray(routes) ? routes.map(migrateRoute) : routes;
}

function migrateRoute(route: unknown): unknown {
  if (!isDict(route)) return route;
  const paths = asList(own(route, 'paths')) ?? [];
  return paths.length === 0 ? route : { ...route, paths: paths.map(migratePath) };
}

const PLAIN_PATH = /^[a-zA-Z0-9.\-_~/%]*$/;
const PERCENT = /%([0-9a-fA-F]{2})/g;
const RESERVED = new Set("!#$%&'()*+,/:;=?@[]");
const REGEX_META = new Set('.^-{}\\|');

/** A path of plain characters is normalised; any other becomes a regular expression. What is no text stays. */
export function migratePath(path: unknown): unknown {
  if (typeof path !== 'string') return path;
  return PLAIN_PATH.test(path) ? normalizePath(path) : `~${decodeInRegex(path)}`;
}

/** Percent-encoded bytes become characters, but for the reserved ones; `.`, `..` and double slashes are resolved. */
export function normalizePath(path: string): string {
  if (path === '' || path === '/') return path;
  const decoded = decodePercents(path, (char) => (RESERVED.has(char) ? undefined : char));
  return decoded.includes('.') || decoded.includes('//') ? resolveDots(decoded) : decoded;
}

function decodeInRegex(regex: string): string {
  return decodePercents(regex, (char) => {
    if (RESERVED.has(char)) return undefined;
    return REGEX_META.has(char) ? `\\${char}` : char;
  });
}

/** Works on bytes, as Kong does; bytes that make no UTF-8 stay percent-encoded. `replace` may decline with undefined. */
function decodePercents(text: string, replace: (char: string) => string | undefined): string {
  if (!text.includes('%')) return text;
  const bytes = Buffer.from(text).toString('latin1');
  const decoded = bytes.replace(PERCENT, (encoded, hex: string) => {
    return replace(String.fromCharCode(parseInt(hex, 16))) ?? encoded.toUpperCase();
  });
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(decoded, 'latin1'));
  } catch {
    return text;
  }
}

/** Dot segments as RFC 3986 section 5.2.4 removes them; empty segments go, too. */
function resolveDots(path: string): string {
  const out: string[] = [];
  let rest = path;
  while (rest !== '') {
    if (rest === '/.') rest = '/';
    else if (rest === '/..') {
      rest = '/';
      out.pop();
    } else if (rest === '.' || rest === '..') rest = '';
    else if (rest.startsWith('../')) rest = rest.slice(3);
    else if (rest.startsWith('./')) rest = rest.slice(2);
    else if (rest.startsWith('/./')) rest = rest.slice(2);
    else if (rest.startsWith('/../')) {
      rest = rest.slice(3);
      out.pop();
    } else if (rest.startsWith('//')) rest = rest.slice(1);
    else {
      const end = rest.indexOf('/', 1);
      out.push(end < 0 ? rest : rest.slice(0, end));
      rest = end < 0 ? '' : rest.slice(end);
    }
  }
  return out.join('');
}
