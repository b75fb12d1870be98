// Texts whose form is one plugin's own business (Kong 3.9).
import { luaProblem } from '../../syntax/lua.js';
import { expressionsIn } from '../../syntax/template.js';
import { headerNameFault } from '../text/name.js';

/** The shared memory zones that a Kong of 3.9 is built with. */
export const SHARED_DICTS: ReadonlySet<string> = new Set([
  'kong',
  'kong_cluster_events',
  'kong_core_db_cache',
  'kong_core_db_cache_miss',
  'kong_db_cache',
  'kong_db_cache_miss',
  'kong_healthchecks',
  'kong_locks',
  'kong_rate_limiting_counters',
  'kong_secrets',
  'prometheus_metrics',
]);

export function sharedDictFault(text: string): string | undefined {
  return SHARED_DICTS.has(text) ? undefined : 'is no shared memory zone of Kong, such as kong';
}

const ACME_RESERVED = ['kong_acme:renew_config:', 'kong_acme:renew_last_run', 'kong_acme:cert_key:'];

export function acmeNamespaceFault(text: string): string | undefined {
  const taken = ACME_RESERVED.find((word) => text.startsWith(word));
  return taken === undefined ? undefined : `must not begin with ${taken}, which the plugin uses itself`;
}

/** `name:value`, as request-transformer takes it apart. */
function pairOf(text: string): { readonly name?: string; readonly value: string } {
  const [, name, value = ''] = /^([^:]+):*([^]*)$/.exec(text) ?? [];
  return { value, ...(name !== undefined && { name }) };
}

const isHeader = (name: string | undefined): boolean =>
  name !== undefined && headerNameFault(name) === undefined;

/** `header:value`, or the header alone. */
export function headerPairFault(text: string): string | undefined {
  return isHeader(pairOf(text).name) ? undefined : "must be a header's name, a colon and a value";
}

/** `old:new`. */
export function headerRenameFault(text: string): string | undefined {
  const { name, value } = pairOf(text);
  return isHeader(name) && isHeader(value)
    ? undefined
    : 'must be two names of headers with a colon between them';
}

/** `name:value`, where what stands in `$(...)` is a Lua expression. */
export function templateFault(text: string): string | undefined {
  const { name, value } = pairOf(text);
  if (name === undefined || value === '') return 'must be a name, a colon and a value';
  const broken = expressionsIn(value).some((lua) => luaProblem(`return ((${lua}) or '')`) !== undefined);
  return broken ? 'holds a $(...) whose inside is no Lua expression' : undefined;
}
