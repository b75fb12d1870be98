import { describe, expect, test } from '@jest/globals';

import { resourceOfKind } from '../../../../src/emulator/kube/resources.js';
import { createClient } from '../../../../src/kube/client/client.js';
import { startElection } from '../../../../src/kube/election/election.js';
import type { Happening } from '../../../../src/report/happening.js';
import { createVirtualClock, type VirtualClock } from '../../../support/virtual-clock.js';
import { createVirtualKube, type VirtualKube } from '../../../support/virtual-kube.js';
import {
  startVirtualReplica,
  TEST_LEASE,
  TEST_TIMES,
  type ReplicaOptions,
  type VirtualReplica,
} from '../../../support/virtual-replicas.js';

const LEASE = resourceOfKind('Lease');
const { namespace, name } = TEST_LEASE;
/** For answers to travel, and a look or two. */
const SMALL_MS = 300;

interface Troop {
  readonly clock: VirtualClock;
  readonly kube: VirtualKube;
  readonly replicas: VirtualReplica[];
  leader(): VirtualReplica;
  leaders(): VirtualReplica[];
}

function leadersOf(replicas: readonly VirtualReplica[]): VirtualReplica[] {
  return replicas.filter((replica) => replica.leads());
}

function troopOf(size: number, options: (index: number) => ReplicaOptions = () => ({})): Troop {
  const clock = createVirtualClock();
  const kube = createVirtualKube(clock);
  const replicas = Array.from({ length: size }, (_, index) =>
    startVirtualReplica(clock, kube, `pod-${index}_uuid`, options(index)),
  );
  const leaders = (): VirtualReplica[] => leadersOf(replicas);
  return { clock, kube, replicas, leaders, leader: () => leaders()[0]! };
}

async function ledTroop(size = 3, options?: (index: number) => ReplicaOptions): Promise<Troop> {
  const troop = troopOf(size, options);
  await troop.clock.until(() => troop.leaders().length === 1);
  await troop.clock.advance(20_000);
  return troop;
}

/** How long until somebody but `before` leads; fails as soon as two lead. */
async function takeover({ clock, replicas }: Troop, before: VirtualReplica): Promise<number> {
  const start = clock.now();
  await clock.until(() => {
    const leaders = leadersOf(replicas);
    expect(leaders.length).toBeLessThanOrEqual(1);
    return leaders.some((one) => one !== before);
  });
  return clock.now() - start;
}

const kinds = (replica: VirtualReplica): string[] => replica.happenings.map(({ kind }) => kind);
const find = <K extends Happening['kind']>(
  { happenings }: VirtualReplica,
  kind: K,
): Extract<Happening, { kind: K }> | undefined =>
  happenings.findLast((one): one is Extract<Happening, { kind: K }> => one.kind === kind);

function specOf({ store }: VirtualKube): Record<string, unknown> {
  return { ...(store.get(LEASE, namespace, name)['spec'] as object) };
}

function overwrite({ store }: VirtualKube, spec: Record<string, unknown>): void {
  store.patch(LEASE, namespace, name, { spec });
}

