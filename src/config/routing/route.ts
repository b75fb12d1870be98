// A route as the router sees it: the fields that it matches by, and the parts that Kong makes of it.
import { asList, asRecord, isDict, own } from '../document/dict.js';
import type { Dict } from '../document/dict.js';
import type { FlatEntity } from '../diff/flat-entity.js';
import { uuidV5 } from '../merge/identity.js';

export interface Net {
  readonly ip: string | undefined;
  readonly port: number | undefined;
}

export interface Route {
  readonly flat: FlatEntity;
  readonly protocols: readonly string[];
  readonly methods: readonly string[];
  readonly hosts: readonly string[];
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly snis: readonly string[];
  readonly sources: readonly Net[];
  readonly destinations: readonly Net[];
  readonly regexPriority: number;
  /** An expression decides instead (router_flavor expressions). */
  readonly isExpression: boolean;
  /** Parts that the router ranks and tries on their own: one for each length of prefix, and one for regular expressions. */
  readonly parts: readonly RoutePart[];
}

export interface RoutePart {
  /** Ties are broken by it, the highest first; none where the route's is not known. */
  readonly id: string | undefined;
  readonly paths: readonly string[];
}

const textsOf = (value: unknown): string[] =>
  (asList(value) ?? []).filter((item): item is string => typeof item === 'string');

export function routeOf(flat: FlatEntity): Route {
  const { fields, id } = flat;
  const headers = Object.entries(asRecord(own(fields, 'headers')) ?? {});
  const priority = own(fields, 'regex_priority');
  return {
    flat,
    protocols: textsOf(own(fields, 'protocols')),
    methods: textsOf(own(fields, 'methods')),
    hosts: textsOf(own(fields, 'hosts')),
    headers: new Map(headers.map(([name, values]) => [name.toLowerCase(), textsOf(values)])),
    snis: textsOf(own(fields, 'snis')),
    sources: netsOf(own(fields, 'sources')),
    destinations: netsOf(own(fields, 'destinations')),
    regexPriority: typeof priority === 'number' ? priority : 0,
    isExpression: typeof own(fields, 'expression') === 'string',
    parts: partsOf(textsOf(own(fields, 'paths')), id),
  };
}

function netsOf(value: unknown): Net[] {
  const net = (item: Dict): Net => {
    const [ip, port] = [own(item, 'ip'), own(item, 'port')];
    return { ip: typeof ip === 'string' ? ip : undefined, port: typeof port === 'number' ? port : undefined };
  };
  return (asList(value) ?? []).filter(isDict).map(net);
}

export const isRegexPath = (path: string): boolean => path.startsWith('~');

/** Namespace of the ids that Kong's router makes for parts of routes (kong/router/transform.lua, 3.9.3). */
const PARTS_NAMESPACE = '7f145bf9-0dce-4f91-98eb-debbce4b9f6b';

/** As `split_routes_and_services_by_path` does: in the order in which the groups come up, numbered from 1. */
function partsOf(paths: readonly string[], id: string | undefined): RoutePart[] {
  const groups = new Map<number, string[]>();
  for (const path of paths) {
    const key = isRegexPath(path) ? 0 : Buffer.byteLength(path);
    const group = groups.get(key) ?? [];
    group.push(path);
    groups.set(key, group);
  }
  if (groups.size <= 1) return [{ id, paths }];
  return Array.from(groups.values(), (group, index) => ({
    id: id === undefined ? undefined : uuidV5(PARTS_NAMESPACE, `${id}#${index + 1}`),
    paths: group,
  }));
}

const STREAM = new Set(['tcp', 'udp', 'tls', 'tls_passthrough']);

/** Routes of streams are matched by another router. */
export const isStream = ({ protocols }: Route): boolean => STREAM.has(protocols[0] ?? '');
