// Which texts in a plugin's config must be what: the functions behind the fields that Kong 3.9's schemas do not show.
import { pcreFault } from '../text/regex.js';
import { hostFault, routeHostFault, sniFault } from '../text/host.js';
import { ipOrRangeFault } from '../text/ip.js';
import { luaFault } from '../text/lua.js';
import { headerNameFault } from '../text/name.js';
import { pathFault } from '../text/path.js';
import { urlFault } from '../text/url.js';
import {
  acmeNamespaceFault,
  headerPairFault,
  headerRenameFault,
  sharedDictFault,
  templateFault,
} from './own-texts.js';
import type { Rules, TextRule } from '../text-rules.js';

const REDIS = { host: hostFault, server_name: sniFault };
const PHASES = ['certificate', 'rewrite', 'access', 'header_filter', 'body_filter', 'log'];
const PROXY = { http_proxy_host: hostFault, https_proxy_host: hostFault };
const LUA_FIELDS = { 'custom_fields_by_lua.=': luaFault };

const below = (prefix: string, rules: Rules): Rules =>
  Object.fromEntries(Object.entries(rules).map(([path, rule]) => [`${prefix}.${path}`, rule]));
const each = (names: readonly string[], rule: TextRule): Rules =>
  Object.fromEntries(names.map((name) => [name, rule]));

const AI_URL = 'model.options.upstream_url';
const FUNCTIONS = each(
  PHASES.map((phase) => `${phase}.*`),
  luaFault,
);
const propagation = { 'propagation.clear.*': headerNameFault };

/** By plugin: rules by path in `config`. `*` stands for every item of a list, `@` for every key of a mapping, `=` for its values. */
export const PLUGIN_TEXT_RULES: Readonly<Record<string, Rules>> = {
  acme: {
    api_uri: urlFault,
    'domains.*': routeHostFault,
    'storage_config.consul.host': hostFault,
    'storage_config.vault.host': hostFault,
    'storage_config.shm.shm_name': sharedDictFault,
    'storage_config.redis.extra_options.namespace': acmeNamespaceFault,
    ...below('storage_config.redis', REDIS),
  },
  'ai-proxy': { [AI_URL]: urlFault },
  'ai-request-transformer': { [`llm.${AI_URL}`]: urlFault, ...PROXY },
  'ai-response-transformer': { [`llm.${AI_URL}`]: urlFault, ...PROXY },
  'aws-lambda': {
    aws_region: hostFault,
    host: hostFault,
    aws_sts_endpoint_url: urlFault,
    proxy_url: urlFault,
  },
  cors: { 'origins.*': (text) => (text === '*' ? undefined : pcreFault(text)) },
  datadog: { host: hostFault },
  'file-log': LUA_FIELDS,
  'http-log': { http_endpoint: urlFault, 'headers.@': headerNameFault, ...LUA_FIELDS },
  'ip-restriction': { 'allow.*': ipOrRangeFault, 'deny.*': ipOrRangeFault },
  'key-auth': { 'key_names.*': headerNameFault },
  'ldap-auth': { ldap_host: hostFault },
  loggly: { host: hostFault, ...LUA_FIELDS },
  opentelemetry: {
    traces_endpoint: urlFault,
    logs_endpoint: urlFault,
    'headers.@': headerNameFault,
    ...propagation,
  },
  'post-function': FUNCTIONS,
  'pre-function': FUNCTIONS,
  'rate-limiting': { path: pathFault, header_name: headerNameFault, ...below('redis', REDIS) },
  redirect: { location: urlFault },
  'request-termination': { trigger: headerNameFault },
  'request-transformer': {
    ...each(
      ['rename', 'replace', 'add', 'append'].flatMap((list) => [`${list}.body.*`, `${list}.querystring.*`]),
      templateFault,
    ),
    ...each(
      ['remove', 'replace', 'add', 'append'].map((list) => `${list}.headers.*`),
      headerPairFault,
    ),
    'rename.headers.*': headerRenameFault,
  },
  'response-ratelimiting': below('redis', REDIS),
  'response-transformer': { 'rename.headers.*': headerRenameFault },
  statsd: { host: hostFault },
  syslog: LUA_FIELDS,
  'tcp-log': { host: hostFault, ...LUA_FIELDS },
  'udp-log': { host: hostFault, ...LUA_FIELDS },
  zipkin: { http_endpoint: urlFault, ...propagation },
};
