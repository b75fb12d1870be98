// The validators of Kong's that its schema endpoint does not show, field by field.
import type { Path } from '../parse/result.js';
import { isDict, own } from '../document/dict.js';
import { badKey } from './field-errors.js';
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

/** @returns what is wrong with a text, in words that follow its field's name */
type TextRule = (text: string) => string | undefined;

/** `*` stands for every item of a list, `@` for every key of a mapping. */
type Rules = Readonly<Record<string, TextRule>>;

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

const SHARED_RULES: readonly (readonly [readonly string[], TextRule])[] = [[['tags', '*'], tagFault]];

const RULES = new Map(
  Object.entries(FIELD_RULES).map(([type, rules]) => [
    type,
    [...SHARED_RULES, ...Object.entries(rules).map(([path, rule]) => [path.split('.'), rule] as const)],
  ]),
);

/** Applies the rules of one entity type. */
export function checkTexts(type: string, value: unknown, report: Report): void {
  for (const [steps, rule] of RULES.get(type) ?? SHARED_RULES) visit(value, steps, 0, [], rule, report);
}

/** @param at which of the steps comes next */
function visit(
  value: unknown,
  steps: readonly string[],
  at: number,
  path: Path,
  rule: TextRule,
  report: Report,
): void {
  if (value === undefined || value === null) return;
  const step = steps[at];
  if (step === undefined) {
    const fault = typeof value === 'string' ? rule(value) : undefined;
    if (fault !== undefined) report({ code: 'bad-value', message: fault, path });
  } else if (step === '*') {
    if (!Array.isArray(value)) return;
    value.forEach((item, index) => visit(item, steps, at + 1, [...path, index], rule, report));
  } else if (step === '@') {
    if (isDict(value)) for (const key of Object.keys(value)) checkKey(key, path, rule, report);
  } else if (isDict(value)) visit(own(value, step), steps, at + 1, [...path, step], rule, report);
}

function checkKey(key: string, path: Path, rule: TextRule, report: Report): void {
  const fault = rule(key);
  if (fault !== undefined) report(badKey([...path, key], fault));
}
