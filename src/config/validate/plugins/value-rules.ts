// Rules about several values of one plugin's config, which Kong 3.9 keeps in functions.
import { asRecord, isDict, own } from '../../document/dict.js';
import type { Dict } from '../../document/dict.js';
import type { FieldProblem, Report } from '../field-errors.js';
import { parseUrl } from '../text/url.js';
import { SHARED_DICTS } from './own-texts.js';

/** Told paths are those in `config`. */
type ValueRule = (config: Dict, report: Report) => void;

const check = (message: string, ...path: (string | number)[]): FieldProblem => ({
  code: 'check',
  message,
  path,
});

/** Lua's truth: everything but nothing and false, null included. */
const isTrue = (value: unknown): boolean => value !== undefined && value !== false;

const PERIODS = ['second', 'minute', 'hour', 'day', 'month', 'year'];

/** A limit for a longer time may not be lower than one for a shorter. */
function periodProblem(limits: Dict): { readonly longer: string; readonly shorter: string } | undefined {
  const set = PERIODS.flatMap((period) => {
    const limit = own(limits, period);
    return typeof limit === 'number' ? [{ period, limit }] : [];
  });
  for (const [at, { period: shorter, limit }] of set.entries()) {
    const longer = set.slice(at + 1).find((other) => other.limit < limit)?.period;
    if (longer !== undefined) return { longer, shorter };
  }
  return undefined;
}

const rateLimiting: ValueRule = (config, report) => {
  const order = periodProblem(config);
  if (order !== undefined)
    report(check(`must not be lower than the limit for a ${order.shorter}`, order.longer));
  const rate = own(config, 'sync_rate') ?? -1;
  if (typeof rate !== 'number' || rate === -1) return;
  if (own(config, 'policy') !== 'redis') report(check('works only with policy: redis', 'sync_rate'));
  else if (rate < 0.02) report(check('must be at least 0.02, or -1 for none', 'sync_rate'));
};

const responseRateLimiting: ValueRule = (config, report) => {
  for (const [name, limits] of Object.entries(asRecord(own(config, 'limits')) ?? {})) {
    const order = isDict(limits) ? periodProblem(limits) : undefined;
    if (order !== undefined)
      report(check(`must not be lower than the limit for a ${order.shorter}`, 'limits', name, order.longer));
  }
};

const requestTermination: ValueRule = (config, report) => {
  const has = (name: string): boolean => {
    const text = own(config, name);
    return typeof text === 'string' && text !== '';
  };
  if (has('message') && (has('content_type') || has('body')))
    report(check('cannot stand beside content_type or body', 'message'));
  else if (has('content_type') && !has('body')) report(check('needs a body beside it', 'content_type'));
  else if (isTrue(own(config, 'echo') ?? false) && (has('content_type') || has('body')))
    report(check('cannot stand beside content_type and body', 'echo'));
};

const GRANTS = [
  'enable_authorization_code',
  'enable_implicit_grant',
  'enable_client_credentials',
  'enable_password_grant',
];

const oauth2: ValueRule = (config, report) => {
  if (GRANTS.some((grant) => isTrue(own(config, grant)))) return;
  report(check(`needs one of ${GRANTS.join(', ')} to be true`));
};

const httpLog: ValueRule = (config, report) => {
  const endpoint = own(config, 'http_endpoint');
  const headers = own(config, 'headers');
  if (typeof endpoint !== 'string' || !isDict(headers) || parseUrl(endpoint).userinfo === undefined) return;
  if (Object.keys(headers).some((name) => name.toLowerCase() === 'authorization'))
    report(check('must not hold Authorization beside a user in http_endpoint', 'headers'));
};

const zipkin: ValueRule = (config, report) => {
  const tags = own(config, 'static_tags');
  if (!Array.isArray(tags)) return;
  const seen = new Set<unknown>();
  tags.forEach((tag: unknown, at) => {
    const name = isDict(tag) ? own(tag, 'name') : undefined;
    if (seen.has(name)) report(check('is there before', 'static_tags', at, 'name'));
    seen.add(name);
  });
};

const opentelemetry: ValueRule = (config, report) => {
  const attributes = own(config, 'resource_attributes');
  if (!isDict(attributes)) return;
  for (const [name, value] of Object.entries(attributes))
    if (value === '') report(check('must not be empty', 'resource_attributes', name));
};

const acme: ValueRule = (config, report) => {
  if (own(config, 'storage') === 'kong')
    report(check('must not be kong without a database: use shm, redis, consul or vault', 'storage'));
};

const awsLambda: ValueRule = (config, report) => {
  const proxy = own(config, 'proxy_url');
  const [, scheme] = typeof proxy === 'string' ? (/^([^:]+):\/\//.exec(proxy) ?? []) : [];
  if (scheme !== undefined && scheme !== 'http') report(check('must begin with http://', 'proxy_url'));
};

const proxyCache: ValueRule = (config, report) => {
  if (own(config, 'strategy') !== 'memory') return;
  const memory = own(config, 'memory');
  const name = isDict(memory) ? own(memory, 'dictionary_name') : undefined;
  if (name !== undefined && !(typeof name === 'string' && SHARED_DICTS.has(name)))
    report(check('is no shared memory zone of Kong, such as kong_db_cache', 'memory', 'dictionary_name'));
};

/** Anthropic's completions give no statistics to log. */
const aiStatistics =
  (...at: string[]): ValueRule =>
  (config, report) => {
    const llm = at.reduce<unknown>((outer, key) => (isDict(outer) ? own(outer, key) : undefined), config);
    if (!isDict(llm)) return;
    const [model, logging] = [own(llm, 'model'), own(llm, 'logging')];
    const logs = isDict(logging) && own(logging, 'log_statistics') === true;
    const provider = isDict(model) ? own(model, 'provider') : undefined;
    if (logs && provider === 'anthropic' && own(llm, 'route_type') === 'llm/v1/completions')
      report(
        check('does not work with anthropic and llm/v1/completions', ...at, 'logging', 'log_statistics'),
      );
  };

export const PLUGIN_VALUE_RULES: Readonly<Record<string, ValueRule>> = {
  acme,
  'ai-proxy': aiStatistics(),
  'ai-request-transformer': aiStatistics('llm'),
  'ai-response-transformer': aiStatistics('llm'),
  'aws-lambda': awsLambda,
  'http-log': httpLog,
  oauth2,
  opentelemetry,
  'proxy-cache': proxyCache,
  'rate-limiting': rateLimiting,
  'request-termination': requestTermination,
  'response-ratelimiting': responseRateLimiting,
  zipkin,
};
