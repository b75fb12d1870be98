// The validators of Kong's that its schema endpoint does not show, field by field.
import type { Path } from '../parse/result.js';
import { isDict } from '../document/dict.js';
import { badKey } from './field-errors.js';
import type { FieldProblem } from './field-errors.js';
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
export function checkTexts(type: string, value: unknown): FieldProblem[] {
  const problems: FieldProblem[] = [];
  for (const [steps, rule] of RULES.get(type) ?? SHARED_RULES) visit(value, steps, [], rule, problems);
  return problems;
}

function visit(
  value: unknown,
  steps: readonly string[],
  path: Path,
  rule: TextRule,
  problems: FieldProblem[],
): void {
  const [step, ...rest] = steps;
  if (step === undefined) {
    const fault = typeof value === 'string' ? rule(value) : undefined;
    if (fault !== undefined) problems.push({ code: 'bad-value', message: fault, path });
  } else if (step === '*') {
    if (Array.isArray(value))
      value.forEach((item, index) => visit(item, rest, [...path, index], rule, problems));
  } else if (step === '@') {
    if (isDict(value)) for (const key of Object.keys(value)) checkKey(key, path, rule, problems);
  } else if (isDict(value)) visit(value[step], rest, [...path, step], rule, problems);
}

function checkKey(key: string, path: Path, rule: TextRule, problems: FieldProblem[]): void {
  const fault = rule(key);
  if (fault !== undefined) problems.push(badKey([...path, key], fault));
}
