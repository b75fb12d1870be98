import type { Clock } from '../../src/clock/clock.js';
import type { ApiAnswer, KubeApi } from '../../src/emulator/kube/api.js';
import type { KubeAnswer, KubeRequest, SendRequest } from '../../src/kube/client/transport.js';
import { createStream, plainAnswer } from '../support/virtual-kube.js';
import type { Dice } from './dice.js';
import type { Note, Run } from './facts.js';
import type { Network } from './network.js';

/** The API server's place in the network. */
export const API = 'api';

/** How likely each trouble is for a request to the API server. */
export interface ApiWeather {
  /** 429, 500, 503 or 504 instead of an answer. */
  readonly refuses: number;
  /** The connection breaks before the request arrives, or before its answer does. */
  readonly loses: number;
  /** As `loses`, but nobody is told. */
  readonly swallows: number;
  /** A middlebox sends it twice. */
  readonly doubles: number;
  /** It is acted on late. */
  readonly slow: number;
}

export const FAIR_API: ApiWeather = { refuses: 0, loses: 0, swallows: 0, doubles: 0, slow: 0 };

/** The API server, as all processes share it. */
export interface ApiServer {
  readonly api: KubeApi;
  weather: ApiWeather;
  /** While it is down, connections to it are refused. */
  down: boolean;
  /** Breaks every watch. */
  readonly breakStreams: () => void;
  /** What to call when streams are to break; gives how to leave. */
  readonly onBreak: (fn: () => void) => () => void;
}

export function createApiServer(api: KubeApi): ApiServer {
  const streams = new Set<() => void>();
  return {
    api,
    weather: FAIR_API,
    down: false,
    breakStreams: () => [...streams].forEach((breakOff) => breakOff()),
    onBreak(fn) {
      streams.add(fn);
      return () => streams.delete(fn);
    },
  };
}

const SLOW_MS = 8_000;

interface KubeLinkOptions {
  readonly clock: Clock;
  readonly network: Network;
  readonly server: ApiServer;
  readonly dice: Dice;
  readonly run: Run;
  /** Its host's place in the network. */
  readonly from: string;
  readonly note: Note;
}

