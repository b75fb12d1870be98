import { systemClock } from '../../../src/clock/clock.js';
import { createKubeApi } from '../../../src/emulator/kube/api.js';
import { resourceOfKind } from '../../../src/emulator/kube/resources.js';
import { createStore } from '../../../src/emulator/kube/store.js';
import type { Store } from '../../../src/emulator/kube/store.js';
import { createClient } from '../../../src/kube/client/client.js';
import type { KubeClient } from '../../../src/kube/client/client.js';
import type { KubeAnswer, KubeRequest } from '../../../src/kube/client/transport.js';
import { openSecretHistory } from '../../../src/history/secret-history.js';
import type { HistoryStore } from '../../../src/history/store.js';

/** What happens to a request: it goes on by itself, is refused, or its answer is lost. */
export type Fate = 'lose-answer' | 'lose-request' | { readonly status: number } | undefined;

export interface KubeSecrets {
  readonly store: Store;
  readonly client: KubeClient;
  /** `PATCH history-0`, in order. */
  readonly requests: string[];
  /** Asked before each request; may do something else in between. */
  fate: (request: KubeRequest, name: string) => Fate | Promise<Fate>;
  history(slots?: number): HistoryStore;
  create(...names: readonly string[]): void;
  /** The value of the only key of a Secret. */
  value(name: string): Buffer | undefined;
  labels(name: string): unknown;
  put(name: string, data: Readonly<Record<string, string>>): void;
  remove(name: string): void;
}

const SECRET = resourceOfKind('Secret');

async function* bodyOf(body: object | string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

/** The emulated API's Secrets, without a network in between but what `fate` makes of it. */
export function createKubeSecrets(...names: readonly string[]): KubeSecrets {
  let made = 0;
  const store = createStore({ uid: () => `uid-${(made += 1)}`, wall: () => new Date() });
  const api = createKubeApi({
    store,
    // The server's timers outlive a watch that its client has left, and must not keep the process.
    after(ms, fn) {
      const timer = setTimeout(fn, ms).unref();
      return () => clearTimeout(timer);
    },
    bookmarkMs: 60_000,
    goneAs: 'event',
  });
  const secrets: KubeSecrets = {
    store,
    requests: [],
    fate: () => undefined,
    client: createClient({ clock: systemClock, send }),
    history: (slots = 4) =>
      openSecretHistory({
        client: secrets.client,
        namespace: 'kong',
        name: 'history',
        slots,
        revisionHistory: 5,
        clock: systemClock,
        // Short pauses, and yet no two alike.
        random: () => Math.random() / 100,
      }),
    create(...more) {
      for (const name of more) store.create(SECRET, 'kong', { metadata: { name, labels: { from: 'helm' } } });
    },
    value(name) {
      const data = store.get(SECRET, 'kong', name)['data'] as Record<string, string> | undefined;
      const [value] = Object.values(data ?? {});
      return value === undefined ? undefined : Buffer.from(value, 'base64');
    },
    labels: (name) => store.get(SECRET, 'kong', name).metadata.labels,
    put(name, data) {
      const { resourceVersion } = store.get(SECRET, 'kong', name).metadata;
      store.update(SECRET, 'kong', name, { metadata: { name, resourceVersion }, data });
    },
    remove: (name) => void store.remove(SECRET, 'kong', name),
  };

  async function send(request: KubeRequest): Promise<KubeAnswer> {
    const [path = ''] = request.path.split('?');
    const name = path.split('/').at(-1) ?? '';
    secrets.requests.push(`${request.method} ${name}`);
    const fate = await secrets.fate(request, name);
    if (fate === 'lose-request') throw new Error('connection refused');
    if (typeof fate === 'object') return { status: fate.status, retryAfter: undefined, body: bodyOf('{}') };
    const answer = api.handle(request);
    if (fate === 'lose-answer') throw new Error('connection reset');
    if (!('watch' in answer))
      return { status: answer.status, retryAfter: undefined, body: bodyOf(answer.body) };
    const { watch } = answer;
    return { status: 200, retryAfter: undefined, body: linesOf(watch) };
  }

  secrets.create(...names);
  return secrets;
}

async function* linesOf(watch: {
  open(to: { line: (text: string) => void; end: () => void }): () => void;
}): AsyncGenerator<Uint8Array> {
  const lines: string[] = [];
  const stream = { ended: false };
  let wake = (): void => undefined;
  const close = watch.open({
    line: (text) => {
      lines.push(text);
      wake();
    },
    end: () => {
      stream.ended = true;
      wake();
    },
  });
  try {
    for (;;) {
      for (const line of lines.splice(0)) yield Buffer.from(line);
      if (stream.ended) return;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    close();
  }
}
