import type { Trouble } from '../report/happening.js';
import type { JsonAnswer } from './schemas.js';

/**
 * What a Kong Admin API said, in the classes that decide what happens next. Facts: Kong 3.9.3 as recorded,
 * and the sources of 2.8 to 3.10 for the answers nobody has seen (503, 504).
 */

export type PushAnswer =
  /** 201: committed; `configuration_hash` tells whether it is ours. */
  | { readonly kind: 'accepted' }
  /** 304: what is committed has this hash already. */
  | { readonly kind: 'same' }
  /** 400 about the configuration: another revision is needed. `body` is Kong's answer. */
  | { readonly kind: 'rejected'; readonly body: string; readonly trouble: Trouble }
  /** A fault of the set-up (token, size limit, not an Admin API, TLS): a person must change something. */
  | { readonly kind: 'refused'; readonly trouble: Trouble }
  /** 429: another load is running. */
  | { readonly kind: 'busy'; readonly retryAfterMs: number | undefined; readonly trouble: Trouble }
  /** Answered, but not done: 500, 503, … */
  | { readonly kind: 'failed'; readonly retryAfterMs: number | undefined; readonly trouble: Trouble }
  /** Something was sent and no answer came: Kong may be loading it, now or later. */
  | { readonly kind: 'unknown'; readonly trouble: Trouble }
  /** Nothing of the push was sent. */
  | { readonly kind: 'unreachable'; readonly trouble: Trouble }
  /** We may not touch gateways any more: the fence, or a shutdown, before anything was sent. */
  | { readonly kind: 'withdrawn' };

export type StatusAnswer =
  | { readonly kind: 'status'; readonly hash: string }
  | Extract<PushAnswer, { kind: 'refused' | 'busy' | 'failed' | 'unreachable' | 'withdrawn' }>;

export interface HttpAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly retryAfter: string | undefined;
  /** Possibly cut short; empty where it was not read. */
  readonly body: string;
}

/** Reads `Retry-After`: seconds (Kong may send fractions) or an HTTP date (RFC 9110, 10.2.3). */
export function retryAfterMs(header: string | undefined, wallNow: number): number | undefined {
  if (header === undefined) return undefined;
  const seconds = Number(header);
  if (header.trim() !== '' && Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - wallNow);
}

/** A JSON object, else nothing: nginx answers in HTML. */
function parseObject(body: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? { ...parsed }
      : undefined;
  } catch {
    return undefined;
  }
}

/** The `message` of a JSON answer, else nothing: HTML pages say less than their status. */
function messageOf(body: string): string | undefined {
  const message = parseObject(body)?.['message'];
  return typeof message === 'string' ? message : undefined;
}

/** Whether a 400 is Kong's verdict on the configuration (code 14), as opposed to a complaint about the request. */
function isVerdict(body: string): boolean {
  return parseObject(body)?.['code'] !== undefined;
}

/** 400s that nginx or Kong give for reasons other than the configuration's content. */
function troubleOf400(body: string): Trouble | undefined {
  if (/SSL certificate/i.test(body)) {
    return {
      code: 'tls',
      reason: 'the Admin API demands a client certificate (400)',
      advice: 'set --kong-admin-tls-client-cert-file and --kong-admin-tls-client-key-file',
    };
  }
  if (/plain HTTP request was sent to HTTPS port/i.test(body)) {
    return {
      code: 'tls',
      reason: 'the Admin API speaks HTTPS on this port (400)',
      advice: 'use an https:// URL, or a Service port whose name ends in -tls',
    };
  }
  const message = messageOf(body);
  if (message === 'expected a declarative configuration' || message === 'Cannot parse JSON body') {
    return {
      code: '400-unread',
      reason: `Kong could not read the body it was sent (400: ${message}); it is larger than its body buffer`,
      advice:
        'raise nginx_admin_client_body_buffer_size (KONG_NGINX_ADMIN_CLIENT_BODY_BUFFER_SIZE) to the value of nginx_admin_client_max_body_size',
    };
  }
  if (message !== undefined && /only available when Kong is configured to not use a database/.test(message)) {
    return {
      code: '400-database',
      reason: 'this Kong uses a database (400)',
      advice: 'Silverback configures DB-less gateways: start Kong with KONG_DATABASE=off',
    };
  }
  return undefined;
}

const TOO_LARGE_FOR_NGINX: Trouble = {
  code: '413',
  reason: "the configuration is larger than the Admin API's body limit (413)",
  advice:
    'raise both nginx_admin_client_max_body_size and nginx_admin_client_body_buffer_size (KONG_NGINX_ADMIN_CLIENT_MAX_BODY_SIZE, KONG_NGINX_ADMIN_CLIENT_BODY_BUFFER_SIZE; 10m by default)',
};

const TOO_LARGE_FOR_LMDB: Trouble = {
  code: '413-lmdb',
  reason: "the configuration does not fit in Kong's LMDB database (413)",
  advice: 'raise lmdb_map_size (KONG_LMDB_MAP_SIZE), and the size limit of the volume that holds the prefix',
};

