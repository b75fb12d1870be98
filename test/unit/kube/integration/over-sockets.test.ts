import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, describe, expect, jest, test } from '@jest/globals';

import { systemClock } from '../../../../src/clock/clock.js';
import { startKubeEmulator, type KubeEmulator } from '../../../../src/emulator/kube/kube-emulator.js';
import { createClient, type KubeClient } from '../../../../src/kube/client/client.js';
import { CONFIG_MAPS } from '../../../../src/kube/client/resource.js';
import { openTransport } from '../../../../src/kube/client/transport.js';
import { loadConnection } from '../../../../src/kube/connection/load-connection.js';
import { startElection, type Elector } from '../../../../src/kube/election/election.js';
import { newIdentity } from '../../../../src/kube/election/identity.js';
import type { ElectionTimes } from '../../../../src/kube/election/settings.js';
import { fieldsOf } from '../../../../src/kube/object.js';
import { startWatchCache, type WatchCache } from '../../../../src/kube/watch-cache/watch-cache.js';
import type { Happening } from '../../../../src/report/happening.js';
import { eventually } from '../eventually.js';

jest.setTimeout(60_000);

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function emulator(): Promise<KubeEmulator> {
  const kube = await startKubeEmulator({ tokens: { a: 'a', b: 'b', c: 'c' } });
  closing.push(() => kube.close());
  return kube;
}

async function connect(kube: KubeEmulator, token: string): Promise<KubeClient> {
  const folder = await mkdtemp(join(tmpdir(), 'silverback-kube-'));
  const kubeconfig = join(folder, 'config');
  await writeFile(kubeconfig, kube.kubeconfig({ token }));
  const connection = await loadConnection({ kubeconfig, env: {}, clock: systemClock });
  await rm(folder, { recursive: true });
  const transport = openTransport(connection, { userAgent: `silverback/test-${token}` });
  closing.push(() => transport.close());
  return createClient({ send: transport.send, clock: systemClock });
}

describe('a watch cache', () => {
  async function start(): Promise<{
    kube: KubeEmulator;
    cache: WatchCache<unknown>;
    happenings: Happening[];
  }> {
    const kube = await emulator();
    put(kube, 'a', '1');
    const happenings: Happening[] = [];
    const cache = startWatchCache({
      client: await connect(kube, 'a'),
      resource: CONFIG_MAPS,
      namespace: 'kong',
      parse: (object) => fieldsOf(object, 'data')['value'],
      clock: systemClock,
      random: Math.random,
      report: (happening) => happenings.push(happening),
      onChange: () => undefined,
    });
    closing.push(async () => cache.stop());
    await eventually(() => cache.synced());
    await eventually(() => kube.requests.some(({ watch, status }) => watch && status === 200));
    return { kube, cache, happenings };
  }

  function put(kube: KubeEmulator, name: string, value: string): void {
    kube.apply({ kind: 'ConfigMap', metadata: { name, namespace: 'kong' }, data: { value } });
  }

  test('follows every change, in order, thousands of them', async () => {
    const { kube, cache } = await start();
    for (let index = 0; index < 2000; index += 1) put(kube, `map-${index % 50}`, String(index));
    kube.remove('ConfigMap', 'kong', 'map-0');
    await eventually(() => cache.items().get('kong/map-49') === '1999' && !cache.items().has('kong/map-0'));
    expect(cache.items().size).toBe(50);
  });

  test('goes on after its watch was cut, without a list', async () => {
    const { kube, cache } = await start();
    kube.cutWatches();
    put(kube, 'a', '2');
    await eventually(() => cache.items().get('kong/a') === '2');
    expect(kube.requests.filter(({ watch }) => !watch)).toHaveLength(1);
  });

  test('lists again when changes were compacted while it was away', async () => {
    const { kube, cache, happenings } = await start();
    await kube.refuse();
    kube.remove('ConfigMap', 'kong', 'a');
    put(kube, 'b', '1');
    kube.compact();
    await kube.accept();
    await eventually(() => cache.items().get('kong/b') === '1');
    expect(cache.items().has('kong/a')).toBe(false);
    expect(happenings.some((one) => one.kind === 'watch-restarted' && one.relist)).toBe(true);
  });
});

