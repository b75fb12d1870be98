import { createHash } from 'node:crypto';
import type { Clock } from '../../src/clock/clock.js';
import { EMPTY_HASH } from '../../src/config/revision.js';
import { createVirtualProcess } from '../support/virtual-process.js';
import type { VirtualProcess } from '../support/virtual-process.js';
import type { Dice } from './dice.js';
import type { KongView, Note, Push } from './facts.js';

/** How a Kong node behaves; may change at any time. */
export interface KongTraits {
  readonly version: string;
  /** How long loads take, from the end of the body to the commit, at most (ms). */
  loadMs: number;
  /** How long /status goes on showing the hash from before a commit, at most (ms). */
  hashLagMs: number;
  /** Several workers: a second load is refused with 429 while one runs (kong-real-3.9.3, "Concurrency"). */
  readonly busyWhenLoading: boolean;
  /** Statuses that the next pushes are answered with. */
  troubles: number[];
}

export interface KongRequest {
  readonly method: string;
  readonly path: string;
  readonly body: Uint8Array | undefined;
  /** Ours; absent for what somebody else sends. */
  readonly push: Omit<Push, 'hash' | 'checkHash'> | undefined;
}

export interface KongAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One life of a DB-less Kong node, from its start to its death, as its Admin API shows it. */
export interface Kong extends KongView {
  readonly process: VirtualProcess;
  readonly loading: () => boolean;
  /** The configuration that it serves. */
  readonly text: () => string;
  readonly handle: (request: KongRequest, answer: (answer: KongAnswer) => void) => void;
  /** Calls back when the node dies: connections break. */
  readonly onDeath: (fn: () => void) => () => void;
  readonly die: () => void;
}

export interface KongOptions {
  readonly name: string;
  readonly host: string;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly traits: KongTraits;
  /** What it starts on, from a file. */
  readonly text?: string;
  readonly note: Note;
  readonly onCommit: () => void;
}

export const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');

/** The tag with which a configuration makes a Kong of a version reject it, though it is valid. */
export const rejectedBy = (version: string): string => `not-for-${version}`;

export function startKong(options: KongOptions): Kong {
  const { name, clock, dice, traits, note } = options;
  const process = createVirtualProcess(clock);
  const deaths = new Set<() => void>();
  const loads = new Set<{ readonly hash: string; readonly push: Push | undefined }>();
  const nodeId = nodeIdOf(dice);
  let hash = options.text === undefined ? EMPTY_HASH : md5(Buffer.from(options.text));
  let text = options.text ?? '{}';
  let shown = hashOf(text, hash);
  const loadMs = (): number => dice.between(traits.loadMs / 2, traits.loadMs);

  const view: KongView = { name, version: traits.version, serves: () => hash };

  function post(request: KongRequest, answer: (answer: KongAnswer) => void): void {
    const body = request.body ?? new Uint8Array();
    const sent = md5(body);
    const checkHash = request.path.includes('check_hash=1');
    const push = request.push === undefined ? undefined : { ...request.push, hash: sent, checkHash };
    if (push !== undefined) note({ kind: 'push-arrived', at: view, to: options.host, push });
    const trouble = traits.troubles.shift();
    if (trouble !== undefined) {
      // "Timed out while loading" is said of a load that goes on.
      if (trouble === 504 && loads.size === 0)
        load(sent, Buffer.from(body).toString(), push, () => undefined);
      answer(troubled(trouble));
      return;
    }
    // Kong 3.9.3 compares with what is committed, whatever is being loaded.
    if (checkHash && sent === hashOf(text, hash)) {
      answer(json(304, {}));
      return;
    }
    if (loads.size > 0 && traits.busyWhenLoading) {
      answer({
        ...json(429, { message: 'Currently loading previous configuration' }),
        headers: { 'retry-after': '2' },
      });
      return;
    }
    if (Buffer.from(body).includes(rejectedBy(traits.version))) {
      note({ kind: 'rejected', at: view, hash: sent });
      process.clock.after(loadMs() / 2, () => answer(rejection(request.path.includes('flatten_errors=1'))));
      return;
    }
    load(sent, Buffer.from(body).toString(), push, () => answer(json(201, {})));
  }

  /** Goes on to its end, whether anybody waits for it or not. */
  function load(sent: string, sentText: string, push: Push | undefined, done: () => void): void {
    const one = { hash: sent, push };
    loads.add(one);
    const ms = loadMs();
    note({ kind: 'load-began', at: view, hash: sent, push, ms });
    process.clock.after(ms, () => {
      loads.delete(one);
      hash = sent;
      text = sentText;
      note({ kind: 'load-ended', at: view, hash: sent, push, committed: true });
      process.clock.after(dice.between(0, traits.hashLagMs), () => {
        shown = hashOf(text, hash);
      });
      options.onCommit();
      done();
    });
  }

  return {
    ...view,
    process,
    loading: () => loads.size > 0,
    text: () => text,
    handle(request, answer) {
      const path = request.path.split('?')[0];
      if (request.method === 'POST' && path === '/config') {
        post(request, answer);
        return;
      }
      const thinkMs = loads.size > 0 ? dice.between(1, 400) : dice.between(1, 10);
      process.clock.after(thinkMs, () => answer(read(path ?? '')));
    },
    onDeath(fn) {
      deaths.add(fn);
      return () => deaths.delete(fn);
    },
    die() {
      process.kill();
      for (const one of loads) note({ kind: 'load-ended', at: view, ...one, committed: false });
      loads.clear();
      for (const death of [...deaths]) death();
    },
  };

  function read(path: string): KongAnswer {
    if (path === '/status') return json(200, { configuration_hash: shown, server: {} });
    if (path === '/config') return json(200, { config: text });
    if (path !== '/') return json(404, { message: 'Not found' });
    const plugins = { available_on_server: { 'key-auth': true } };
    return json(200, { version: traits.version, node_id: nodeId, plugins });
  }
}

/** A configuration without entities shows zeros (Kong 3.2 and newer). */
const hashOf = (text: string, hash: string): string => (text.includes('"services":[{') ? hash : EMPTY_HASH);

const json = (status: number, body: object): KongAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

function troubled(status: number): KongAnswer {
  const answer = json(status, { message: 'An unexpected error occurred' });
  return status === 429 || status === 503
    ? { ...answer, headers: { ...answer.headers, 'retry-after': '2' } }
    : answer;
}

function rejection(flattened: boolean): KongAnswer {
  const verdict = {
    code: 14,
    name: 'invalid declarative configuration',
    message: 'declarative config is invalid: {}',
  };
  const item = { entity_type: 'service', errors: [{ type: 'field', field: 'tags', message: 'not here' }] };
  return json(
    400,
    flattened
      ? { ...verdict, fields: {}, flattened_errors: [item] }
      : { ...verdict, fields: { services: [] } },
  );
}

const nodeIdOf = (dice: Dice): string => {
  const hex = createHash('md5').update(String(dice.roll())).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
};