describe('an election', () => {
  test('elects one of five within a moment, however they race to create the Lease', async () => {
    const troop = troopOf(5);
    await troop.clock.advance(SMALL_MS);
    expect(troop.leaders()).toHaveLength(1);
    const others = troop.replicas.filter((one) => !one.leads());
    expect(others.map(({ elector }) => elector.holder())).toEqual(Array(4).fill(troop.leader().identity));
    expect(specOf(troop.kube)).toMatchObject({ leaseDurationSeconds: 15, leaseTransitions: 0 });
  });

  test('keeps its leader for hours, at one write per retry period', async () => {
    const troop = await ledTroop();
    const [writes, leader] = [
      troop.kube.requests.filter((one) => one.startsWith('PUT')).length,
      troop.leader(),
    ];
    await troop.clock.advance(3_600_000);
    expect(troop.leaders()).toEqual([leader]);
    const more = troop.kube.requests.filter((one) => one.startsWith('PUT')).length - writes;
    expect(more).toBeGreaterThan(1750);
    expect(more).toBeLessThanOrEqual(1800);
    expect(troop.replicas.flatMap(kinds).filter((kind) => kind === 'leader-elected')).toHaveLength(1);
    // Hours of virtual time: a busy machine takes its time, too.
  }, 60_000);

  test('tells everybody who leads, and the leader its term', async () => {
    const troop = await ledTroop();
    const leader = troop.leader();
    expect(find(leader, 'leader-elected')).toMatchObject({
      identity: leader.identity,
      term: 0,
      lease: TEST_LEASE,
    });
    for (const other of troop.replicas.filter((one) => one !== leader)) {
      expect(find(other, 'leader-observed')).toEqual({ kind: 'leader-observed', holder: leader.identity });
      expect(other.elector.validUntil()).toBe(-Infinity);
    }
  });

  test('refuses times and names that cannot work', () => {
    const clock = createVirtualClock();
    const client = createClient({ send: () => Promise.reject(new Error()), clock });
    const options = {
      ...TEST_TIMES,
      client,
      clock,
      random: () => 0,
      namespace,
      identity: 'x',
      report: () => {},
    };
    expect(() => startElection({ ...options, leaseName: 'a_b', renewDeadlineMs: 15_000 })).toThrow(
      /a_b.*; the renew deadline/,
    );
  });
});

describe('when the leader is gone', () => {
  test('by SIGKILL, another leads within the lease and a small moment', async () => {
    const troop = await ledTroop();
    const before = troop.leader();
    before.process.kill();
    expect(await takeover(troop, before)).toBeLessThanOrEqual(15_000 + SMALL_MS);
    expect(troop.leader().elector.term()).toBe(1);
  });

  test('by release, another leads well within a second, by the watch', async () => {
    const troop = await ledTroop();
    const before = troop.leader();
    const released = before.elector.release();
    expect(before.elector.isLeader()).toBe(false);
    expect(await takeover(troop, before)).toBeLessThan(SMALL_MS);
    await released;
    expect(find(before, 'lease-released')).toMatchObject({ term: 0 });
    expect(kinds(before)).not.toContain('leadership-lost');
  });

  test('by release, another leads after a retry period or two even where nobody may watch Leases', async () => {
    const forbidden = { status: 403, body: '{"kind":"Status","reason":"Forbidden","message":"no"}' };
    const troop = await ledTroop(3, () => ({
      network: { intercept: ({ path }) => (path.includes('?') ? forbidden : undefined) },
    }));
    const before = troop.leader();
    void before.elector.release();
    expect(await takeover(troop, before)).toBeLessThanOrEqual(2000 * 2.2 + SMALL_MS);
    expect(find(troop.leader(), 'watch-failed')?.advice).toMatch(
      /allow list and watch on leases.coordination/,
    );
  });

  test('by SIGKILL, another leads within the lease and two retry periods even without a watch', async () => {
    const troop = await ledTroop(3, () => ({
      network: { loses: ({ path }) => (path.includes('?') ? 'request' : undefined) },
    }));
    const before = troop.leader();
    before.process.kill();
    expect(await takeover(troop, before)).toBeLessThanOrEqual(15_000 + 2000 * 2.2 + SMALL_MS);
  });

  test('by SIGSTOP, it knows when it goes on that it leads no more, and follows', async () => {
    const troop = await ledTroop();
    const before = troop.leader();
    before.process.stop();
    await takeover(troop, before);
    expect(before.elector.isLeader()).toBe(false);
    before.process.resume();
    expect(before.elector.isLeader()).toBe(false);
    await troop.clock.advance(SMALL_MS);
    expect(find(before, 'leadership-lost')).toBeDefined();
    expect(before.elector.holder()).toBe(troop.leader().identity);
    expect(troop.leaders()).toHaveLength(1);
  });

  test('for less than its time, it goes on as if nothing had been', async () => {
    const troop = await ledTroop();
    const before = troop.leader();
    before.process.stop();
    await troop.clock.advance(8_000);
    before.process.resume();
    await troop.clock.advance(30_000);
    expect(troop.leaders()).toEqual([before]);
    expect(kinds(before)).not.toContain('leadership-lost');
  });

  test('and comes back, it can be elected again, without a restart', async () => {
    const troop = await ledTroop(2);
    const before = troop.leader();
    before.network.partitioned = true;
    await takeover(troop, before);
    before.network.partitioned = false;
    await troop.clock.advance(SMALL_MS + 5000);
    const second = troop.leader();
    void second.elector.release();
    await takeover(troop, second);
    expect(troop.leaders()).toEqual([before]);
    expect(before.elector.term()).toBe(2);
  });
});

