import type { Dispatcher } from 'undici';
import type { Clock } from '../../src/clock/clock.js';
import { sleep } from '../../src/clock/clock.js';
import { createAdminApi } from '../../src/gateway/admin-api.js';
import type { AdminApi } from '../../src/gateway/admin-api.js';
import type { AdminReader } from '../../src/gateway/schemas.js';
import type { Dice } from './dice.js';
import type { Note, Run, Sender } from './facts.js';
import type { Kong, KongAnswer } from './kong.js';
import type { Network } from './network.js';

/** Who listens at an address now. */
export type Hosts = (host: string) => Kong | undefined;

export interface GatewayLinkOptions {
  readonly clock: Clock;
  readonly network: Network;
  readonly dice: Dice;
  readonly run: Run;
  readonly from: string;
  readonly hosts: Hosts;
  /** How likely a connection is reset, before or after the request arrived. */
  readonly resets: () => number;
  /** How long a slice of a body takes to leave (ms). */
  readonly sliceMs: number;
  readonly note: Note;
}

/** What undici's dispatcher is asked for here. */
interface Asked {
  readonly origin: string;
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: AsyncIterable<Uint8Array>;
}

/** The real Admin API client over a simulated network: what it sends leaves at once, what it gets comes when it comes. */
export function linkToGateways(options: GatewayLinkOptions, userAgent: () => string): AdminApi & AdminReader {
  const dispatcher = createDispatcher(options);
  return createAdminApi({
    dispatcher: () => dispatcher,
    headers: () => ({ 'user-agent': userAgent() }),
    workspace: undefined,
    onUnauthorized: () => undefined,
    wallNow: () => options.run.process.clock.wall().getTime(),
  });
}

/** Nothing but `dispatch` is used of undici's, and that in this form. */
function createDispatcher(options: GatewayLinkOptions): Dispatcher {
  const request = createRequest(options);
  const dispatch = (asked: Asked, handler: Dispatcher.DispatchHandler): boolean => {
    const cut = new AbortController();
    const controller: Dispatcher.DispatchController = {
      aborted: false,
      paused: false,
      reason: null,
      abort: (error) => cut.abort(error.cause),
      pause: () => undefined,
      resume: () => undefined,
    };
    handler.onRequestStart?.(controller, undefined);
    request(asked, cut.signal).then(
      ({ status, headers, body }) => {
        handler.onResponseStart?.(controller, status, headers);
        handler.onResponseData?.(controller, Buffer.from(body));
        handler.onResponseEnd?.(controller, {});
      },
      (error: unknown) => {
        if (error instanceof Error) handler.onResponseError?.(controller, error);
      },
    );
    return true;
  };
  return { dispatch } as unknown as Dispatcher;
}

function createRequest(
  options: GatewayLinkOptions,
): (asked: Asked, signal: AbortSignal) => Promise<KongAnswer> {
  const { clock, run, note, sliceMs } = options;

  return async ({ origin, path, method, headers, body }, signal) => {
    const by = { run, term: termOf(headers['user-agent']) };
    const to = new URL(origin).host;
    const what = `${method} ${path}`;
    const chunks: Uint8Array[] = [];
    const sent = (): void => note({ kind: 'sent', by, to, what, push: body !== undefined });
    const cutOff = (): void => note({ kind: 'cut-off', by, to, what, reason: String(signal.reason) });
    if (body === undefined) sent();
    else {
      for await (const chunk of body) {
        if (signal.aborted) break;
        sent();
        chunks.push(chunk);
        await sleep(run.process.clock, sliceMs, signal);
      }
    }
    if (signal.aborted) {
      cutOff();
      throw new Error('aborted');
    }
    const sentAt = clock.now();
    return new Promise((resolve, reject) => {
      let awaited = true;
      const abort = (): void => {
        awaited = false;
        takeBack();
        cutOff();
        reject(new Error('aborted'));
      };
      signal.addEventListener('abort', abort, { once: true });
      const settle = (fn: () => void): void =>
        run.process.deliver(() => {
          if (!awaited) return;
          awaited = false;
          signal.removeEventListener('abort', abort);
          fn();
        });
      const takeBack = exchange(
        options,
        {
          by,
          to,
          what,
          method,
          path,
          bytes: body && Buffer.concat(chunks),
          sentAt,
          awaited: () => awaited && run.process.alive(),
        },
        (answer) =>
          settle(() => {
            const { status, body: text } = answer;
            const shows = /"configuration_hash":"(\w+)"/.exec(text)?.[1];
            note({ kind: 'answered', by, from: to, what, status, shows });
            resolve(answer);
          }),
        (code) =>
          settle(() => {
            note({ kind: 'failed', by, to, what });
            reject(Object.assign(new Error(code), { code }));
          }),
      );
    });
  };
}

interface Sent {
  readonly by: Sender;
  readonly to: string;
  readonly what: string;
  readonly method: string;
  readonly path: string;
  readonly bytes: Uint8Array | undefined;
  readonly sentAt: number;
  readonly awaited: () => boolean;
}

/** There and back again. Gives what the sender's kernel does when the sender closes the connection. */
function exchange(
  { network, dice, from, hosts, resets }: GatewayLinkOptions,
  { by, to, method, path, bytes, sentAt, awaited }: Sent,
  onAnswer: (answer: KongAnswer) => void,
  onError: (code: string) => void,
): () => void {
  const reset = dice.chance(resets()) ? dice.pick(['before', 'after']) : undefined;
  return network.send(from, to, () => {
    if (reset === 'before') {
      onError('ECONNRESET');
      return;
    }
    const kong = hosts(to);
    // Nobody has the address, or nobody listens: a packet that leads nowhere, or a refusal.
    if (kong === undefined) {
      if (dice.chance(0.5)) network.send(to, from, () => onError('ECONNREFUSED'));
      return;
    }
    const leave = kong.onDeath(() => {
      leave();
      network.send(to, from, () => onError('ECONNRESET'));
    });
    const push = bytes === undefined ? undefined : { by, sentAt, awaited };
    kong.process.deliver(() =>
      kong.handle({ method, path, body: bytes, push }, (answer) => {
        leave();
        if (reset === 'after') network.send(to, from, () => onError('ECONNRESET'));
        else network.send(to, from, () => onAnswer(answer));
      }),
    );
  });
}

const termOf = (userAgent = ''): number => Number(/; term (\d+)\)/.exec(userAgent)?.[1] ?? NaN);
