import {
  asMap,
  elementsOf,
  index,
  isTable,
  LuaError,
  tableOf,
  toText,
  type Table,
  type Value,
} from '../../lua/value.js';
import { luaProblem } from '../../../../config/syntax/lua.js';
import { expressionsIn } from '../../../../config/syntax/template.js';
import { SHARED_DICTS } from '../../../../config/validate/plugins/own-texts.js';
import { headerName } from './text.js';
import { splitUrl } from './url.js';

/** Rules that plugins keep in functions, where schemas do not show them (Kong 3.9). */

const PERIODS = ['second', 'minute', 'hour', 'day', 'month', 'year'];
const ACME_RESERVED = ['kong_acme:renew_config:', 'kong_acme:renew_last_run', 'kong_acme:cert_key:'];

export function rateLimits(value: Value): string | undefined {
  const config = tableOf(value);
  const order = periodOrder(config, 'The');
  if (order !== undefined) return order;
  const rate = config.get('sync_rate');
  if (rate === -1) return undefined;
  if (config.get('policy') !== 'redis') return 'sync_rate can only be used with the redis policy';
  return Number(rate) < 0.02 ? 'sync_rate must be greater than 0.02, or -1 to disable' : undefined;
}

export function responseLimits(value: Value): string | undefined {
  return periodOrder(tableOf(value), 'the');
}

function periodOrder(limits: Table, article: string): string | undefined {
  const set = PERIODS.flatMap((period) => {
    const limit = limits.get(period);
    return typeof limit === 'number' ? [{ period, limit }] : [];
  });
  for (const [at, lower] of set.entries()) {
    const upper = set.slice(at + 1).find(({ limit }) => limit < lower.limit);
    if (upper !== undefined) {
      return (
        `${article} limit for ${upper.period}(${upper.limit.toFixed(1)}) cannot be lower than the limit for ` +
        `${lower.period}(${lower.limit.toFixed(1)})`
      );
    }
  }
  return undefined;
}

export function requestTermination(value: Value): string | undefined {
  const config = tableOf(value);
  const present = (name: string): boolean => {
    const text = config.get(name);
    return typeof text === 'string' && text !== '';
  };
  if (present('message') && (present('content_type') || present('body'))) {
    return 'message cannot be used with content_type or body';
  }
  if (present('content_type') && !present('body')) return 'content_type requires a body';
  if (isTrue(config.get('echo')) && (present('content_type') || present('body'))) {
    return 'echo cannot be used with content_type and body';
  }
  return undefined;
}

export function oauth2Grants(value: Value): string | undefined {
  const grants = [
    'enable_authorization_code',
    'enable_implicit_grant',
    'enable_client_credentials',
    'enable_password_grant',
  ];
  const config = tableOf(value);
  if (grants.some((grant) => isTrue(config.get(grant)))) return undefined;
  return `at least one of these fields must be true: ${grants.join(', ')}`;
}

export function httpLog(value: Value): string | undefined {
  const config = tableOf(value);
  const endpoint = config.get('http_endpoint');
  const headers = config.get('headers');
  if (splitUrl(toText(endpoint))?.userinfo === undefined || !isTable(headers)) return undefined;
  const names = [...asMap(headers).keys()];
  return names.some((name) => toText(name).toLowerCase() === 'authorization')
    ? "specifying both an 'Authorization' header and user info in 'http_endpoint' is not allowed"
    : undefined;
}

export function resourceAttributes(value: Value): string | undefined {
  for (const attribute of tableOf(value).values()) {
    if (attribute === '') return 'required field missing';
  }
  return undefined;
}

export function staticTags(value: Value): string | undefined {
  const seen = new Set<Value>();
  for (const element of elementsOf(value)) {
    const name = index(element, 'name') ?? null;
    if (seen.has(name)) return `repeated tags are not allowed: ${toText(name)}`;
    seen.add(name);
  }
  return undefined;
}

export function acmeNamespace(value: string): string | undefined {
  const word = ACME_RESERVED.find((reserved) => value.startsWith(reserved));
  return word === undefined ? undefined : `namespace can't be prefixed with reserved word: ${word}`;
}

export function sharedDictionary(value: string): string | undefined {
  return SHARED_DICTS.has(value) ? undefined : `failed validating: ${value}`;
}

/** `name:value` where the name is a header's; the value may be missing. */
export function headerPair(value: string): string | undefined {
  return badHeader(splitPair(value).name);
}

/** `old:new`, both names of headers. */
export function headerRename(value: string): string | undefined {
  const pair = splitPair(value);
  return badHeader(pair.name) ?? badHeader(pair.value);
}

/** `name:value` with a value, which is a template: what stands in `$(...)` is a Lua expression. */
export function namedTemplate(value: string): string | undefined {
  const pair = splitPair(value);
  if (pair.name === undefined) throw new LuaError("attempt to concatenate local 'name' (a nil value)");
  if (pair.value === '') return `key '${pair.name}' has no value`;
  for (const expression of expressionsIn(pair.value)) {
    const problem = luaProblem(`return ((${expression}) or '')`, 'TMP');
    if (problem !== undefined) return `value '${pair.value}' is not in supported format, error:${problem}`;
  }
  return undefined;
}

function splitPair(text: string): { name: string | undefined; value: string } {
  const match = /^([^:]+):*([\s\S]*?)$/.exec(text);
  return { name: match?.[1], value: match?.[2] ?? '' };
}

function badHeader(name: string | undefined): string | undefined {
  return name !== undefined && headerName(name) === undefined
    ? undefined
    : `'${name ?? 'nil'}' is not a valid header`;
}

export function acmeStorage(plugin: Table): string | undefined {
  return index(plugin.get('config'), 'storage') === 'kong'
    ? '"kong" storage can\'t be used with dbless mode'
    : undefined;
}

export function awsProxy(plugin: Table): string | undefined {
  const proxy = index(plugin.get('config'), 'proxy_url');
  const scheme = typeof proxy === 'string' ? /^([^:]+):\/\//.exec(proxy)?.[1] : undefined;
  return scheme === undefined || scheme === 'http' ? undefined : 'proxy_url scheme must be http';
}

export function cacheMemory(plugin: Table): string | undefined {
  const config = plugin.get('config');
  if (index(config, 'strategy') !== 'memory') return undefined;
  const name = index(index(config, 'memory'), 'dictionary_name');
  return typeof name === 'string' && SHARED_DICTS.has(name)
    ? undefined
    : `missing shared dict '${toText(name)}'`;
}

/** Anthropic's completions route gives no statistics to log. */
export function aiStatistics(config: Table): string | undefined {
  const provider = index(config.get('model'), 'provider');
  const route = config.get('route_type');
  if (index(config.get('logging'), 'log_statistics') !== true) return undefined;
  if (provider !== 'anthropic' || route !== 'llm/v1/completions') return undefined;
  return `${provider} does not support statistics when route_type is ${route}`;
}

/** Lua's truth: everything but nil and false, null included. */
function isTrue(value: Value | undefined): boolean {
  return value !== undefined && value !== false;
}
