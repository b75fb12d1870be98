import type { Dispatcher } from 'undici';
import type { Revision } from '../config/revision.js';
import type { Trouble } from '../report/happening.js';
import { targetOf } from './address.js';
import type { GatewayAddress } from './address.js';
import { classifyJson, classifyPush, classifyStatus, saysNothing } from './answers.js';
import type { HttpAnswer, PushAnswer, StatusAnswer } from './answers.js';
import { sliced } from './body.js';
import type { Lane } from './credentials.js';
import { exchange } from './exchange.js';
import type { Exchanged } from './exchange.js';
import { troubleOf } from './network-errors.js';
import { parseNode } from './node.js';
import type { KongNode } from './node.js';
import type { AdminReader } from './schemas.js';

/** Rejections echo the entities they are about; what is longer than this is cut. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

export interface PushOptions {
  /** Let Kong answer 304 where the hash is committed already. Never after an unknown outcome (kong-real-3.9.3). */
  readonly checkHash: boolean;
  /** Asked right before the request and before each slice of its body. */
  readonly mayWrite: () => boolean;
  /** Aborted with an {@link AbortReason}. */
  readonly signal: AbortSignal;
}

/** Why a request was cut short by us. */
export type AbortReason = 'timeout' | 'fence' | 'gone' | 'shutdown';

/** One gateway's Admin API, as far as we need it. Nothing here throws: every failure is an answer. */
export interface AdminApi {
  /** `GET /status`. */
  status(gateway: GatewayAddress, signal: AbortSignal): Promise<StatusAnswer>;
  /** `POST /config` of the sealed bytes; answers when Kong's whole answer has been read. */
  push(gateway: GatewayAddress, revision: Revision, options: PushOptions): Promise<PushAnswer>;
  /** `GET /`; `undefined` where there was no answer, or none for now. */
  node(gateway: GatewayAddress, signal: AbortSignal): Promise<KongNode | undefined>;
}

/** What a request needs besides its address; changes when credentials are rotated. */
export interface AdminTransport {
  readonly dispatcher: (gateway: GatewayAddress, lane: Lane) => Dispatcher;
  readonly headers: () => Readonly<Record<string, string>>;
  readonly workspace: string | undefined;
  /** Called on 401 and 403: credentials may have been rotated under us. */
  readonly onUnauthorized: () => void;
  readonly wallNow: () => number;
}

const toHttpAnswer = ({ status, header, body }: Exchanged): HttpAnswer => ({
  status,
  contentType: header('content-type') ?? '',
  retryAfter: header('retry-after'),
  body,
});

const ABORTED: Readonly<Record<AbortReason, Trouble>> = {
  timeout: { code: 'timeout', reason: 'no answer in time' },
  fence: { code: 'fence', reason: 'cut off: the lease ran out' },
  gone: { code: 'gone', reason: 'cut off: the gateway left' },
  shutdown: { code: 'shutdown', reason: 'cut off: shutting down' },
};

const SLOW_LOAD = 'raise --proxy-timeout-seconds if loads of this size take longer';
const SLOW_STATUS = 'is it stopped or overloaded? raise --gateway-discovery-readiness-check-timeout if not';

function abortReason(signal: AbortSignal): AbortReason | undefined {
  if (!signal.aborted) return undefined;
  const reason: unknown = signal.reason;
  return reason === 'timeout' || reason === 'fence' || reason === 'gone' || reason === 'shutdown'
    ? reason
    : 'shutdown';
}

/**
 * The Admin API over undici. Requests go out as `text/yaml` JSON with Content-Length, so that the hash Kong
 * stores is the MD5 of our bytes (design.md, promise 2).
 */