describe('while the API server does not answer', () => {
  test('the leader leads until the renew deadline of its last good renewal, then nobody does; then it leads again', async () => {
    const troop = await ledTroop();
    const before = troop.leader();
    const until = before.elector.validUntil();
    for (const { network } of troop.replicas) network.partitioned = true;
    await troop.clock.until(() => troop.leaders().length === 0);
    expect(troop.clock.now()).toBe(until);
    expect(find(before, 'leadership-lost')?.reason).toMatch(/no renewal succeeded/);
    expect(find(before, 'lease-renewal-failed')?.leftMs).toBeGreaterThan(0);
    await troop.clock.advance(3_000);
    for (const { network } of troop.replicas) network.partitioned = false;
    await troop.clock.until(() => troop.leaders().length === 1, 10_000);
    expect(troop.leaders()).toEqual([before]);
    expect(before.elector.term()).toBe(0);
  });

  test('the end of leadership is told the moment it comes, though no try is due', async () => {
    const told: number[] = [];
    const troop = troopOf(1, () => ({ retryPeriodMs: 3_000, onChange: () => told.push(troop.clock.now()) }));
    await troop.clock.advance(1_000);
    const { elector, network } = troop.leader();
    network.intercept = () => ({ status: 500, body: '' });
    const until = elector.validUntil();
    await troop.clock.advance(20_000);
    expect(told.slice(1)).toEqual([until]);
  });

  test('a short outage costs nothing', async () => {
    const troop = await ledTroop();
    const before = troop.leader();
    for (const { network } of troop.replicas) network.partitioned = true;
    await troop.clock.advance(4_000);
    for (const { network } of troop.replicas) network.partitioned = false;
    await troop.clock.advance(30_000);
    expect(troop.leaders()).toEqual([before]);
    expect(troop.replicas.flatMap(kinds)).not.toContain('leadership-lost');
  });

  test('and answers slower than the renew deadline, nobody ever believes to lead', async () => {
    const troop = troopOf(2, () => ({ network: { latencyMs: () => 11_000 } }));
    await troop.clock.until(() => {
      expect(troop.leaders()).toHaveLength(0);
      return troop.clock.now() >= 120_000;
    });
  });

  test.each([
    [401, undefined],
    [403, undefined],
    [429, '1'],
    [500, undefined],
    [503, '2'],
  ])(
    'but refuses with %i for a while, the leader stays, and says what failed',
    async (status, retryAfter) => {
      const troop = await ledTroop(2);
      const before = troop.leader();
      const refusal = { status, body: 'no', ...(retryAfter === undefined ? {} : { retryAfter }) };
      before.network.intercept = ({ method }) => (method === 'PUT' ? refusal : undefined);
      await troop.clock.advance(6_500);
      expect(before.leads()).toBe(true);
      expect(find(before, 'lease-renewal-failed')?.reason).toContain(String(status));
      before.network.intercept = () => undefined;
      await troop.clock.advance(30_000);
      expect(troop.leaders()).toEqual([before]);
    },
  );

  test('and refuses for good, a follower says so once and keeps asking', async () => {
    const refusal = {
      status: 403,
      body: '{"kind":"Status","reason":"Forbidden","message":"leases are not for you"}',
    };
    const troop = troopOf(1, () => ({ network: { intercept: () => refusal } }));
    await troop.clock.advance(60_000);
    const told = troop.replicas[0]!.happenings.filter(({ kind }) => kind === 'lease-unreachable');
    expect(told).toHaveLength(1);
    expect(troop.kube.requests.length).toBeGreaterThan(10);
  });
});

