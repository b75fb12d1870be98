import type { Clock } from '../../src/clock/clock.js';
import { createKubeApi, type ApiAnswer, type KubeApi } from '../../src/emulator/kube/api.js';
import { createStore, type Store } from '../../src/emulator/kube/store.js';
import type { KubeAnswer, KubeRequest, SendRequest } from '../../src/kube/client/transport.js';
import type { VirtualProcess } from './virtual-process.js';

/** The way between one process and the API server; may be changed at any time. */
export interface VirtualNetwork {
  /** One way, for each message. */
  latencyMs: () => number;
  /** While true nothing gets through, in either direction; streams that lost a line stay silent. */
  partitioned: boolean;
  /** Decides for each request what is lost of it. */
  loses: (request: KubeRequest) => 'request' | 'answer' | undefined;
  /** Answers in place of the API server, where it gives something. */
  intercept: (request: KubeRequest) => { status: number; body: string; retryAfter?: string } | undefined;
}

export interface VirtualKube {
  readonly store: Store;
  readonly api: KubeApi;
  /** The newest requests that reached the server: `PUT /apis/…`. */
  readonly requests: string[];
  connect(process: VirtualProcess, network?: Partial<VirtualNetwork>): VirtualConnection;
}

export interface VirtualConnection {
  readonly send: SendRequest;
  readonly network: VirtualNetwork;
}

/** The emulator's API under a virtual clock, with networks in between that delay, lose and cut. */
export function createVirtualKube(root: Clock): VirtualKube {
  let made = 0;
  const store = createStore({ uid: () => `uid-${(made += 1)}`, wall: () => root.wall() });
  const api = createKubeApi({
    store,
    after: (ms, fn) => root.after(ms, fn),
    bookmarkMs: 60_000,
    goneAs: 'event',
  });
  const requests: string[] = [];

  function connect(process: VirtualProcess, parts: Partial<VirtualNetwork> = {}): VirtualConnection {
    const network: VirtualNetwork = {
      latencyMs: () => 5,
      partitioned: false,
      loses: () => undefined,
      intercept: () => undefined,
      ...parts,
    };
    const send: SendRequest = (request) =>
      new Promise((resolve, reject) => {
        const abort = (): void => reject(new Error('aborted'));
        if (request.signal.aborted) abort();
        request.signal.addEventListener('abort', abort, { once: true });
        const lost = network.loses(request);
        root.after(network.latencyMs(), () => {
          if (network.partitioned || lost === 'request') return;
          requests.push(`${request.method} ${request.path.split('?')[0] ?? ''}`);
          const served = network.intercept(request) ?? api.handle(request);
          const answer =
            'watch' in served ? openStream(served, request, process, network) : plainAnswer(served);
          root.after(network.latencyMs(), () => {
            if (network.partitioned || lost === 'answer') return;
            process.deliver(() => resolve(answer));
          });
        });
      });
    return { send, network };
  }

  function openStream(
    answer: Extract<ApiAnswer, { watch: unknown }>,
    { signal }: KubeRequest,
    process: VirtualProcess,
    network: VirtualNetwork,
  ): KubeAnswer {
    const stream = createStream(signal);
    let lastAt = 0;
    let broken = false;
    const pass = (fn: () => void): void => {
      lastAt = Math.max(lastAt, root.now() + network.latencyMs());
      broken ||= network.partitioned;
      if (!broken) root.after(lastAt - root.now(), () => process.deliver(fn));
    };
    const close = answer.watch.open({
      line: (text) => pass(() => stream.push(text)),
      end: () => pass(() => stream.end()),
    });
    signal.addEventListener('abort', close, { once: true });
    return { status: 200, retryAfter: undefined, body: stream.body };
  }

  return { store, api, requests, connect };
}

/** An answer as the client gets it from the transport. */
export function plainAnswer(answer: {
  readonly status: number;
  readonly body: object | string;
  readonly retryAfter?: string;
}): KubeAnswer {
  const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
  return {
    status: answer.status,
    retryAfter: answer.retryAfter,
    body: (async function* () {
      yield Buffer.from(text);
    })(),
  };
}

/** A body that is pushed into; an aborted signal breaks it, and so does the network. */
export function createStream(signal: AbortSignal): {
  readonly body: AsyncIterable<Uint8Array>;
  push(text: string): void;
  end(): void;
  breakOff(): void;
} {
  const chunks: (Uint8Array | 'end' | 'broken')[] = [];
  let wake = (): void => undefined;
  signal.addEventListener('abort', () => wake(), { once: true });
  const add = (chunk: Uint8Array | 'end' | 'broken'): void => {
    chunks.push(chunk);
    wake();
  };
  return {
    push: (text) => add(Buffer.from(text)),
    end: () => add('end'),
    breakOff: () => add('broken'),
    body: (async function* () {
      for (;;) {
        if (signal.aborted) throw new Error('aborted');
        const chunk = chunks.shift();
        if (chunk === 'end') return;
        if (chunk === 'broken') throw new Error('the connection was reset');
        if (chunk === undefined) await new Promise<void>((resolve) => (wake = resolve));
        else yield chunk;
      }
    })(),
  };
}
