import { toText, type Key, type Value } from '../lua/value.js';
import { splitUrl } from './custom/url.js';

type Expand = (value: Value) => ReadonlyMap<string, Value> | undefined;

/** Kong's shorthand functions, by place. Those of the schema files only name them. */
const EXPANSIONS: ReadonlyMap<string, Expand> = new Map<string, Expand>([
  ['services.url', serviceUrl],
  ['upstreams.algorithm', algorithm],
  ['upstreams.hash_on', hashOn],
  ['opentelemetry/config.endpoint', (value) => new Map([['traces_endpoint', value]])],
  ['session/config.cookie_lifetime', (value) => new Map([['rolling_timeout', value]])],
  ['session/config.cookie_idletime', (value) => new Map([['idling_timeout', value ?? 0]])],
  ['session/config.cookie_renew', () => undefined],
  ['session/config.cookie_discard', (value) => new Map([['stale_ttl', value]])],
  [
    'session/config.cookie_samesite',
    (value) => new Map([['cookie_same_site', value === 'off' ? 'Lax' : value]]),
  ],
  ['session/config.cookie_httponly', (value) => new Map([['cookie_http_only', value]])],
  ['session/config.cookie_persistent', (value) => new Map([['remember', value]])],
]);

/** Shorthands of entities, which `/schemas` does not list. */
export const ENTITY_SHORTHANDS: ReadonlyMap<string, readonly string[]> = new Map([
  ['services', ['url']],
  ['upstreams', ['algorithm', 'hash_on']],
]);

/**
 * What the shorthand at a place stands for.
 *
 * @param replacedBy for the deprecated ones: the path of the new field, which is then all there is to know
 */
export function expansionAt(place: string, replacedBy: readonly string[] | undefined): Expand {
  const known = EXPANSIONS.get(place);
  if (known !== undefined) return known;
  const [first = '', second] = replacedBy ?? [];
  if (second === undefined) return (value) => new Map([[first, value]]);
  return (value) => new Map<string, Value>([[first, new Map<Key, Value>([[second, value]])]]);
}

function serviceUrl(value: Value): ReadonlyMap<string, Value> | undefined {
  const parts = splitUrl(toText(value));
  if (parts === undefined) return undefined;
  const port = luaNumber(parts.port ?? '');
  const guessed = port === 80 ? 'http' : port === 443 ? 'https' : 'http';
  const protocol = parts.scheme ?? guessed;
  return new Map<string, Value>([
    ['protocol', protocol],
    ['host', parts.host ?? null],
    ['port', port ?? parts.port ?? (protocol === 'https' ? 443 : 80)],
    ['path', parts.path ?? null],
  ]);
}

/** Lua's `tonumber`: decimal or hexadecimal, with blanks around it. */
function luaNumber(text: string): number | undefined {
  const number = text.trim();
  return /^[+-]?(?:0x[\da-f]+|\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?)$/i.test(number)
    ? Number(number)
    : undefined;
}

/** `algorithm` and `hash_on` are real fields that rewrite each other on input. */
function algorithm(value: Value): ReadonlyMap<string, Value> {
  const settled = new Map<string, Value>([['algorithm', value]]);
  if (value === 'least-connections' || value === 'latency') settled.set('hash_on', null);
  return settled;
}

function hashOn(value: Value): ReadonlyMap<string, Value> {
  if (value === null) return new Map([['hash_on', 'none']]);
  return new Map([
    ['hash_on', value],
    ['algorithm', value === 'none' ? 'round-robin' : 'consistent-hashing'],
  ]);
}