describe('when answers are lost', () => {
  test('a creation that worked is recognised: the process leads after it looked', async () => {
    let lost = 0;
    const troop = troopOf(1, () => ({
      network: { loses: ({ method }) => (method === 'POST' && (lost += 1) === 1 ? 'answer' : undefined) },
    }));
    await troop.clock.until(() => troop.leaders().length === 1, 12_000);
    expect(specOf(troop.kube)['leaseTransitions']).toBe(0);
    expect(troop.kube.requests.filter((one) => one.startsWith('POST'))).toHaveLength(1);
  });

  test('a renewal that worked is recognised, and leadership goes on', async () => {
    const troop = await ledTroop();
    const before = troop.leader();
    let lost = 0;
    before.network.loses = ({ method }) => (method === 'PUT' && (lost += 1) === 1 ? 'answer' : undefined);
    await troop.clock.advance(20_000);
    expect(lost).toBeGreaterThan(1);
    expect(troop.leaders()).toEqual([before]);
    expect(kinds(before)).not.toContain('leadership-lost');
  });
});

describe('when others touch the Lease', () => {
  test('and delete it, the leader creates it again: no handover, no overlap', async () => {
    const troop = await ledTroop();
    const before = troop.leader();
    troop.kube.store.remove(LEASE, namespace, name);
    await troop.clock.until(() => {
      expect(troop.leaders()).toEqual([before]);
      return troop.clock.now() >= 60_000;
    });
    expect(specOf(troop.kube)).toMatchObject({ holderIdentity: before.identity, leaseTransitions: 0 });
  });

  test('and delete it while the leader is cut off, others wait until its time is over', async () => {
    const troop = await ledTroop();
    const before = troop.leader();
    before.network.partitioned = true;
    troop.kube.store.remove(LEASE, namespace, name);
    const until = before.elector.validUntil();
    expect(await takeover(troop, before)).toBeLessThanOrEqual(15_000 + SMALL_MS);
    expect(troop.clock.now()).toBeGreaterThan(until);
    expect(troop.leader().elector.term()).toBe(1);
  });

  test('and put another holder there, the leader steps down at once; it is taken over after that one expires', async () => {
    const troop = await ledTroop();
    const before = troop.leader();
    overwrite(troop.kube, { holderIdentity: 'stranger' });
    await troop.clock.advance(SMALL_MS);
    expect(troop.leaders()).toEqual([]);
    expect(find(before, 'leadership-lost')?.reason).toBe('stranger holds the Lease');
    await troop.clock.until(() => troop.leaders().length === 1, 15_000);
  });

  test('and empty the holder, the leader steps down at once, and others wait out its time', async () => {
    const troop = await ledTroop();
    const before = troop.leader();
    overwrite(troop.kube, { holderIdentity: '' });
    await troop.clock.advance(SMALL_MS);
    expect(troop.leaders()).toEqual([]);
    expect(find(before, 'leadership-lost')?.reason).toMatch(/cleared the holder/);
    await troop.clock.until(() => troop.leaders().length === 1, 16_000);
  });

  test('and annotate it again and again, nothing changes but the versions', async () => {
    const troop = await ledTroop();
    const before = troop.leader();
    for (let round = 0; round < 200; round += 1) {
      troop.kube.store.patch(LEASE, namespace, name, { metadata: { annotations: { round: String(round) } } });
      await troop.clock.advance(150);
    }
    expect(troop.leaders()).toEqual([before]);
    expect(kinds(before)).not.toContain('leadership-lost');
    expect(troop.kube.requests.length).toBeLessThan(3 * 1000);
  });

  test('and make one without a spec beforehand, it is taken at once', async () => {
    const clock = createVirtualClock();
    const kube = createVirtualKube(clock);
    kube.store.create(LEASE, namespace, { metadata: { name, labels: { app: 'kong' } } });
    const replica = startVirtualReplica(clock, kube, 'a');
    await clock.until(() => replica.leads(), SMALL_MS);
    expect(kube.store.get(LEASE, namespace, name).metadata.labels).toEqual({ app: 'kong' });
  });

  test('and the server shows one version for ever, the process never leads, and does not call in a tight loop', async () => {
    const stuck = JSON.stringify({ metadata: { name, namespace, uid: 'u', resourceVersion: '1' } });
    const conflict = { status: 409, body: '{"kind":"Status","reason":"Conflict"}' };
    const troop = troopOf(1, () => ({
      network: {
        intercept: ({ method, path }) =>
          method === 'PUT' ? conflict : path.includes('?') ? undefined : { status: 200, body: stuck },
      },
    }));
    await troop.clock.advance(60_000);
    expect(troop.leaders()).toEqual([]);
    expect(troop.kube.requests.length).toBeLessThan(250);
  });
});