export function createAdminApi(transport: AdminTransport): AdminApi & AdminReader {
  const noteUnauthorized = (status: number): void => {
    if (status === 401 || status === 403) transport.onUnauthorized();
  };

  const get = async (
    gateway: GatewayAddress,
    path: string,
    signal: AbortSignal,
    lane: Lane = 'push',
    maxBytes = MAX_ANSWER_BYTES,
  ): Promise<HttpAnswer> => {
    const answer = await exchange(
      transport.dispatcher(gateway, lane),
      { ...targetOf(gateway, transport.workspace, path), method: 'GET', headers: transport.headers() },
      // Half of what was asked for says nothing of the gateway but that it broke off; a refusal is one without its text.
      { signal, keep: () => maxBytes, needsWhole: (status) => status < 300 },
    );
    noteUnauthorized(answer.status);
    return toHttpAnswer(answer);
  };

  const post = async (
    gateway: GatewayAddress,
    revision: Revision,
    { checkHash, mayWrite, signal }: PushOptions,
    flatten: boolean,
  ): Promise<PushAnswer> => {
    const query = [checkHash ? 'check_hash=1' : '', flatten ? 'flatten_errors=1' : '']
      .filter(Boolean)
      .join('&');
    const body = sliced(revision.bytes, mayWrite, gateway.url.startsWith('https:') ? 'tls' : 'plain');
    try {
      const answer = await exchange(
        transport.dispatcher(gateway, 'push'),
        {
          ...targetOf(gateway, transport.workspace, `/config${query === '' ? '' : `?${query}`}`),
          method: 'POST',
          headers: {
            ...transport.headers(),
            'content-type': 'text/yaml',
            'content-length': String(revision.bytes.length),
          },
          body: body.stream,
        },
        // Kong echoes 5-10 times the configuration, secrets and all: a success is read and dropped. Its status is what counts.
        { signal, keep: (status) => (status < 300 ? 0 : MAX_ANSWER_BYTES), needsWhole: () => false },
      );
      noteUnauthorized(answer.status);
      return classifyPush(toHttpAnswer(answer), transport.wallNow());
    } catch (error) {
      // Bytes that were handed out may still arrive: only a body that was never begun is surely not loaded.
      return cutOff(error, mayWrite() ? abortReason(signal) : 'fence', body.handedOut() > 0, SLOW_LOAD);
    } finally {
      body.stream.destroy();
    }
  };

  return {
    async status(gateway, signal) {
      try {
        return classifyStatus(await get(gateway, '/status', signal), transport.wallNow());
      } catch (error) {
        const answer = cutOff(error, abortReason(signal), false, SLOW_STATUS);
        return answer.kind === 'unreachable' ? answer : { kind: 'withdrawn' };
      }
    },

    async push(gateway, revision, options) {
      if (!options.mayWrite()) return { kind: 'withdrawn' };
      const answer = await post(gateway, revision, options, true);
      if (answer.kind !== 'rejected' || !saysNothing(answer.body)) return answer;
      const plain = await post(gateway, revision, options, false);
      return plain.kind === 'rejected' ? plain : answer;
    },

    async read(gateway, path, signal, maxBytes) {
      try {
        return classifyJson(await get(gateway, path, signal, 'read', maxBytes), transport.wallNow());
      } catch (error) {
        const trouble = cutOff(error, abortReason(signal), false, 'is it stopped or overloaded?');
        return { kind: 'failed', trouble: trouble.kind === 'withdrawn' ? ABORTED.shutdown : trouble.trouble };
      }
    },

    async node(gateway, signal) {
      try {
        const answer = await get(gateway, '/', signal);
        if (answer.status === 429 || answer.status >= 500) return undefined;
        const read = classifyJson(answer, transport.wallNow());
        return parseNode(read.kind === 'json' ? read.value : undefined);
      } catch {
        return undefined;
      }
    },
  };
}

/**
 * What a request that ended without an answer means.
 * @param sent whether any of its body left us
 * @param whenSlow the advice where there was no answer in time
 */
function cutOff(
  error: unknown,
  reason: AbortReason | undefined,
  sent: boolean,
  whenSlow: string,
): Extract<PushAnswer, { kind: 'unknown' | 'unreachable' | 'withdrawn' }> {
  const known = reason === undefined ? troubleOf(error) : ABORTED[reason];
  const trouble = known.code === 'timeout' ? { ...known, advice: whenSlow } : known;
  if (sent) return { kind: 'unknown', trouble };
  return reason === undefined || reason === 'timeout'
    ? { kind: 'unreachable', trouble }
    : { kind: 'withdrawn' };
}