/** One replica's way to the API server. `close` is what the kernel does when the process dies. */
export function linkToKube(options: KubeLinkOptions): {
  readonly send: SendRequest;
  readonly close: () => void;
} {
  const { clock, network, server, dice, run, from, note } = options;
  const open = new Set<() => void>();

  function send(request: KubeRequest): Promise<KubeAnswer> {
    return new Promise((resolve, reject) => {
      const requestedAt = clock.now();
      let over = false;
      const fail = (why: string): void => run.process.deliver(() => reject(new Error(why)));
      const abort = (): void => {
        over = true;
        takeBack();
        reject(new Error('aborted'));
      };
      const answerWith = (answer: KubeAnswer, status: number, body: unknown): void => {
        network.send(API, from, () =>
          run.process.deliver(() => {
            if (over) return;
            over = true;
            request.signal.removeEventListener('abort', abort);
            noteAnswer(request, requestedAt, status, body);
            resolve(answer);
          }),
        );
      };
      const act = (): void => {
        if (server.down) {
          fail('connect ECONNREFUSED');
          return;
        }
        const refusal = dice.chance(server.weather.refuses) ? refusalOf(dice) : undefined;
        const served = refusal ?? server.api.handle(request);
        if (fate === 'answer-lost') {
          fail('read ECONNRESET');
          return;
        }
        if (fate === 'answer-swallowed') return;
        if ('watch' in served) answerWith(openStream(served, request), 200, undefined);
        else answerWith(plainAnswer(plain(served)), served.status, served.body);
      };
      const fate = fateOf(request);
      const arrive = (): void => {
        if (server.down) {
          fail('connect ECONNREFUSED');
          return;
        }
        if (fate === 'request-lost') {
          fail('write EPIPE');
          return;
        }
        if (fate === 'request-swallowed') return;
        if (fate === 'doubled') clock.after(dice.between(1, SLOW_MS), () => server.api.handle(request));
        if (dice.chance(server.weather.slow)) clock.after(dice.between(100, SLOW_MS), act);
        else act();
      };
      const takeBack = network.send(from, API, arrive);
      if (request.signal.aborted) abort();
      request.signal.addEventListener('abort', abort, { once: true });
    });
  }

  function fateOf({ path }: KubeRequest): string {
    const { loses, swallows, doubles } = server.weather;
    if (dice.chance(loses)) return dice.chance(0.5) ? 'request-lost' : 'answer-lost';
    if (dice.chance(swallows)) return dice.chance(0.5) ? 'request-swallowed' : 'answer-swallowed';
    return !path.includes('watch=') && dice.chance(doubles) ? 'doubled' : 'fine';
  }

  /** In order, whatever happens; held while the way is cut, broken when it stays cut. */
  function openStream(answer: Extract<ApiAnswer, { watch: unknown }>, { signal }: KubeRequest): KubeAnswer {
    const stream = createStream(signal);
    /** `undefined` is the end. */
    let waiting: (string | undefined)[] = [];
    let onTheWay = false;
    let over = false;
    const pump = (): void => {
      if (onTheWay || over || waiting.length === 0) return;
      onTheWay = true;
      const batch = waiting;
      waiting = [];
      network.send(API, from, () => {
        onTheWay = false;
        if (over) return;
        run.process.deliver(() => {
          for (const line of batch) {
            if (line === undefined) stream.end();
            else stream.push(line);
          }
        });
        pump();
      });
    };
    const pass = (line: string | undefined): void => {
      waiting.push(line);
      pump();
    };
    const closeWatch = answer.watch.open({ line: pass, end: () => pass(undefined) });
    const close = (): void => {
      over = true;
      closeWatch();
      open.delete(close);
      leaveServer();
      leaveNetwork();
    };
    const breakOff = (): void => {
      close();
      run.process.deliver(() => stream.breakOff());
    };
    const leaveServer = server.onBreak(breakOff);
    const leaveNetwork = network.onGivenUp(from, API, breakOff);
    open.add(close);
    if (signal.aborted) close();
    signal.addEventListener('abort', close, { once: true });
    return { status: 200, retryAfter: undefined, body: stream.body };
  }

  function noteAnswer(
    { method, path }: KubeRequest,
    requestedAt: number,
    status: number,
    body: unknown,
  ): void {
    const plural = pluralOf(path);
    if (method === 'GET' && status === 200 && path.includes('?') && !path.includes('watch=')) {
      if (!isContinued(body)) note({ kind: 'listed', by: run, resource: plural });
    }
    if (plural === 'leases' && status < 300 && holderOf(body) !== undefined) {
      note({ kind: 'lease-seen', by: run });
    }
    if (plural === 'leases' && method !== 'GET' && status < 300 && holderOf(body) === run.identity) {
      note({ kind: 'lease-held', by: run, requestedAt });
    }
  }

  return { send, close: () => [...open].forEach((close) => close()) };
}

function refusalOf(dice: Dice): { status: number; body: object; retryAfterSeconds?: number } {
  const code = dice.pick([429, 500, 503, 504]);
  const body = {
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    code,
    reason: 'Trouble',
    message: 'not now',
  };
  return {
    status: code,
    body,
    ...(code === 429 || dice.chance(0.3) ? { retryAfterSeconds: dice.whole(1, 3) } : {}),
  };
}

function plain(answer: Extract<ApiAnswer, { body: unknown }>): Parameters<typeof plainAnswer>[0] {
  const { status, body, retryAfterSeconds: wait } = answer;
  return { status, body, ...(wait === undefined ? {} : { retryAfter: String(wait) }) };
}

const pluralOf = (path: string): string => {
  const parts = (path.split('?')[0] ?? '').split('/');
  return parts[parts.indexOf('namespaces') + 2] ?? '';
};

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;

const holderOf = (body: unknown): unknown => fieldOf(fieldOf(body, 'spec'), 'holderIdentity');
const isContinued = (body: unknown): boolean => fieldOf(fieldOf(body, 'metadata'), 'continue') !== undefined;
