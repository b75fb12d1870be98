import { afterEach, expect, jest, test } from '@jest/globals';
import { configBytesSince } from '../../src/demo/until.js';
import { addressOf, configOf, createTroop, overlapsIn, pushesIn } from '../support/troop.js';
import type { Troop } from '../support/troop.js';

jest.setTimeout(120_000);

let troop: Troop;
afterEach(async () => {
  expect(overlapsIn(troop.world.pods())).toEqual([]);
  await troop.close();
});

test.each(['all', 'post'] as const)(
  'twelve of fifty gateways that hang on %s requests hold up none of the others, and catch up afterwards',
  async (hang) => {
    troop = await createTroop({
      gateways: 50,
      replicas: 1,
      kong: { loadMs: 20 },
      args: ['--proxy-timeout-seconds', '10'],
    });
    const { world } = troop;
    world.setConfig('shop', { 'kong.yaml': configOf('one') });
    await troop.untilConverged(0);
    const hung = world.pods().slice(0, 12);
    const others = world.pods().slice(12);
    for (const { kong } of hung) kong.faults.set({ hang });
    const edited = performance.now();
    world.setConfig('shop', { 'kong.yaml': configOf('two') });
    const before = hung[0]!.kong.hash();
    await troop.until('the others', () => others.every(({ kong }) => kong.hash() !== before));
    expect(hung.every(({ kong }) => kong.hash() === before)).toBe(true);
    for (const { kong } of hung) kong.faults.clear();
    const { fields } = await troop.untilConverged(edited);
    expect(fields).toMatchObject({ gateways: 50 });
  },
);

test('a gateway that restarts empty is healed at once, and told of', async () => {
  troop = await createTroop({ gateways: 3, replicas: 1 });
  const { world } = troop;
  world.setConfig('shop', { 'kong.yaml': configOf('one') });
  await troop.untilConverged(0);
  const restarted = performance.now();
  await world.pods()[1]!.kong.restart('empty');
  await troop.untilConverged(restarted);
  expect(pushesIn(world.pods()[0]!.kong.requests)).toHaveLength(1);
  expect(troop.said('drift', restarted)).toMatchObject([{ fields: { gateway: 'kong-2', reason: 'empty' } }]);
});

test('no gateways is a state like another: ready, told, counted, and over when one appears', async () => {
  troop = await createTroop({ gateways: 0, replicas: 1 });
  const { world } = troop;
  world.setConfig('shop', { 'kong.yaml': configOf('one') });
  await troop.until('the word', () => troop.said('no-gateways').length > 0);
  const [replica] = troop.replicas;
  await troop.until('the servers', () => troop.said('serving').length === 3);
  await troop.until('validation', () => troop.said('desired-changed').length > 0);
  expect((await fetch(`${addressOf(replica!, 'probes')}/readyz`)).status).toBe(200);
  expect((await fetch(`${addressOf(replica!, 'probes')}/healthz`)).status).toBe(200);
  expect(await (await fetch(`${addressOf(replica!, 'metrics')}/metrics`)).text()).toContain(
    'silverback_gateways{state="in-sync"} 0',
  );
  expect(troop.said('converged')).toEqual([]);
  const pod = await world.addGateway();
  await troop.untilConverged(0);
  const left = performance.now();
  await world.removeGateway(pod);
  await troop.until('the word again', () => troop.said('no-gateways', left).length > 0);
});

/** Kong's 400 for whatever holds `mark`, on the path of the second route. */
const refusing = (mark: string) => (text: string) =>
  text.includes(mark)
    ? {
        flattenedErrors: [
          {
            entity_type: 'route',
            entity_name: 'route-1',
            entity: { name: 'route-1' },
            errors: [{ type: 'field', field: 'paths.1', message: 'not on my watch' }],
          },
        ],
      }
    : undefined;

