import { toText, type Table, type Value } from '../lua/value.js';
import * as crypto from './custom/crypto.js';
import * as host from './custom/host.js';
import { luaChunk, luaFields } from './custom/lua-source.js';
import * as plugins from './custom/plugins.js';
import { routePath, starOrRegex } from './custom/regex.js';
import { routeExpression } from './custom/route-expression.js';
import * as text from './custom/text.js';
import * as url from './custom/url.js';
import type { Check, Transformation } from './types.js';

/**
 * Which function checks which field. Kong's `/schemas` leaves functions out, so they are bound here by place:
 * `<entity>.<field>` or `<plugin>/config.<field>`, with `[]` for elements, `{}` for keys and `{=}` for values of a map.
 */
type TextCheck = (value: string) => string | undefined;

const REDIS = [
  'acme/config.storage_config.redis',
  'rate-limiting/config.redis',
  'response-ratelimiting/config.redis',
];
const AI_MODEL = [
  'ai-proxy/config',
  'ai-request-transformer/config.llm',
  'ai-response-transformer/config.llm',
];
const AI_PROXY = ['ai-request-transformer/config', 'ai-response-transformer/config'];
const PHASES = ['certificate', 'rewrite', 'access', 'header_filter', 'body_filter', 'log'];
const LOGGERS = ['file-log', 'http-log', 'loggly', 'syslog', 'tcp-log', 'udp-log'];
const LISTS = ['rename', 'replace', 'add', 'append'];

const TEXT_CHECKS: readonly (readonly [TextCheck, readonly string[]])[] = [
  [
    text.utf8Name,
    ['services.name', 'routes.name', 'plugins.instance_name', 'filter_chains.name', 'workspaces.name'],
  ],
  [
    host.host,
    [
      'services.host',
      'clustering_data_planes.hostname',
      'acme/config.storage_config.consul.host',
      'acme/config.storage_config.vault.host',
      'aws-lambda/config.aws_region',
      'aws-lambda/config.host',
      'datadog/config.host',
      'ldap-auth/config.ldap_host',
      'loggly/config.host',
      'statsd/config.host',
      'tcp-log/config.host',
      'udp-log/config.host',
      ...REDIS.map((at) => `${at}.host`),
      ...AI_PROXY.flatMap((at) => [`${at}.http_proxy_host`, `${at}.https_proxy_host`]),
    ],
  ],
  [host.ipAddress, ['clustering_data_planes.ip']],
  [host.hostWithOptionalPort, ['upstreams.host_header']],
  [host.upstreamName, ['upstreams.name']],
  [host.target, ['targets.target']],
  [host.serverName, ['upstreams.healthchecks.active.https_sni', ...REDIS.map((at) => `${at}.server_name`)]],
  [host.wildcardServerName, ['routes.snis[]', 'snis.name', 'certificates.snis[]']],
  [host.routeHost, ['routes.hosts[]', 'acme/config.domains[]']],
  [
    host.ipOrCidr,
    [
      'routes.sources[].ip',
      'routes.destinations[].ip',
      'ip-restriction/config.allow[]',
      'ip-restriction/config.deny[]',
    ],
  ],
  [
    url.path,
    [
      'services.path',
      'upstreams.hash_on_cookie_path',
      'upstreams.healthchecks.active.http_path',
      'rate-limiting/config.path',
    ],
  ],
  [routePath, ['routes.paths[]']],
  [starOrRegex, ['cors/config.origins[]']],
  [
    text.headerName,
    [
      'routes.headers{}',
      'upstreams.hash_on_header',
      'upstreams.hash_fallback_header',
      'upstreams.healthchecks.active.headers{}',
      'http-log/config.headers{}',
      'key-auth/config.key_names[]',
      'opentelemetry/config.headers{}',
      'opentelemetry/config.propagation.clear[]',
      'rate-limiting/config.header_name',
      'request-termination/config.trigger',
      'zipkin/config.propagation.clear[]',
    ],
  ],
  [text.cookieName, ['upstreams.hash_on_cookie']],
  [
    url.url,
    [
      'acme/config.api_uri',
      'aws-lambda/config.aws_sts_endpoint_url',
      'aws-lambda/config.proxy_url',
      'http-log/config.http_endpoint',
      'opentelemetry/config.traces_endpoint',
      'opentelemetry/config.logs_endpoint',
      'opentelemetry/config.endpoint',
      'redirect/config.location',
      'zipkin/config.http_endpoint',
      ...AI_MODEL.map((at) => `${at}.model.options.upstream_url`),
    ],
  ],
  [url.redirectUri, ['oauth2_credentials.redirect_uris[]']],
  [crypto.certificate, ['certificates.cert', 'certificates.cert_alt', 'ca_certificates.cert']],
  [crypto.key, ['certificates.key', 'certificates.key_alt']],
  [plugins.acmeNamespace, ['acme/config.storage_config.redis.extra_options.namespace']],
  [plugins.sharedDictionary, ['acme/config.storage_config.shm.shm_name']],
  [luaFields, LOGGERS.map((logger) => `${logger}/config.custom_fields_by_lua{=}`)],
  [
    plugins.namedTemplate,
    LISTS.flatMap((list) =>
      ['body', 'querystring'].map((part) => `request-transformer/config.${list}.${part}[]`),
    ),
  ],
  [
    plugins.headerPair,
    ['remove', 'replace', 'add', 'append'].map((list) => `request-transformer/config.${list}.headers[]`),
  ],
  [
    plugins.headerRename,
    ['request-transformer/config.rename.headers[]', 'response-transformer/config.rename.headers[]'],
  ],
];

