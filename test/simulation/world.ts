import type { Clock } from '../../src/clock/clock.js';
import { createKubeApi } from '../../src/emulator/kube/api.js';
import { isFields } from '../../src/emulator/kube/object.js';
import { createStore } from '../../src/emulator/kube/store.js';
import { EMPTY_RECORD } from '../../src/history/record.js';
import { readSettings } from '../../src/settings/read.js';
import type { Values } from '../../src/settings/read.js';
import { createAuthor, SELECTOR } from './author.js';
import type { Author } from './author.js';
import { createCompilers } from './compiler.js';
import type { Note, Run } from './facts.js';
import { createApiServer } from './kube-link.js';
import type { ApiServer } from './kube-link.js';
import { createNetwork } from './network.js';
import type { Network } from './network.js';
import { createOperator, HISTORY, SLOTS } from './operator.js';
import type { Operator } from './operator.js';
import { createPods, NAMESPACE, SERVICE } from './pods.js';
import type { Pods } from './pods.js';
import { createReplica } from './replica.js';
import type { Replica } from './replica.js';
import type { Scenario } from './scenario.js';

/** Everything there is: API server, replicas, gateways, the ways between them, and who edits. */
export interface World {
  readonly clock: Clock;
  readonly scenario: Scenario;
  /** What every replica is set to. */
  readonly values: Values;
  readonly network: Network;
  readonly server: ApiServer;
  readonly replicas: readonly Replica[];
  readonly pods: Pods;
  readonly author: Author;
  readonly operator: Operator;
  /** What others may do to the Lease. */
  readonly lease: { readonly touch: () => void; readonly remove: () => void };
  /** How likely connections to gateways are reset. */
  resets: number;
  readonly leaseHolder: () => string | undefined;
  readonly quick: () => { readonly loadMs: number; readonly hashLagMs: number };
  readonly event: (who: string, what: string) => void;
}

/** A creation that is under way when the Lease is deleted a second time finds nothing in its way: no election can help that. */
const DELETION_PAUSE_MS = 40_000;

const LEASE = `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases/5b374a9e.konghq.com-${NAMESPACE}`;

function settingsOf(scenario: Scenario): Values {
  const { values, problems } = readSettings(
    {
      'kong-admin-svc': [`${NAMESPACE}/${SERVICE}`],
      'config-selector': [SELECTOR],
      'kong-admin-concurrency': [String(scenario.concurrency)],
      ...(scenario.history && { 'history-secret': [HISTORY], 'history-slots': [String(SLOTS)] }),
    },
    {},
  );
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return values;
}

export function createWorld(clock: Clock, scenario: Scenario, note: Note): World {
  const { dice } = scenario;
  const traitsDice = dice.of('traits');
  let uids = 0;
  const store = createStore({ uid: () => `uid-${(uids += 1)}`, wall: () => clock.wall() });
  const api = createKubeApi({
    store,
    after: (ms, fn) => clock.after(ms, fn),
    bookmarkMs: 60_000,
    goneAs: 'event',
  });
  const server = createApiServer(api);
  const network = createNetwork(clock, dice.of('network'), scenario.nearMs);
  const quick = { loadMs: traitsDice.between(20, 600), hashLagMs: traitsDice.chance(0.3) ? 50 : 0 };
  const pods = createPods({
    clock,
    dice: dice.of('pods'),
    api,
    note,
    lagMs: () => traitsDice.between(20, 800),
    traits: () => ({
      version: traitsDice.pickOf(scenario.versions) ?? '3.9.3',
      ...quick,
      busyWhenLoading: traitsDice.chance(0.5),
      troubles: [],
    }),
  });
  const values = settingsOf(scenario);
  const compilers = createCompilers(dice.of('compiler'), note);
  const sawLease = new Set<Run>();
  const noteAll: Note = (fact) => {
    if (fact.kind === 'lease-seen') sawLease.add(fact.by);
    note(fact);
  };
  const operator = createOperator({ clock, api, dice: dice.of('operator'), note, durable: scenario.history });
  let lastGood: string | undefined;
  store.subscribe(({ object }) => {
    if (object.kind !== 'Secret' || object.metadata.name !== HISTORY) return;
    const { lastGood: now, term } = operator.record();
    note({ kind: 'record-written', term });
    if (operator.record() !== EMPTY_RECORD) toldSince = Math.min(toldSince, clock.now());
    if (now !== undefined && now !== lastGood) note({ kind: 'last-good', hash: now });
    lastGood = now;
  });
  const leaseExists = (): boolean => {
    const answer = api.handle({ method: 'GET', path: LEASE });
    return 'body' in answer && answer.status === 200;
  };
  const running = (): Run[] => world.replicas.flatMap((replica) => replica.run() ?? []);
  /** Since when the history tells of leaders. */
  let toldSince = Infinity;
  /** Whoever never saw the Lease, and no trace of a leader when it began, takes a deletion for a first installation: a known limit. */
  const isBlind = (run: Run): boolean => !sawLease.has(run) && run.startedAt < toldSince;
  let deleted = false;
  let deletedAt = -Infinity;
  const world: World = {
    clock,
    scenario,
    values,
    network,
    server,
    pods,
    operator,
    author: createAuthor({ ...scenario, api, dice: dice.of('author'), note }),
    replicas: Array.from({ length: scenario.replicas }, (_, index) =>
      createReplica({
        name: `silverback-${index + 1}`,
        clock,
        dice: dice.of(`replica ${index}`),
        rate: 1 + traitsDice.between(-scenario.clockSpread, scenario.clockSpread),
        values,
        network,
        server,
        hosts: pods.at,
        resets: () => world.resets,
        sliceMs: scenario.large ? traitsDice.between(1, 400) : 1,
        compiler: compilers,
        mayStart: () => !deleted || toldSince < clock.now() || leaseExists() || running().length === 0,
        note: noteAll,
      }),
    ),
    lease: {
      touch: () =>
        void api.handle({
          method: 'PATCH',
          path: LEASE,
          contentType: 'application/merge-patch+json',
          body: JSON.stringify({ metadata: { labels: { touched: String(Math.floor(clock.now())) } } }),
        }),
      remove() {
        const nobodyKnows = running().length === 0 && toldSince === Infinity;
        if (nobodyKnows || running().some(isBlind) || clock.now() < deletedAt + DELETION_PAUSE_MS) return;
        deletedAt = clock.now();
        world.event('somebody', 'deletes the Lease');
        deleted = true;
        api.handle({ method: 'DELETE', path: LEASE });
      },
    },
    leaseHolder() {
      const answer = api.handle({ method: 'GET', path: LEASE });
      const spec: unknown = 'body' in answer && isFields(answer.body) ? answer.body['spec'] : undefined;
      return isFields(spec) && typeof spec['holderIdentity'] === 'string'
        ? spec['holderIdentity']
        : undefined;
    },
    resets: 0,
    quick: () => quick,
    event: (who, what) => note({ kind: 'event', who, what }),
  };
  return world;
}