/** Statuses that no retry will mend: somebody must change a setting, here or at the gateway. */
function setupTrouble({ status, body }: HttpAnswer): Trouble | undefined {
  switch (status) {
    case 401:
    case 403:
      return {
        code: String(status),
        reason: `the Admin API refused our credentials (${status})`,
        advice: 'check --kong-admin-token(-file), --kong-admin-header and the client certificate',
      };
    case 404:
      return {
        code: '404',
        reason: 'there is no such path here (404)',
        advice: 'check that the address is a Kong Admin API, and --kong-workspace',
      };
    case 405:
      return {
        code: '405',
        reason: 'the method is not allowed here (405)',
        advice:
          'check that the address is a Kong Admin API that accepts POST /config, with no read-only proxy before it',
      };
    case 413:
      return /LMDB|Kong cache/.test(body) ? TOO_LARGE_FOR_LMDB : TOO_LARGE_FOR_NGINX;
    case 415:
      return {
        code: '415',
        reason: 'the Admin API does not take text/yaml (415)',
        advice: 'Kong 2.8 or newer is needed; check for a proxy that rewrites Content-Type',
      };
    default:
      return status >= 300 && status < 400
        ? {
            code: String(status),
            reason: `the Admin API redirects (${status})`,
            advice: 'use the address that it redirects to',
          }
        : undefined;
  }
}

/** Classes shared by every request: what is neither success nor a verdict on a configuration. */
function troubled(
  answer: HttpAnswer,
  wallNow: number,
): Extract<PushAnswer, { kind: 'refused' | 'busy' | 'failed' }> {
  const setup = setupTrouble(answer);
  if (setup !== undefined) return { kind: 'refused', trouble: setup };
  const wait = retryAfterMs(answer.retryAfter, wallNow);
  const said = messageOf(answer.body);
  const reason = `answered ${answer.status}${said === undefined ? '' : `: ${said}`}`;
  if (answer.status === 429) {
    return { kind: 'busy', retryAfterMs: wait, trouble: { code: '429', reason } };
  }
  return { kind: 'failed', retryAfterMs: wait, trouble: { code: String(answer.status), reason } };
}

/** What the answer to `POST /config` means. `wallNow` (ms) resolves a Retry-After date. */
export function classifyPush(answer: HttpAnswer, wallNow: number): PushAnswer {
  const { status, body } = answer;
  if (status >= 200 && status < 300) return { kind: 'accepted' };
  if (status === 304) return { kind: 'same' };
  if (status === 400) {
    const trouble = troubleOf400(body);
    if (trouble !== undefined) return { kind: 'refused', trouble };
    if (isVerdict(body)) {
      return {
        kind: 'rejected',
        body,
        trouble: { code: '400', reason: 'Kong rejected the configuration (400)' },
      };
    }
  }
  if (status === 504) {
    // "Timed out while loading": whether it was committed is for /status to say.
    return { kind: 'unknown', trouble: { code: '504', reason: 'Kong timed out while loading (504)' } };
  }
  const other = troubled(answer, wallNow);
  if (other.kind !== 'failed' || status !== 500) return other;
  const advice =
    'a bare 500 after a change is most often a reference to something that is not in the configuration; Kong tells more in its error log';
  return { ...other, trouble: { ...other.trouble, advice } };
}

const NOT_KONG: Trouble = {
  code: 'not-kong',
  reason: 'GET /status did not answer as a Kong Admin API does',
  advice: 'check the address and the port name',
};

const NOT_DBLESS: Trouble = {
  code: 'no-hash',
  reason: 'GET /status shows no configuration_hash: this Kong is not DB-less',
  advice: 'start Kong with KONG_DATABASE=off',
};

/** What the answer to `GET /status` means. A Kong that shows no hash is a set-up fault. */
export function classifyStatus(answer: HttpAnswer, wallNow: number): StatusAnswer {
  if (answer.status === 400) {
    const trouble = troubleOf400(answer.body);
    if (trouble !== undefined) return { kind: 'refused', trouble };
  }
  if (answer.status !== 200) return troubled(answer, wallNow);
  const parsed = parseObject(answer.body);
  if (parsed === undefined) return { kind: 'refused', trouble: NOT_KONG };
  const hash = parsed['configuration_hash'];
  if (typeof hash === 'string') return { kind: 'status', hash };
  return { kind: 'refused', trouble: 'server' in parsed ? NOT_DBLESS : NOT_KONG };
}

/** What the answer to a GET of something that may not be there means. */
export function classifyJson(answer: HttpAnswer, wallNow: number): JsonAnswer {
  const { status, body } = answer;
  if (status === 200) {
    const value = parseObject(body);
    return value === undefined ? { kind: 'failed', trouble: NOT_JSON } : { kind: 'json', value };
  }
  // Kong's own 404 has a message; any web server has pages of its own.
  if (status === 404 && messageOf(body) !== undefined) return { kind: 'absent' };
  const trouble = status === 400 ? troubleOf400(body) : undefined;
  return { kind: 'failed', trouble: trouble ?? troubled(answer, wallNow).trouble };
}

const NOT_JSON: Trouble = {
  code: 'not-kong',
  reason: 'the answer is no JSON, or too long to be read',
  advice: 'check that the URL is that of the Admin API (port 8001 or 8444), not of the proxy',
};

/** True for a 400 that says nothing: Kong loses references and some duplicates when asked to flatten errors. */
export function saysNothing(body: string): boolean {
  const parsed = parseObject(body);
  const isEmpty = (value: unknown): boolean =>
    value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
  return (
    parsed?.['flattened_errors'] !== undefined &&
    isEmpty(parsed['flattened_errors']) &&
    isEmpty(parsed['fields'])
  );
}