describe('clocks', () => {
  test('whose wall time is an hour wrong cause no handover', async () => {
    const troop = await ledTroop(3, (index) => ({ wallOffsetMs: (index - 1) * 3_600_000 }));
    const before = troop.leader();
    await troop.clock.advance(600_000);
    expect(troop.leaders()).toEqual([before]);
    expect(troop.replicas.flatMap(kinds).filter((kind) => kind === 'leader-elected')).toHaveLength(1);
  });

  test('that run a few percent apart never let two lead', async () => {
    const troop = await ledTroop(2, (index) => ({ rate: index === 0 ? 0.95 : 1.05 }));
    for (let round = 0; round < 10; round += 1) {
      const before = troop.leader();
      before.network.partitioned = true;
      await takeover(troop, before);
      before.network.partitioned = false;
      await troop.clock.advance(5_000);
    }
  });
});

describe('two processes with one identity', () => {
  test('are two: only one leads', async () => {
    const clock = createVirtualClock();
    const kube = createVirtualKube(clock);
    const [first, second] = [0, 1].map((index) =>
      startVirtualReplica(clock, kube, 'same', { random: () => (index + 1) / 10 }),
    );
    await clock.until(() => {
      expect(Number(first!.leads()) + Number(second!.leads())).toBeLessThanOrEqual(1);
      return clock.now() >= 120_000;
    });
    expect(first!.leads()).not.toBe(second!.leads());
  });
});

describe('a release', () => {
  test('during the first tries leaves nothing behind', async () => {
    for (let ms = 0; ms <= 40; ms += 5) {
      const troop = troopOf(1);
      await troop.clock.advance(ms);
      const released = troop.replicas[0]!.elector.release();
      await troop.clock.advance(SMALL_MS);
      await released;
      const lease = troop.kube.store.list(LEASE, namespace)[0];
      expect((lease?.['spec'] as { holderIdentity?: string } | undefined)?.holderIdentity ?? '').toBe('');
    }
  });

  test('during a renewal lays the Lease down, wherever that renewal is', async () => {
    for (let ms = 0; ms <= 14; ms += 2) {
      const troop = await ledTroop(1);
      const leader = troop.leader();
      const requests = troop.kube.requests.length;
      await troop.clock.until(() => troop.kube.requests.length > requests);
      await troop.clock.advance(ms);
      const released = leader.elector.release();
      await troop.clock.advance(SMALL_MS);
      await released;
      expect(specOf(troop.kube)).toMatchObject({
        holderIdentity: '',
        leaseDurationSeconds: 1,
        leaseTransitions: 0,
      });
    }
  });

  test('twice is one', async () => {
    const troop = await ledTroop(1);
    const { elector } = troop.leader();
    const [first, second] = [elector.release(), elector.release()];
    expect(second).toBe(first);
    await troop.clock.advance(SMALL_MS);
    await first;
    expect(troop.replicas.flatMap(kinds).filter((kind) => kind === 'lease-released')).toHaveLength(1);
  });

  test('of a follower writes nothing', async () => {
    const troop = await ledTroop(2);
    const follower = troop.replicas.find((one) => !one.leads())!;
    const before = specOf(troop.kube)['holderIdentity'];
    await follower.elector.release();
    expect(specOf(troop.kube)['holderIdentity']).toBe(before);
  });

  test('that fails ends within half the renew deadline, says so, and others wait for the expiry', async () => {
    const troop = await ledTroop();
    const before = troop.leader();
    before.network.partitioned = true;
    let done = false;
    void before.elector.release().then(() => (done = true));
    await troop.clock.until(() => done, 5_300);
    expect(find(before, 'lease-unreachable')?.reason).toMatch(/could not be released/);
    expect(await takeover(troop, before)).toBeLessThanOrEqual(15_000 + SMALL_MS);
  });

  test('goes on after a conflict, and stops when another holds the Lease', async () => {
    const troop = await ledTroop(1);
    troop.kube.store.patch(LEASE, namespace, name, { metadata: { annotations: { touched: 'yes' } } });
    const released = troop.leader().elector.release();
    await troop.clock.advance(SMALL_MS);
    await released;
    expect(specOf(troop.kube)['holderIdentity']).toBe('');

    const other = await ledTroop(1);
    overwrite(other.kube, { holderIdentity: 'stranger' });
    const late = other.leader().elector.release();
    await other.clock.advance(SMALL_MS);
    await late;
    expect(specOf(other.kube)['holderIdentity']).toBe('stranger');
  });

  test('whose answer is lost is recognised, and not written twice', async () => {
    const troop = await ledTroop(1);
    const leader = troop.leader();
    let writes = 0;
    leader.network.loses = ({ method }) => (method === 'PUT' && (writes += 1) > 0 ? 'answer' : undefined);
    let done = false;
    void leader.elector.release().then(() => (done = true));
    await troop.clock.until(() => done, 3_000);
    expect(specOf(troop.kube)['holderIdentity']).toBe('');
    expect(writes).toBe(1);
    expect(kinds(leader)).toContain('lease-released');
  });
});

