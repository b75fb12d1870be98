import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import type { StoredObject } from '../../../../src/emulator/kube/object.js';
import { resourceOfKind } from '../../../../src/emulator/kube/resources.js';
import { SAFE_SHARE } from '../../../../src/kube/election/settings.js';
import { createVirtualClock, type VirtualClock } from '../../../support/virtual-clock.js';
import { createVirtualKube, type VirtualKube } from '../../../support/virtual-kube.js';
import {
  seededRandom,
  startVirtualReplica,
  TEST_LEASE,
  TEST_TIMES,
  type VirtualReplica,
} from '../../../support/virtual-replicas.js';

const KINDS = ['freeze', 'partition', 'release', 'kill', 'delete', 'clear-holder', 'usurp', 'touch'] as const;

/** What may happen to the replica in `slot`, or to the Lease, `afterMs` after what happened before. */
interface Blow {
  readonly afterMs: number;
  readonly kind: (typeof KINDS)[number];
  readonly slot: number;
  /** How long a freeze or a partition lasts. */
  readonly forMs: number;
}

interface World {
  readonly seed: string;
  /** How fast each replica's clock runs, a few percent around right. */
  readonly rates: readonly number[];
  readonly renewDeadlineMs: number;
  /** Per request. */
  readonly lossRate: number;
  readonly slowRate: number;
  readonly blows: readonly Blow[];
}

const LEASE = resourceOfKind('Lease');
const { leaseDurationMs } = TEST_TIMES;

const world: fc.Arbitrary<World> = fc.record({
  seed: fc.string({ minLength: 4, maxLength: 8 }),
  rates: fc.array(fc.double({ min: 0.97, max: 1.03, noNaN: true }), { minLength: 2, maxLength: 4 }),
  renewDeadlineMs: fc.constantFrom(TEST_TIMES.renewDeadlineMs, SAFE_SHARE * leaseDurationMs),
  lossRate: fc.constantFrom(0, 0.1, 0.4),
  slowRate: fc.constantFrom(0, 0.1, 0.4),
  blows: fc.array(
    fc.record({
      afterMs: fc.oneof(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 0, max: 25_000 })),
      kind: fc.constantFrom(...KINDS),
      slot: fc.nat(3),
      forMs: fc.integer({ min: 100, max: 40_000 }),
    }),
    { maxLength: 25 },
  ),
});

describe('whatever happens to replicas, networks, clocks and the Lease', () => {
  test('there are never two leaders at one instant, and one again when all is well', async () => {
    await fc.assert(
      fc.asyncProperty(world, async (given) => {
        await live(given);
      }),
      { numRuns: Number(process.env['ELECTION_RUNS'] ?? 60) },
    );
  }, 600_000);
});

async function live({ seed, rates, renewDeadlineMs, lossRate, slowRate, blows }: World): Promise<void> {
  const clock = createVirtualClock();
  const kube = createVirtualKube(clock);
  const random = seededRandom(seed);
  const everyone: VirtualReplica[] = [];
  let faulty = true;
  let born = 0;
  let deletedAt = -Infinity;

  const start = (rate: number): VirtualReplica => {
    born += 1;
    const replica = startVirtualReplica(clock, kube, `r${born}-${seed}`, {
      rate,
      renewDeadlineMs,
      wallOffsetMs: (random() - 0.5) * 7_200_000,
      network: {
        latencyMs: () => (faulty && random() < slowRate ? random() * 9_000 : 1 + random() * 40),
        loses: () => (!faulty || random() >= lossRate ? undefined : random() < 0.5 ? 'request' : 'answer'),
      },
    });
    everyone.push(replica);
    return replica;
  };
  const slots = rates.map(start);
  const leaders = (): string[] => everyone.filter((one) => one.leads()).map((one) => one.identity);
  const run = async (ms: number): Promise<void> => {
    const end = clock.now() + ms;
    await clock.until(() => {
      expect(leaders().length).toBeLessThanOrEqual(1);
      return clock.now() >= end;
    }, ms);
  };
  const tampering = (): boolean => mayTamper(clock, kube, everyone);

  for (const { afterMs, kind, slot, forMs } of blows) {
    await run(afterMs);
    const index = slot % slots.length;
    const replica = slots[index]!;
    switch (kind) {
      case 'freeze':
        replica.process.stop();
        clock.after(forMs, () => replica.process.resume());
        break;
      case 'partition':
        replica.network.partitioned = true;
        clock.after(forMs, () => (replica.network.partitioned = false));
        break;
      case 'release':
      case 'kill':
        // Who never saw the Lease takes its absence for a first installation: nobody starts while that would be wrong.
        if (clock.now() - deletedAt < 2 * leaseDurationMs) break;
        if (kind === 'release') void replica.elector.release();
        else replica.process.kill();
        slots[index] = start(rates[index]!);
        break;
      case 'delete':
        if (!tampering()) break;
        kube.store.remove(LEASE, TEST_LEASE.namespace, TEST_LEASE.name);
        deletedAt = clock.now();
        break;
      case 'clear-holder':
        if (tampering()) tamper(kube, (spec) => ({ ...spec, holderIdentity: '' }));
        break;
      case 'usurp':
        if (tampering()) tamper(kube, (spec) => ({ ...spec, holderIdentity: 'stranger' }));
        break;
      case 'touch':
        tamper(kube, (spec) => spec, { touched: String(clock.now()) });
        break;
    }
  }

  faulty = false;
  for (const { network, process } of everyone) {
    network.partitioned = false;
    process.resume();
  }
  await run(4 * leaseDurationMs);
  expect(leaders()).toHaveLength(1);
}

/**
 * The rules cover a Lease that somebody deletes or empties, provided that it was there for a lease's time and every process had seen
 * it: no protocol over one object could know of a leader that it never saw a trace of.
 */
function mayTamper(clock: VirtualClock, kube: VirtualKube, everyone: readonly VirtualReplica[]): boolean {
  const lease = leaseIn(kube);
  if (lease === undefined) return false;
  const age = clock.wall().getTime() - Date.parse(lease.metadata.creationTimestamp);
  const alive = everyone.filter(({ process }) => process.alive());
  return age > leaseDurationMs + 1000 && alive.every(({ elector }) => elector.holder() !== undefined);
}

function tamper(
  kube: VirtualKube,
  change: (spec: Record<string, unknown>) => object,
  annotations: Record<string, string> = {},
): void {
  const lease = leaseIn(kube);
  if (lease === undefined) return;
  const { namespace, name } = TEST_LEASE;
  kube.store.update(LEASE, namespace, name, {
    ...lease,
    metadata: { ...lease.metadata, annotations },
    spec: change({ ...(lease['spec'] as object) }),
  });
}

function leaseIn({ store }: VirtualKube): StoredObject | undefined {
  const { namespace, name } = TEST_LEASE;
  return store.has(LEASE, namespace, name) ? store.get(LEASE, namespace, name) : undefined;
}
