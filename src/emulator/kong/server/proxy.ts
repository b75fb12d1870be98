import type { IncomingMessage } from 'node:http';
import { elementsOf, tableOf, type Table, type Value } from '../lua/value.js';
import { htmlPage, message, type Answer } from './answer.js';
import type { Gateway } from './gateway.js';

/** Where Kong would send a request on. */
export interface UpstreamRequest {
  readonly host: string;
  readonly port: number;
  readonly path: string;
}

/** The status that an upstream answers; `undefined` where nobody is there. */
export type Upstream = (request: UpstreamRequest) => number | undefined;

interface Asked {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
}

const textsOf = (value: Value | undefined): string[] =>
  elementsOf(value).filter((item): item is string => typeof item === 'string');
const textOf = (value: Value | undefined): string => (typeof value === 'string' ? value : '');
const idOf = (value: Value | undefined): string => textOf(tableOf(value).get('id'));

/** The part of the path that one of a route's paths matches; `undefined` where none does. */
function matchedPath(route: Table, path: string): string | undefined {
  const paths = textsOf(route.get('paths'));
  if (paths.length === 0) return '';
  return paths
    .flatMap((pattern) => {
      if (!pattern.startsWith('~')) return path.startsWith(pattern) ? pattern : [];
      return new RegExp(`^(?:${pattern.slice(1)})`).exec(path)?.[0] ?? [];
    })
    .sort((a, b) => b.length - a.length)[0];
}

function matches(route: Table, { method, host, path, headers }: Asked): boolean {
  const allows = (field: string, value: string): boolean => {
    const texts = textsOf(route.get(field));
    return texts.length === 0 || texts.includes(value);
  };
  const wanted = [...tableOf(route.get('headers'))];
  return (
    allows('methods', method) &&
    allows('hosts', host) &&
    matchedPath(route, path) !== undefined &&
    wanted.every(([name, values]) => textsOf(values).includes(String(headers[String(name).toLowerCase()])))
  );
}

/** The answers of the plugins that a smoke check is likely to meet; the others let everything through. */
function pluginAnswer(plugins: readonly Table[], { headers }: Asked): Answer | undefined {
  for (const plugin of plugins) {
    const config = tableOf(plugin.get('config'));
    if (plugin.get('name') === 'request-termination') {
      return message(Number(config.get('status_code')), textOf(config.get('message')));
    }
    if (plugin.get('name') === 'key-auth' && headers['apikey'] === undefined) {
      return message(401, 'No API key found in request');
    }
    if (plugin.get('name') === 'ip-restriction' && textsOf(config.get('deny')).includes('127.0.0.0/8')) {
      return message(403, 'IP address not allowed');
    }
  }
  return undefined;
}

/**
 * Proxies as far as a smoke check sees it: routes by method, host, path and headers (the longest path wins), a few plugins,
 * and where the service leads. A stand-in for Kong's router, not a copy of it.
 */
export function proxied(gateway: Gateway, upstream: Upstream, request: IncomingMessage): Answer {
  const store = gateway.store();
  const { entities } = gateway.model.catalog;
  const list = (name: string): readonly Table[] => {
    const entity = entities.get(name);
    return entity === undefined || store === undefined ? [] : store.list(entity);
  };
  const services = new Map(list('services').map((service) => [textOf(service.get('id')), service]));
  const [path = '/'] = (request.url ?? '/').split('?');
  const host = (request.headers.host ?? '').replace(/:\d+$/, '');
  const asked: Asked = { method: request.method ?? 'GET', host, path, headers: request.headers };
  const [route] = list('routes')
    .filter((each) => services.get(idOf(each.get('service')))?.get('enabled') !== false)
    .filter((each) => matches(each, asked))
    .sort((a, b) => (matchedPath(b, path) ?? '').length - (matchedPath(a, path) ?? '').length);
  if (route === undefined) return message(404, 'no Route matched with those values');
  if (!textsOf(route.get('protocols')).includes('http')) return message(426, 'Please use HTTPS protocol');
  const serviceId = idOf(route.get('service'));
  const plugins = list('plugins').filter((plugin) =>
    [
      ['route', textOf(route.get('id'))],
      ['service', serviceId],
    ].every(([field = '', id]) => idOf(plugin.get(field)) === '' || idOf(plugin.get(field)) === id),
  );
  const stopped = pluginAnswer(
    plugins.filter((plugin) => plugin.get('enabled') !== false),
    asked,
  );
  if (stopped !== undefined) return stopped;
  const service = services.get(serviceId);
  if (service === undefined) return message(503, 'no Service found with those values');
  const rest = route.get('strip_path') === false ? path : path.slice((matchedPath(route, path) ?? '').length);
  const base = textOf(service.get('path')).replace(/\/$/, '');
  const status = upstream({
    host: textOf(service.get('host')),
    port: Number(service.get('port')),
    path: `${base}/${rest.replace(/^\//, '')}`,
  });
  return status === undefined ? htmlPage(502) : message(status, 'from the upstream');
}
