// Fields that Kong turns into others before it validates (`shorthand_fields` in its schemas).
import { own } from '../document/dict.js';
import type { Dict } from '../document/dict.js';
import { luaNumber } from '../parse/yaml-scalar.js';
import type { FieldProblem } from './field-errors.js';
import { parseUrl } from './text/url.js';

export interface Expanded {
  readonly value: Dict;
  /** Fields that were made, and the written field that they were made from. */
  readonly madeFrom: ReadonlyMap<string, string>;
  readonly problems: readonly FieldProblem[];
}

const NOTHING_MADE: ReadonlyMap<string, string> = new Map();

/** The entity as Kong validates it. */
export function expandShorthand(type: string, value: Dict): Expanded {
  if (type === 'services' && Object.hasOwn(value, 'url')) return expandUrl(value);
  if (type === 'upstreams') return { value: expandHashOn(value), madeFrom: NOTHING_MADE, problems: [] };
  return { value, madeFrom: NOTHING_MADE, problems: [] };
}

const DEFAULT_PORTS = new Map([
  ['http', 80],
  ['https', 443],
]);

/** `url` beats `protocol`, `host`, `port` and `path`, whatever these hold. */
function expandUrl(value: Dict): Expanded {
  const { url, protocol: _protocol, host: _host, port: _port, path: _path, ...rest } = value;
  const madeFrom = new Map(['protocol', 'host', 'port', 'path'].map((field) => [field, 'url']));
  if (typeof url !== 'string' || url === '') {
    const message = "must be a text with the service's URL, such as http://example.test:8080/path";
    const stand_in = { ...rest, host: 'unknown' };
    return { value: stand_in, madeFrom, problems: [{ code: 'wrong-type', message, path: ['url'] }] };
  }
  const { scheme, host, port: written, path } = parseUrl(url);
  const given = written === undefined ? undefined : (luaNumber(written) ?? written);
  const protocol = scheme ?? (given === 443 ? 'https' : 'http');
  const port = given ?? DEFAULT_PORTS.get(protocol) ?? 80;
  return {
    value: { ...rest, protocol, ...(host !== undefined && { host }), port, path: path ?? null },
    madeFrom,
    problems: [],
  };
}

/** A `hash_on` picks the algorithm, but some algorithms know no hashing at all. */
function expandHashOn(value: Dict): Dict {
  const algorithm = own(value, 'algorithm');
  const hashOn = own(value, 'hash_on');
  if (algorithm === 'least-connections' || algorithm === 'latency') return { ...value, hash_on: 'none' };
  if (typeof hashOn !== 'string' || typeof (algorithm ?? '') !== 'string' || algorithm === '') {
    return hashOn === null ? { ...value, hash_on: 'none' } : value;
  }
  return { ...value, algorithm: hashOn === 'none' ? 'round-robin' : 'consistent-hashing' };
}