describe('who listens', () => {
  test('hears of each change once, in order', async () => {
    const heard: boolean[] = [];
    const troop = await ledTroop(1, () => ({ onChange: (leading) => heard.push(leading) }));
    troop.replicas[0]!.network.partitioned = true;
    await troop.clock.advance(30_000);
    troop.replicas[0]!.network.partitioned = false;
    await troop.clock.advance(10_000);
    expect(heard).toEqual([true, false, true]);
  });

  test('and throws, stops neither the renewals nor other listeners', async () => {
    const crashes: unknown[] = [];
    const heard: boolean[] = [];
    const troop = troopOf(1, () => ({
      onChange: () => {
        throw new Error('a bug');
      },
      crash: (error) => crashes.push(error),
    }));
    troop.replicas[0]!.elector.onChange((leading) => heard.push(leading));
    await troop.clock.advance(60_000);
    expect(crashes).toHaveLength(1);
    expect(heard).toEqual([true]);
    expect(troop.leaders()).toHaveLength(1);
  });

  test('may release from within, and hears no more after it has unsubscribed', async () => {
    const troop = troopOf(1);
    const { elector } = troop.replicas[0]!;
    const heard: boolean[] = [];
    const unsubscribe = elector.onChange((leading) => {
      heard.push(leading);
      if (leading) void elector.release();
      else unsubscribe();
    });
    await troop.clock.advance(60_000);
    expect(heard).toEqual([true, false]);
    expect(specOf(troop.kube)['holderIdentity']).toBe('');
  });

  test('can hold a push to the fence: validUntil moves with every renewal', async () => {
    const troop = await ledTroop(1);
    const { elector } = troop.leader();
    const first = elector.validUntil();
    await troop.clock.advance(2_000);
    expect(elector.validUntil()).toBeGreaterThan(first);
    expect(elector.validUntil()).toBeLessThanOrEqual(troop.clock.now() + 10_000);
  });
});

test('an event loop that is blocked past the deadline leads no more when it goes on, before any timer ran', async () => {
  const troop = await ledTroop(1);
  const { process, elector } = troop.leader();
  process.stop();
  await troop.clock.advance(11_000);
  expect(elector.isLeader()).toBe(false);
  expect(elector.validUntil()).toBe(-Infinity);
  process.resume();
  await troop.clock.until(() => elector.isLeader(), SMALL_MS);
});

test('a stopped elector leads no more, writes nothing, and says nothing', async () => {
  const troop = await ledTroop(1);
  const { elector, happenings } = troop.leader();
  const [before, requests] = [happenings.length, troop.kube.requests.length];
  elector.stop();
  expect(elector.isLeader()).toBe(false);
  await troop.clock.advance(60_000);
  expect(happenings).toHaveLength(before);
  expect(troop.kube.requests.length).toBe(requests);
});
