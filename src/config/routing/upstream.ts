// Where a request that a route took is sent on (kong/router/utils.lua, path_handling v0: the others are not for this router).
import type { FlatEntity } from '../diff/flat-entity.js';
import { own } from '../document/dict.js';

/** The path upstream. `matched` is what the route matched of the path, if it has paths. */
export function upstreamPath(
  base: string,
  path: string,
  stripPath: boolean,
  matched: string | undefined,
): string {
  const rest = tidied(stripPath && matched !== undefined ? path.slice(matched.length) : path.slice(1));
  if (base.endsWith('/')) {
    if (!stripPath) return base + path.slice(1);
    if (rest === '') return base === '/' ? '/' : path.endsWith('/') ? base : base.slice(0, -1);
    return rest.startsWith('/') ? base.slice(0, -1) + rest : base + rest;
  }
  if (!stripPath) return path === '/' ? base : base + path;
  if (rest === '') return path.length > 1 && path.endsWith('/') ? `${base}/` : base;
  return rest.startsWith('/') ? base + rest : `${base}/${rest}`;
}

/** What is left of a path must not lead upwards (`sanitize_uri_postfix`). */
function tidied(rest: string): string {
  if (rest === '.' || rest === '..') return '';
  if (rest.startsWith('./')) return rest.slice(2);
  return rest.startsWith('../') ? rest.slice(3) : rest;
}

export interface Service {
  readonly flat: FlatEntity;
  readonly protocol: string;
  readonly host: string;
  readonly port: number | undefined;
  readonly path: string;
}

export function serviceOf(route: FlatEntity): Service | undefined {
  const flat = route.references.get('service');
  if (flat === undefined) return undefined;
  const text = (name: string): string | undefined => {
    const value = own(flat.fields, name);
    return typeof value === 'string' ? value : undefined;
  };
  const port = own(flat.fields, 'port');
  return {
    flat,
    protocol: text('protocol') ?? 'http',
    host: text('host') ?? '',
    port: typeof port === 'number' ? port : undefined,
    path: text('path') ?? '/',
  };
}

export interface Upstream {
  readonly flat: FlatEntity;
  readonly targets: readonly FlatEntity[];
}

/** The upstream that a service's host names, with its targets; none where the host is a name for DNS. */
export function upstreamOf(entities: readonly FlatEntity[], host: string): Upstream | undefined {
  const flat = entities.find(
    ({ entity, fields }) => entity.model.type === 'upstreams' && own(fields, 'name') === host,
  );
  if (flat === undefined) return undefined;
  const targets = entities.filter(
    ({ entity, references }) => entity.model.type === 'targets' && references.get('upstream') === flat,
  );
  return { flat, targets };
}