const VALUE_CHECKS: readonly (readonly [string, Check])[] = [
  ['jwt_secrets.rsa_public_key:then', crypto.jwtKey],
  ['keys.pem', crypto.pemPair],
  ['http-log/config', plugins.httpLog],
  ['oauth2/config', plugins.oauth2Grants],
  ['opentelemetry/config.resource_attributes', plugins.resourceAttributes],
  ['rate-limiting/config', plugins.rateLimits],
  ['request-termination/config', plugins.requestTermination],
  ['response-ratelimiting/config.limits{=}', plugins.responseLimits],
  ['zipkin/config.static_tags', plugins.staticTags],
];

const CUSTOM_CHECKS: ReadonlyMap<string, Check> = new Map([
  ...TEXT_CHECKS.flatMap(([check, places]) => places.map((place): [string, Check] => [place, onText(check)])),
  ...['pre-function', 'post-function'].flatMap((plugin) =>
    PHASES.map((phase): [string, Check] => [`${plugin}/config.${phase}[]`, onText(luaChunk(plugin))]),
  ),
  ...VALUE_CHECKS,
]);

/** Functions of `custom_entity_check`, in the order in which the record's checks name them. */
const ENTITY_CHECKS: ReadonlyMap<string, readonly ((entity: Table) => string | undefined)[]> = new Map([
  ['routes', [() => undefined, routeExpression]],
  [
    'certificates',
    [
      (entity) => crypto.keyMatches(textOf(entity, 'cert'), textOf(entity, 'key'), 'certificate'),
      (entity) =>
        bothTexts(entity, 'cert_alt', 'key_alt', (a, b) =>
          crypto.keyMatches(a, b, 'alternative certificate'),
        ),
      (entity) => bothTexts(entity, 'cert', 'cert_alt', crypto.certificatesDiffer),
    ],
  ],
  ['ca_certificates', [(entity) => crypto.caCertificate(textOf(entity, 'cert'))]],
  ['keys', [crypto.keyEntity]],
  ['filter_chains', [() => 'wasm support is not enabled']],
  ['acme', [plugins.acmeStorage]],
  ['aws-lambda', [plugins.awsProxy]],
  ['proxy-cache', [plugins.cacheMemory]],
  ...AI_MODEL.map((at): [string, ((entity: Table) => string | undefined)[]] => [at, [plugins.aiStatistics]]),
]);

/** Transformations with inputs: Kong demands these fields together (kong/db/schema, run_transformation_checks). */
const TRANSFORMATIONS: ReadonlyMap<string, readonly Transformation[]> = new Map([
  ['basicauth_credentials', [{ input: ['password'], needs: ['consumer.id'] }]],
  ['oauth2_credentials', [{ input: ['hash_secret'], needs: ['client_secret'] }]],
  ['ca_certificates', [{ input: ['cert'], needs: [] }]],
]);

/** Kong's `custom_validator` of the field at a place; `:then` marks a field narrowed by a `then_match`. */
export function customCheckAt(place: string): Check | undefined {
  if (/^[a-z0-9_]+\.tags\[\]$/.test(place)) return onText(text.tag);
  return CUSTOM_CHECKS.get(place) ?? CUSTOM_CHECKS.get(place.replace(':then', ''));
}

/** The function of the nth `custom_entity_check` of the record at a place. */
export function customEntityCheckAt(
  place: string,
  nth: number,
): ((entity: Table) => string | undefined) | undefined {
  return ENTITY_CHECKS.get(place)?.[nth];
}

export function transformationsOf(entity: string): readonly Transformation[] {
  return TRANSFORMATIONS.get(entity) ?? [];
}

function onText(check: TextCheck): Check {
  return (value: Value) => check(toText(value));
}

function textOf(entity: Table, name: string): string {
  const value = entity.get(name);
  return typeof value === 'string' ? value : '';
}

function bothTexts(
  entity: Table,
  first: string,
  second: string,
  check: (a: string, b: string) => string | undefined,
): string | undefined {
  const [a, b] = [entity.get(first), entity.get(second)];
  return typeof a === 'string' && typeof b === 'string' ? check(a, b) : undefined;
}
