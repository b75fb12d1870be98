import { afterEach, expect, jest, test } from '@jest/globals';
import { configBytesSince } from '../../src/demo/until.js';
import { configOf, createTroop, LEASE_MS, overlapsIn, pushesIn, requestsBy } from '../support/troop.js';
import type { Troop } from '../support/troop.js';

jest.setTimeout(120_000);

let troop: Troop;
afterEach(async () => {
  expect(overlapsIn(troop.world.pods())).toEqual([]);
  await troop.close();
});

const everyone = (hash: () => string | undefined) => () =>
  troop.world.pods().every(({ kong }) => kong.hash() === hash());

test('fifty gateways, three replicas: an edit reaches all, a killed leader is replaced, and nothing is pushed twice', async () => {
  troop = await createTroop({ gateways: 50, replicas: 3, kong: { loadMs: 20 } });
  const { world } = troop;
  world.setConfig('shop', { 'kong.yaml': configOf('one') });
  await troop.untilConverged(0);

  const edited = performance.now();
  world.setConfig('shop', { 'kong.yaml': configOf('two') });
  const { fields } = await troop.untilConverged(edited);
  expect(fields).toMatchObject({ gateways: 50 });
  expect(new Set(world.pods().map(({ kong }) => kong.hash())).size).toBe(1);
  expect(world.pods().every(({ kong }) => pushesIn(kong.requests).length === 2)).toBe(true);

  const leader = await troop.untilLeader();
  const followers = troop.replicas.filter((replica) => replica !== leader);
  for (const follower of followers) expect(requestsBy(world.pods(), follower)).toEqual([]);

  const killed = performance.now();
  leader.signal('SIGKILL');
  const heir = await troop.untilLeader(leader);
  await troop.untilConverged(killed);
  const elected = troop.said('leader-elected', killed)[0]!;
  expect(elected.at - killed).toBeLessThan(LEASE_MS + 2_000);
  expect(configBytesSince(world, killed)).toBe(0);
  expect(requestsBy(world.pods(), heir).length).toBeGreaterThanOrEqual(50);
});

test('a leader that is asked to stop lays the Lease down, and another is there within a second', async () => {
  troop = await createTroop({ gateways: 5, replicas: 2 });
  troop.world.setConfig('shop', { 'kong.yaml': configOf('one') });
  await troop.untilConverged(0);
  const leader = await troop.untilLeader();
  leader.signal('SIGTERM');
  expect(await leader.exited).toBe(0);
  const released = leader.lines.find(({ event }) => event === 'lease-released')!;
  const heir = await troop.untilLeader(leader);
  const elected = heir.lines.find(({ event }) => event === 'leader-elected')!;
  expect(elected.at - released.at).toBeLessThan(1_000);
  // It never led before; which of two processes' lines is read first says nothing about what came first.
  await troop.until('its word', () => heir.lines.some(({ event }) => event === 'converged'));
  expect(configBytesSince(troop.world, released.at)).toBe(0);
});

test('a leader that is asked to stop lets the pushes that it sent end, and begins none', async () => {
  troop = await createTroop({
    gateways: 4,
    replicas: 1,
    kong: { loadMs: 1_500 },
    args: ['--kong-admin-concurrency', '1'],
  });
  const { world } = troop;
  world.setConfig('shop', { 'kong.yaml': configOf('one') });
  await troop.untilConverged(0);
  const [leader] = troop.replicas;
  const edited = performance.now();
  world.setConfig('shop', { 'kong.yaml': configOf('two') });
  const begun = () =>
    world.pods().flatMap(({ kong }) => pushesIn(kong.requests).filter(({ at }) => at > edited));
  await troop.until('a push', () => begun().length > 0);
  leader!.signal('SIGTERM');
  expect(await leader!.exited).toBe(0);
  expect(begun().map(({ status }) => status)).toEqual(begun().map(() => 201));
  expect(begun().length).toBeLessThan(4);
});

test('a leader that was stopped past its lease begins no push when it wakes, and the fleet ends on what is desired', async () => {
  troop = await createTroop({
    gateways: 20,
    replicas: 2,
    kong: { loadMs: 200 },
    args: ['--kong-admin-concurrency', '1'],
  });
  const { world } = troop;
  world.setConfig('shop', { 'kong.yaml': configOf('one') });
  await troop.untilConverged(0);
  const sleeper = await troop.untilLeader();
  let takenAt = Infinity;
  world.kube.onChange(() => {
    const [lease] = world.kube.list('Lease');
    const holder = String((lease?.['spec'] as { holderIdentity?: string }).holderIdentity);
    if (!holder.startsWith(sleeper.name)) takenAt = Math.min(takenAt, performance.now());
  });

  // It falls asleep in the middle of a fan-out, with pushes still to make.
  const edited = performance.now();
  world.setConfig('shop', { 'kong.yaml': configOf('two') });
  await troop.until('a push', () =>
    pushesIn(requestsBy(world.pods(), sleeper)).some(({ at }) => at > edited),
  );
  sleeper.signal('SIGSTOP');
  const heir = await troop.untilLeader(sleeper);
  await troop.untilConverged(takenAt);
  const edited2 = performance.now();
  world.setConfig('shop', { 'kong.yaml': configOf('three') });
  await troop.until('a push by the heir', () =>
    pushesIn(requestsBy(world.pods(), heir)).some(({ at }) => at > edited2),
  );
  sleeper.signal('SIGCONT');
  await troop.until('the sleeper to notice', () =>
    sleeper.lines.some(({ event, at }) => event === 'leadership-lost' && at > takenAt),
  );
  await troop.untilConverged(edited2);
  expect(pushesIn(requestsBy(world.pods(), sleeper)).filter(({ at }) => at > takenAt)).toEqual([]);
  expect(everyone(() => world.pods()[0]?.kong.hash())()).toBe(true);
  expect(heir.lines.findLast(({ event }) => event === 'desired-changed')?.fields['revision']).toBe(
    world.pods()[0]?.kong.hash().slice(0, 8),
  );
});
