import { sleep, type Clock } from '../../clock/clock.js';
import { errorFromAnswer, KubeError } from '../kube-error.js';
import { isObject, textOf } from '../object.js';
import { startDeadline, untilAborted, type Deadline } from './deadline.js';
import type { KubeAnswer, KubeRequest, SendRequest } from './transport.js';

export type Call = Omit<KubeRequest, 'signal'>;

export interface CallOptions {
  /** For the whole call, retries included; for a list, for each page. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** A server that says "retry after 0 seconds" is still not called in a tight loop. */
const SHORTEST_RETRY_MS = 250;
const LONGEST_BODY = 256 * 1024 * 1024;

/**
 * One call: gives the answer's JSON, or rejects with a KubeError. A 429 or 503 with Retry-After is tried again within the call's
 * time, as client-go does: the server has then not acted on the request.
 */
export async function makeCall(
  { send, clock }: { readonly send: SendRequest; readonly clock: Clock },
  call: Call,
  { timeoutMs, signal }: CallOptions & { readonly timeoutMs: number },
): Promise<unknown> {
  const deadline = startDeadline(clock, timeoutMs, signal);
  try {
    for (;;) {
      const answer = await oneAnswer(send, call, deadline);
      if (!(answer.error instanceof KubeError)) return answer.json;
      const wait = Math.max(answer.error.retryAfterMs ?? Infinity, SHORTEST_RETRY_MS);
      if (clock.now() + wait >= deadline.at) throw answer.error;
      await sleep(clock, wait, deadline.signal);
    }
  } catch (error) {
    throw asKubeError(askedOf(call), error, deadline);
  } finally {
    deadline.close();
  }
}

/** `GET /apis/…/leases`: for messages, so without the query and never with a body. */
export function askedOf({ method, path }: Call): string {
  return `${method} ${path.split('?')[0] ?? ''}`;
}

/** The error of an answer that is none of success; undefined for success, its body then still unread. */
export async function refusalOf(
  asked: string,
  answer: KubeAnswer,
  signal: AbortSignal,
): Promise<KubeError | undefined> {
  if (answer.status >= 200 && answer.status < 300) return undefined;
  const text = await readText(answer.body, signal);
  return errorFromAnswer(asked, answer.status, text, answer.retryAfter);
}

/** What went wrong as a KubeError: time was up, the caller gave up, or the network failed. */
export function asKubeError(asked: string, error: unknown, deadline: Deadline): KubeError {
  if (error instanceof KubeError) return error;
  if (deadline.expired()) return new KubeError(0, 'Timeout', `${asked}: no answer in time`);
  if (deadline.signal.aborted) return new KubeError(0, 'Aborted', `${asked}: given up`);
  return new KubeError(0, 'Unreachable', `${asked}: ${describe(error)}`);
}

async function oneAnswer(
  send: SendRequest,
  call: Call,
  { signal }: Deadline,
): Promise<{ readonly json?: unknown; readonly error?: KubeError }> {
  const answer = await untilAborted(send({ ...call, signal }), signal);
  const error = await refusalOf(askedOf(call), answer, signal);
  return error === undefined ? { json: parseBody(call, await readText(answer.body, signal)) } : { error };
}

async function readText(body: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const read = async (): Promise<string> => {
    for await (const chunk of body) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > LONGEST_BODY) throw new KubeError(0, 'BadAnswer', 'the answer is longer than 256 MiB');
    }
    return Buffer.concat(chunks, size).toString('utf8');
  };
  return untilAborted(read(), signal);
}

function parseBody(call: Call, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const asked = askedOf(call);
    throw new KubeError(0, 'BadAnswer', `${asked}: the answer is no JSON. Is this the API server's address?`);
  }
}

/** A network error's code and words, e.g. `ECONNREFUSED: connect …`; where there is only a cause, the cause's. */
function describe(error: unknown): string {
  if (!isObject(error)) return 'failed';
  const message = textOf(error, 'message') ?? '';
  const inner: unknown = Array.isArray(error['errors']) ? error['errors'][0] : error['cause'];
  if (message === '' && inner !== undefined) return describe(inner);
  const code = textOf(error, 'code');
  return code === undefined || message.includes(code) ? message : `${code}: ${message}`;
}
