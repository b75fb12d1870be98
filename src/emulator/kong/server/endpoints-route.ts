import { jsonText, type Answer } from './answer.js';
import type { Route } from './request.js';

/** Endpoints that Kong lists and the emulator does not have: cluster, metrics, timers, plugins' own, caches. */
const NOT_EMULATED = [
  '/acme',
  '/acme/certificates',
  '/acme/certificates/{certificates}',
  '/cache',
  '/clustering/data-planes',
  '/clustering/status',
  '/debug/cluster/log-level/{log_level}',
  '/debug/node/log-level/{log_level}',
  '/filter-chains/{filter_chains}',
  '/metrics',
  '/plugins/schema/{name}',
  '/proxy-cache',
  '/proxy-cache/{cache_key}',
  '/proxy-cache/{plugin_id}/caches/{cache_key}',
  '/routes/{routes}/filters/all',
  '/routes/{routes}/filters/disabled',
  '/routes/{routes}/filters/enabled',
  '/schemas/filters/{name}',
  '/targets',
  '/targets/{targets}',
  '/targets/{targets}/upstream',
  '/timers',
  '/upstreams/{upstreams}/targets/{targets}/healthy',
  '/upstreams/{upstreams}/targets/{targets}/unhealthy',
  '/upstreams/{upstreams}/targets/{targets}/{address}/healthy',
  '/upstreams/{upstreams}/targets/{targets}/{address}/unhealthy',
];

/** `GET /endpoints`: every path of the Admin API, sorted segment by segment. */
export function endpointsRoute(routes: readonly Route[]): Route {
  const paths = new Set([...routes.map((route) => route.path), '/endpoints', ...NOT_EMULATED]);
  const data = [...paths].sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
  const get = (): Answer => jsonText(200, JSON.stringify({ data }));
  return { path: '/endpoints', methods: { GET: get } };
}

function sortKey(path: string): string {
  return path.replaceAll('/', '\0');
}
