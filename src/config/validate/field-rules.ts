// The validators of Kong's that its schema endpoint does not show, field by field.
import type { Report } from './field-errors.js';
import {
  hostAndPortFault,
  hostFault,
  routeHostFault,
  sniFault,
  upstreamNameFault,
  wildcardSniFault,
} from './text/host.js';
import { ipFault, ipOrRangeFault } from './text/ip.js';
import { cookieNameFault, headerNameFault, nameFault, tagFault } from './text/name.js';
import { pathFault, routePathFault } from './text/path.js';
import { redirectUriFault } from './text/url.js';
import { applyRules, placedRules } from './text-rules.js';
import type { Rules } from './text-rules.js';

const FIELD_RULES: Readonly<Record<string, Rules>> = {
  clustering_data_planes: { ip: ipFault, hostname: hostFault },
  oauth2_credentials: { 'redirect_uris.*': redirectUriFault },
  plugins: { instance_name: nameFault },
  routes: {
    name: nameFault,
    'snis.*': wildcardSniFault,
    'sources.*.ip': ipOrRangeFault,
    'destinations.*.ip': ipOrRangeFault,
    'hosts.*': routeHostFault,
    'paths.*': routePathFault,
    'headers.@': headerNameFault,
  },
  services: { name: nameFault, host: hostFault, path: pathFault },
  snis: { name: wildcardSniFault },
  targets: { target: hostAndPortFault },
  upstreams: {
    name: upstreamNameFault,
    host_header: hostAndPortFault,
    hash_on_header: headerNameFault,
    hash_fallback_header: headerNameFault,
    hash_on_cookie: cookieNameFault,
    hash_on_cookie_path: pathFault,
    'healthchecks.active.http_path': pathFault,
    'healthchecks.active.https_sni': sniFault,
    'healthchecks.active.headers.@': headerNameFault,
  },
  workspaces: { name: nameFault },
};

const SHARED_RULES = placedRules({ 'tags.*': tagFault });

const RULES = new Map(
  Object.entries(FIELD_RULES).map(([type, rules]) => [type, [...SHARED_RULES, ...placedRules(rules)]]),
);

/** Applies the rules of one entity type. */
export function checkTexts(type: string, value: unknown, report: Report): void {
  applyRules(RULES.get(type) ?? SHARED_RULES, value, [], report);
}