describe('an election', () => {
  /** For what does not wait for an expiry: a stall of this machine must not look like a dead leader. */
  const LONG = { leaseDurationMs: 60_000, renewDeadlineMs: 40_000, retryPeriodMs: 200 };
  /** For what does. */
  const SHORT = { leaseDurationMs: 1_500, renewDeadlineMs: 1_200, retryPeriodMs: 200 };

  async function start(kube: KubeEmulator, token: string, times: ElectionTimes): Promise<Elector> {
    const elector = startElection({
      ...times,
      client: await connect(kube, token),
      clock: systemClock,
      random: Math.random,
      leaseName: 'test-kong',
      namespace: 'kong',
      identity: newIdentity(`pod-${token}`),
      report: () => undefined,
    });
    closing.push(async () => elector.stop());
    return elector;
  }

  async function led(
    times: ElectionTimes,
  ): Promise<{ kube: KubeEmulator; electors: Elector[]; leader: Elector; name: string }> {
    const kube = await emulator();
    const tokens = ['a', 'b', 'c'];
    const electors = await Promise.all(tokens.map((token) => start(kube, token, times)));
    await eventually(() => electors.some((one) => one.isLeader()));
    await eventually(() => new Set(electors.map((one) => one.holder())).size === 1);
    const index = electors.findIndex((one) => one.isLeader());
    return { kube, electors, leader: electors[index]!, name: tokens[index]! };
  }

  /** Until another leads; throws when two lead at once. */
  async function takeover(electors: readonly Elector[], before: Elector): Promise<void> {
    await eventually(() => {
      const leaders = electors.filter((one) => one.isLeader());
      if (leaders.length > 1) throw new Error('two leaders');
      return leaders.some((one) => one !== before);
    });
  }

  test('makes one of three leader, and another one when it releases, long before any expiry', async () => {
    const { kube, electors, leader } = await led(LONG);
    expect(electors.filter((one) => one.isLeader())).toHaveLength(1);
    const released = leader.release();
    await takeover(electors, leader);
    await released;
    expect(kube.get('Lease', 'kong', 'test-kong')).toMatchObject({ spec: { leaseTransitions: 1 } });
  });

  test('moves on when the leader alone is cut off, and lets it follow when it is back', async () => {
    const { kube, electors, leader, name } = await led(SHORT);
    const lift = kube.partition(({ client }) => client === name);
    await takeover(electors, leader);
    lift();
    await eventually(() => leader.holder() === electors.find((one) => one.isLeader())?.holder());
    expect(leader.isLeader()).toBe(false);
  });

  test('has nobody lead while the API server hangs, and one again afterwards', async () => {
    const { kube, electors } = await led(SHORT);
    const lift = kube.pause();
    await eventually(() => electors.every((one) => !one.isLeader()));
    lift();
    await eventually(() => electors.filter((one) => one.isLeader()).length === 1);
  });

  test('keeps its leader over cut connections and a swallowed answer', async () => {
    const { kube, electors, leader } = await led(LONG);
    kube.swallowAnswer();
    kube.cutWatches();
    const writes = (): number => kube.requests.filter(({ method }) => method === 'PUT').length;
    const before = writes();
    await eventually(() => writes() >= before + 5);
    expect(electors.filter((one) => one.isLeader())).toEqual([leader]);
    expect(leader.term()).toBe(0);
  });

  test('survives the deletion of its Lease, under the same leader', async () => {
    const { kube, electors, leader } = await led(LONG);
    const uid = kube.get('Lease', 'kong', 'test-kong')!.metadata.uid;
    kube.remove('Lease', 'kong', 'test-kong');
    await eventually(() => (kube.get('Lease', 'kong', 'test-kong')?.metadata.uid ?? uid) !== uid);
    await eventually(() => leader.isLeader());
    expect(electors.filter((one) => one.isLeader())).toEqual([leader]);
  });
});
