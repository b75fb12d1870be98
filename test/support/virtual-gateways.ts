import { createHash } from 'node:crypto';
import { sleep } from '../../src/clock/clock.js';
import type { Clock } from '../../src/clock/clock.js';
import { EMPTY_HASH } from '../../src/config/revision.js';
import type { Revision } from '../../src/config/revision.js';
import type { AdminApi, PushOptions } from '../../src/gateway/admin-api.js';
import type { PushAnswer, StatusAnswer } from '../../src/gateway/answers.js';

/** A Kong as far as `/status` and `/config` show it, on whatever clock; loads go on when nobody waits for them. */
export interface VirtualGateway {
  hash: string;
  nodeId: string;
  version: string;
  plugins: string[];
  loadMs: number;
  /** What it does with requests; `up` unless told otherwise. */
  mood: 'up' | 'gone' | 'frozen' | 'frozen-on-push' | 'broken';
  /** Does not tell what it is. */
  silent: boolean;
  /** Answers to give to the next pushes instead of loading. */
  answers: PushAnswer[];
  rejects: (revision: Revision) => boolean;
  /** What it did, in order. */
  readonly log: {
    readonly at: number;
    readonly what: string;
    readonly revision?: string;
    readonly checkHash?: boolean;
  }[];
  /** How many loads run now, and the most that ever ran at once. */
  loading: number;
  mostLoading: number;
}

export interface VirtualGateways extends AdminApi {
  readonly at: (url: string) => VirtualGateway;
  /** The most pushes that were under way at once, over all gateways. */
  readonly mostAtOnce: () => number;
}

export function revisionOf(name: string, size = 1000): Revision {
  const bytes = new TextEncoder().encode(name.padEnd(size));
  return { id: createHash('md5').update(bytes).digest('hex'), bytes, counts: { services: 1 } };
}

function newGateway(): VirtualGateway {
  return {
    hash: EMPTY_HASH,
    nodeId: 'node-1',
    version: '3.9.3',
    plugins: ['cors'],
    loadMs: 100,
    mood: 'up',
    silent: false,
    answers: [],
    rejects: () => false,
    log: [],
    loading: 0,
    mostLoading: 0,
  };
}

/** @param over when nobody waits for it any more: one signal serves many requests */
const untilAborted = (signal: AbortSignal, over?: AbortSignal): Promise<unknown> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(signal.reason);
    else
      signal.addEventListener('abort', () => resolve(signal.reason), {
        once: true,
        ...(over && { signal: over }),
      });
  });

export function createVirtualGateways(clock: Clock, networkMs = 1): VirtualGateways {
  const gateways = new Map<string, VirtualGateway>();
  let atOnce = 0;
  let most = 0;
  const at = (url: string): VirtualGateway => {
    const known = gateways.get(url) ?? newGateway();
    gateways.set(url, known);
    return known;
  };

  const load = async (gateway: VirtualGateway, revision: Revision): Promise<void> => {
    gateway.loading += 1;
    gateway.mostLoading = Math.max(gateway.mostLoading, gateway.loading);
    const { nodeId } = gateway;
    await sleep(clock, gateway.loadMs);
    if (gateway.nodeId !== nodeId) return;
    gateway.loading -= 1;
    gateway.hash = revision.id;
  };

  const cutOff = async (signal: AbortSignal, sent: boolean, over?: AbortSignal): Promise<PushAnswer> => {
    const reason = String(await untilAborted(signal, over));
    const trouble = { code: reason, reason: `cut: ${reason}` };
    if (sent) return { kind: 'unknown', trouble };
    return reason === 'timeout' ? { kind: 'unreachable', trouble } : { kind: 'withdrawn' };
  };

  const answerPush = async (
    gateway: VirtualGateway,
    revision: Revision,
    { checkHash, signal }: PushOptions,
  ): Promise<PushAnswer> => {
    if (gateway.mood === 'gone')
      return { kind: 'unreachable', trouble: { code: 'econnrefused', reason: 'refused' } };
    if (gateway.mood === 'frozen' || gateway.mood === 'frozen-on-push') return cutOff(signal, true);
    const scripted = gateway.answers.shift();
    if (scripted !== undefined) return scripted;
    if (gateway.rejects(revision)) {
      return { kind: 'rejected', body: '{"code":14}', trouble: { code: '400', reason: 'rejected' } };
    }
    if (checkHash && gateway.hash === revision.id) return { kind: 'same' };
    const over = new AbortController();
    const loaded = load(gateway, revision).then((): PushAnswer => {
      over.abort();
      return { kind: 'accepted' };
    });
    return Promise.race([loaded, cutOff(signal, true, over.signal)]);
  };

  return {
    at,
    mostAtOnce: () => most,
    async status({ url }, signal): Promise<StatusAnswer> {
      const gateway = at(url);
      gateway.log.push({ at: clock.now(), what: 'status' });
      await sleep(clock, networkMs, signal);
      if (gateway.mood === 'gone')
        return { kind: 'unreachable', trouble: { code: 'econnrefused', reason: 'refused' } };
      if (gateway.mood === 'frozen') {
        const cut = await cutOff(signal, false);
        return cut.kind === 'unreachable' ? cut : { kind: 'withdrawn' };
      }
      if (gateway.mood === 'broken') {
        return { kind: 'failed', retryAfterMs: undefined, trouble: { code: '500', reason: 'answered 500' } };
      }
      return { kind: 'status', hash: gateway.hash };
    },
    async push({ url }, revision, options) {
      const gateway = at(url);
      if (!options.mayWrite()) return { kind: 'withdrawn' };
      gateway.log.push({
        at: clock.now(),
        what: 'push',
        revision: revision.id,
        checkHash: options.checkHash,
      });
      atOnce += 1;
      most = Math.max(most, atOnce);
      await sleep(clock, networkMs);
      const answer = await answerPush(gateway, revision, options);
      atOnce -= 1;
      return answer;
    },
    async node({ url }, signal) {
      const gateway = at(url);
      gateway.log.push({ at: clock.now(), what: 'node' });
      await sleep(clock, networkMs, signal);
      if (gateway.silent || gateway.mood === 'gone' || gateway.mood === 'frozen') return undefined;
      return { id: gateway.nodeId, version: gateway.version, plugins: gateway.plugins };
    },
  };
}

/** It starts anew, with nothing in its memory. */
export function restart(gateway: VirtualGateway): void {
  gateway.hash = EMPTY_HASH;
  gateway.nodeId = `${gateway.nodeId}'`;
  gateway.loading = 0;
  gateway.mood = 'up';
}

export function pushesTo(
  gateway: VirtualGateway,
): { readonly at: number; readonly revision?: string; readonly checkHash?: boolean }[] {
  return gateway.log.filter(({ what }) => what === 'push');
}