test('what only gateways reject reaches exactly one of them, and is told on the line of the source', async () => {
  troop = await createTroop({ gateways: 5, replicas: 1 });
  const { world } = troop;
  world.setConfig('shop', { 'kong.yaml': configOf('one') });
  await troop.untilConverged(0);
  const before = world.pods().map(({ kong }) => kong.hash());
  for (const { kong } of world.pods()) kong.faults.set({ rejectWith: refusing('/two/1') });
  const edited = performance.now();
  world.setConfig('shop', { 'kong.yaml': configOf('two') });
  await troop.until('the rejection', () => troop.said('revision-refused', edited).length > 0);
  const [line] = troop.said('revision-refused', edited);
  expect(line!.message).toContain('kong.yaml:12:17');
  expect(line!.message).toContain('not on my watch');
  expect(line!.fields).toMatchObject({ canary: true, kongVersion: '3.9.3' });
  const mended = performance.now();
  world.setConfig('shop', { 'kong.yaml': configOf('three') });
  await troop.until('the success', () => troop.said('rollout-succeeded', mended).length > 0);
  const pushes = world.pods().flatMap(({ kong }) => pushesIn(kong.requests));
  expect(pushes.filter(({ at }) => at > edited && at < mended)).toHaveLength(1);
  expect(pushes.filter(({ at }) => at > mended)).toHaveLength(5);
  expect(new Set(world.pods().map(({ kong }) => kong.hash()))).not.toContain(before[0]);
});

test('a gateway that rejects what the canary took is set aside alone', async () => {
  troop = await createTroop({ gateways: 4, replicas: 1 });
  const { world } = troop;
  world.setConfig('shop', { 'kong.yaml': configOf('one') });
  await troop.untilConverged(0);
  const [before] = world.pods().map(({ kong }) => kong.hash());
  // The second gateway that is asked says no, whoever that is.
  const refuse = refusing('/two/1');
  const asked: unknown[] = [];
  for (const pod of world.pods()) {
    const rejectWith = (text: string) => {
      if (refuse(text) !== undefined && !asked.includes(pod)) asked.push(pod);
      return asked[1] === pod ? refuse(text) : undefined;
    };
    pod.kong.faults.set({ rejectWith });
  }
  const edited = performance.now();
  world.setConfig('shop', { 'kong.yaml': configOf('two') });
  await troop.until('the success', () => troop.said('rollout-succeeded', edited).length > 0);
  await troop.until('the findings', () => troop.said('revision-refused', edited).length > 0);
  expect(troop.said('revision-refused', edited)).toMatchObject([{ fields: { canary: false } }]);
  const left = world.pods().filter(({ kong }) => kong.hash() === before);
  expect(left).toEqual([asked[1]]);
});

test("a gateway under somebody else's hand is brought back", async () => {
  troop = await createTroop({ gateways: 2, replicas: 1, args: ['--resync-interval', '1s'] });
  const { world } = troop;
  world.setConfig('shop', { 'kong.yaml': configOf('one') });
  await troop.untilConverged(0);
  const [pod] = world.pods();
  const hash = pod!.kong.hash();
  const meddled = performance.now();
  await fetch(`${pod!.kong.adminUrl}/config`, {
    method: 'POST',
    headers: { 'content-type': 'text/yaml' },
    body: configOf('theirs'),
  });
  await troop.untilConverged(meddled);
  expect(pod!.kong.hash()).toBe(hash);
  expect(troop.said('drift', meddled)).toMatchObject([{ fields: { gateway: 'kong-1', reason: 'foreign' } }]);
});

test('while only observing, everything is said and nothing is pushed', async () => {
  troop = await createTroop({ gateways: 2, replicas: 1, args: ['--observe'] });
  troop.world.setConfig('shop', { 'kong.yaml': configOf('one') });
  await troop.until('the word', () => troop.said('would-push').length === 2);
  expect(configBytesSince(troop.world, 0)).toBe(0);
});
