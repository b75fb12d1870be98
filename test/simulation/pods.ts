import type { Clock } from '../../src/clock/clock.js';
import { EMPTY_HASH } from '../../src/config/revision.js';
import type { KubeApi } from '../../src/emulator/kube/api.js';
import type { Dice } from './dice.js';
import type { Note } from './facts.js';
import { startKong } from './kong.js';
import type { Kong, KongTraits } from './kong.js';

export const NAMESPACE = 'kong';
export const SERVICE = 'kong-admin';
const PORT = 8001;

/** A gateway's Pod, as Kubernetes keeps it: its container may die and start again. */
export interface Pod {
  readonly name: string;
  readonly host: string;
  readonly traits: KongTraits;
  /** The node that runs in it, if one does. */
  readonly kong: () => Kong | undefined;
  readonly terminating: () => boolean;
}

export interface Pods {
  readonly all: () => readonly Pod[];
  readonly at: (host: string) => Kong | undefined;
  /** The address of a Pod that is or was. */
  readonly hostOf: (name: string) => string | undefined;
  readonly add: () => Pod;
  readonly remove: (pod: Pod) => void;
  /** The container dies and is started again, empty, or on a file that holds what it served. */
  readonly crash: (pod: Pod, downMs: number, withFile: boolean) => void;
  /** Leaves it out of the EndpointSlice for a while, as an overloaded controller may. */
  readonly mislay: (pod: Pod) => () => void;
}

interface PodOptions {
  readonly clock: Clock;
  readonly dice: Dice;
  readonly api: KubeApi;
  readonly note: Note;
  readonly traits: () => KongTraits;
  /** How long until the endpoints controller and the kubelet have caught up (ms). */
  readonly lagMs: () => number;
}

interface State {
  readonly pod: Pod;
  readonly uid: string;
  readonly address: string;
  kong: Kong | undefined;
  lives: number;
  ready: boolean;
  terminating: boolean;
  mislaid: number;
}

/** How long a Pod that terminates goes on (ms). */
const GRACE_MS = 3_000;

export function createPods(options: PodOptions): Pods {
  const { clock, dice, api, note, lagMs } = options;
  const pods = new Map<string, State>();
  const hosts = new Map<string, string>();
  const free: number[] = [];
  let made = 0;
  let addresses = 0;
  let publishing = false;

  /** The EndpointSlice follows what happens, some time later. */
  function publishSoon(): void {
    if (publishing) return;
    publishing = true;
    clock.after(lagMs(), () => {
      publishing = false;
      publish();
    });
  }

  function publish(): void {
    const endpoints = [...pods.values()].filter(({ mislaid }) => mislaid === 0).map(endpointOf);
    const path = `/apis/discovery.k8s.io/v1/namespaces/${NAMESPACE}/endpointslices`;
    const name = `${SERVICE}-1`;
    const body = JSON.stringify({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name, namespace: NAMESPACE, labels: { 'kubernetes.io/service-name': SERVICE } },
      addressType: 'IPv4',
      ports: [{ name: 'admin', port: PORT }],
      endpoints,
    });
    const put = api.handle({ method: 'PUT', path: `${path}/${name}`, body });
    if ('body' in put && put.status === 404) api.handle({ method: 'POST', path, body });
  }

  function start(state: State, text?: string): void {
    const { pod } = state;
    state.lives += 1;
    const name = `${pod.name}#${state.lives}`;
    state.kong = startKong({
      name,
      host: pod.host,
      clock,
      dice: dice.of(name),
      traits: pod.traits,
      ...(text !== undefined && { text }),
      note,
      onCommit: () => readySoon(state),
    });
    note({
      kind: 'event',
      who: name,
      what: `starts at ${pod.host}${text === undefined ? ', empty' : ' on its file'}`,
    });
    if (text !== undefined) readySoon(state);
  }

  function readySoon(state: State): void {
    clock.after(lagMs(), () => {
      const ready = state.kong !== undefined && state.kong.serves() !== EMPTY_HASH;
      if (ready === state.ready) return;
      state.ready = ready;
      publishSoon();
    });
  }

  return {
    all: () => [...pods.values()].map(({ pod }) => pod),
    at: (host) => [...pods.values()].find(({ pod }) => pod.host === host)?.kong,
    hostOf: (name) => hosts.get(name),
    add() {
      made += 1;
      // Addresses are used again, as a small network does.
      const number = (dice.chance(0.5) ? free.shift() : undefined) ?? (addresses += 1);
      const address = `10.0.0.${number}`;
      const pod: Pod = {
        name: `kong-${made}`,
        host: `${address}:${PORT}`,
        traits: options.traits(),
        kong: () => state.kong,
        terminating: () => state.terminating,
      };
      const state: State = {
        pod,
        uid: `pod-${made}`,
        address,
        kong: undefined,
        lives: 0,
        ready: false,
        terminating: false,
        mislaid: 0,
      };
      pods.set(pod.name, state);
      hosts.set(pod.name, pod.host);
      publishSoon();
      clock.after(dice.between(100, 3_000), () => {
        if (pods.get(pod.name) === state && state.kong === undefined) start(state);
      });
      return pod;
    },
    remove(pod) {
      const state = pods.get(pod.name);
      if (state === undefined || state.terminating) return;
      state.terminating = true;
      note({ kind: 'event', who: pod.name, what: 'terminates' });
      publishSoon();
      clock.after(dice.between(0, GRACE_MS), () => {
        state.kong?.die();
        state.kong = undefined;
        note({ kind: 'event', who: pod.name, what: 'is gone' });
        pods.delete(pod.name);
        free.push(Number(state.address.split('.').at(-1)));
        publishSoon();
      });
    },
    crash(pod, downMs, withFile) {
      const state = pods.get(pod.name);
      if (state?.kong === undefined) return;
      const file = withFile && state.kong.serves() !== EMPTY_HASH ? state.kong.text() : undefined;
      note({ kind: 'event', who: state.kong.name, what: 'crashes' });
      state.kong.die();
      state.kong = undefined;
      state.ready = false;
      publishSoon();
      clock.after(downMs, () => {
        if (pods.get(pod.name) === state && !state.terminating && state.kong === undefined)
          start(state, file);
      });
    },
    mislay(pod) {
      const state = pods.get(pod.name);
      if (state === undefined) return () => undefined;
      state.mislaid += 1;
      publishSoon();
      return () => {
        state.mislaid -= 1;
        publishSoon();
      };
    },
  };
}

function endpointOf({ pod, uid, address, ready, terminating }: State): object {
  return {
    addresses: [address],
    conditions: { ready: ready && !terminating, serving: ready, terminating },
    targetRef: { kind: 'Pod', namespace: NAMESPACE, name: pod.name, uid },
  };
}
