import type { Random } from '../../../src/clock/clock.js';
import { configOf } from '../../support/troop.js';
import type { ReplicaPod } from '../support/replicas.js';
import type { Scenario } from '../support/scenario.js';

/** What a storm does, one thing after the other. */
export interface Faults {
  /** Does the next thing; gives its name. */
  readonly strike: () => Promise<string>;
  /** Ends what still lasts. */
  readonly heal: () => void;
  readonly count: () => number;
}

const MOST_GATEWAYS = 8;
const LONGEST_MS = 7_000;

/** @param random decides what comes, to whom, and for how long */
export function faults(scenario: Scenario, random: Random): Faults {
  const { plane, gateways, namespaces } = scenario;
  const lasting = new Set<() => void>();
  let edits = 0;
  let count = 0;

  const among = <T>(things: readonly T[]): T => {
    const thing = things[Math.floor(random() * things.length)];
    if (thing === undefined) throw new Error('there is nothing to choose from');
    return thing;
  };
  const aWhile = (): number => 500 + random() * LONGEST_MS;
  const victim = (): ReplicaPod =>
    (random() < 0.7 ? scenario.leader() : undefined) ??
    among(scenario.replicas.filter((replica) => replica.running()));
  /** Ends by itself after a while, or when the storm is over. */
  const forAWhile = (end: () => void): void => {
    const once = (): void => {
      clearTimeout(timer);
      lasting.delete(once);
      end();
    };
    const timer = setTimeout(once, aWhile());
    lasting.add(once);
  };
  const replace = async (replica: ReplicaPod, signal: NodeJS.Signals): Promise<void> => {
    replica.signal(signal);
    await scenario.startReplica();
  };

  const kinds: readonly (readonly [name: string, weight: number, act: () => Promise<void>])[] = [
    [
      'an edit',
      6,
      () => {
        edits += 1;
        return scenario.configure('shop', { 'kong.yaml': configOf(`edit-${edits}`, 2 + (edits % 5)) });
      },
    ],
    ['a replica is killed', 2, () => replace(victim(), 'SIGKILL')],
    ['a replica is asked to stop', 1, () => replace(victim(), 'SIGTERM')],
    [
      'a replica is paused',
      2,
      async () => {
        const sleeper = victim();
        scenario.pause(sleeper);
        forAWhile(() => sleeper.signal('SIGCONT'));
      },
    ],
    [
      'a replica is cut off from the API server',
      2,
      async () => {
        const { proxy } = victim();
        proxy.isolate();
        forAWhile(proxy.restore);
      },
    ],
    [
      'every connection to the API server is cut',
      1,
      async () => {
        for (const { proxy } of scenario.replicas) proxy.cut();
      },
    ],
    [
      'the API server is away for a while',
      1,
      async () => {
        await plane.stopApiServer();
        await new Promise((resolve) => setTimeout(resolve, aWhile()));
        await plane.startApiServer();
      },
    ],
    ['a gateway restarts empty', 2, () => among(gateways.all()).kong.restart('empty')],
    ['a gateway restarts with what it had', 1, () => among(gateways.all()).kong.restart('kept')],
    ['gateways come or go', 1, () => gateways.scaleTo(1 + Math.floor(random() * MOST_GATEWAYS))],
    [
      'the Lease is deleted',
      1,
      async () => {
        for (const { metadata } of await plane.admin.list('Lease', namespaces.controller))
          await plane.admin.remove('Lease', namespaces.controller, metadata.name);
      },
    ],
  ];
  const bag = kinds.flatMap((kind) => Array.from({ length: kind[1] }, () => kind));

  return {
    async strike() {
      const [name, , act] = among(bag);
      count += 1;
      await act();
      return name;
    },
    heal() {
      for (const end of [...lasting]) end();
    },
    count: () => count,
  };
}
