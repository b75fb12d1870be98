import { afterAll, expect, test } from '@jest/globals';
import { configOf, pushesIn } from '../../support/troop.js';
import { LEASE_MS } from '../support/replicas.js';
import type { ReplicaPod } from '../support/replicas.js';
import type { Scenario, ScenarioOptions } from '../support/scenario.js';
import { suite } from '../support/suite.js';

const createScenario = suite();
const figures: string[] = [];
afterAll(() => {
  process.stderr.write(`\nFailover on a real API server\n${figures.map((text) => `  ${text}\n`).join('')}`);
});

async function synced(options: ScenarioOptions): Promise<Scenario> {
  const scenario = await createScenario(options);
  await scenario.configure('shop', { 'kong.yaml': configOf('one') });
  await scenario.untilServed();
  return scenario;
}

/** Waits until it knows all that there is to know, and stands for election. */
const untilReady = (scenario: Scenario, { lines }: ReplicaPod): Promise<void> =>
  scenario.until('the newcomer to know who leads', () =>
    lines.some(({ event }) => event === 'leader-observed' || event === 'leader-elected'),
  );

/** Waits for a replica's first request to any gateway after a moment; gives how long it took. */
async function firstProbe(scenario: Scenario, heir: ReplicaPod, since: number): Promise<number> {
  const after = (): number[] =>
    scenario.requestsBy(heir).flatMap(({ at }) => (at >= since ? [at - since] : []));
  await scenario.until('the first probe', () => after().length > 0);
  return Math.min(...after());
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Infinity;
const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
const spread = (values: readonly number[]): string =>
  `median ${seconds(median(values))}, at most ${seconds(Math.max(...values))} (${values.length} times)`;

test('a leader that is asked to stop is followed within a second of its release, and nothing is pushed again', async () => {
  const scenario = await synced({ gateways: 3, replicas: 2 });
  const took: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    const leader = await scenario.untilLeader();
    const stopped = performance.now();
    leader.signal('SIGTERM');
    expect(await leader.exited).toBe(0);
    const heir = await scenario.untilLeader(leader);
    const released = leader.lines.find(({ event }) => event === 'lease-released');
    expect(released).toBeDefined();
    took.push((await firstProbe(scenario, heir, stopped)) - (released!.at - stopped));
    await untilReady(scenario, await scenario.startReplica());
  }
  figures.push(`SIGTERM, from the release to the first probe: ${spread(took)}`);
  expect(median(took)).toBeLessThan(1_000);
  for (const { kong } of scenario.gateways.all()) expect(pushesIn(kong.requests)).toHaveLength(1);
});

test('a leader that is killed is followed within the lease duration and two seconds', async () => {
  const scenario = await synced({ gateways: 3, replicas: 2 });
  const took: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    const leader = await scenario.untilLeader();
    const killed = performance.now();
    leader.signal('SIGKILL');
    const heir = await scenario.untilLeader(leader);
    took.push(await firstProbe(scenario, heir, killed));
    await untilReady(scenario, await scenario.startReplica());
  }
  figures.push(`SIGKILL, to the first probe, with a lease of ${seconds(LEASE_MS)}: ${spread(took)}`);
  expect(Math.max(...took)).toBeLessThan(LEASE_MS + 2_000);
  for (const { kong } of scenario.gateways.all()) expect(pushesIn(kong.requests)).toHaveLength(1);
});

test('a leader that is killed in the middle of a rollout leaves a rollout that its heir completes', async () => {
  const scenario = await synced({
    gateways: 8,
    replicas: 2,
    kong: { loadMs: 300 },
    args: ['--kong-admin-concurrency', '2'],
  });
  const leader = await scenario.untilLeader();
  const edited = performance.now();
  await scenario.configure('shop', { 'kong.yaml': configOf('two') });
  await scenario.until('a push', () => pushesIn(scenario.requestsBy(leader)).some(({ at }) => at > edited));
  leader.signal('SIGKILL');
  await scenario.untilServed();
  expect((await scenario.untilLeader(leader)).name).not.toBe(leader.name);
});

test('a leader that is stopped past its lease and wakes begins no push, and follows', async () => {
  const scenario = await synced({
    gateways: 12,
    replicas: 2,
    kong: { loadMs: 200 },
    args: ['--kong-admin-concurrency', '1'],
  });
  const sleeper = await scenario.untilLeader();
  const edited = performance.now();
  await scenario.configure('shop', { 'kong.yaml': configOf('two') });
  await scenario.until('a push', () => pushesIn(scenario.requestsBy(sleeper)).some(({ at }) => at > edited));
  scenario.pause(sleeper);
  const heir = await scenario.untilLeader(sleeper);
  await scenario.configure('shop', { 'kong.yaml': configOf('three') });
  await scenario.until('a push by the heir', () => pushesIn(scenario.requestsBy(heir)).length > 0);
  const woken = performance.now();
  sleeper.signal('SIGCONT');
  await scenario.until('the sleeper to notice', () =>
    sleeper.lines.some(({ event, at }) => event === 'leadership-lost' && at > woken),
  );
  await scenario.untilServed();
  expect(pushesIn(scenario.requestsBy(sleeper)).filter(({ at }) => at > woken)).toEqual([]);
});

test('all replicas are replaced one after the other while edits go on', async () => {
  const scenario = await synced({ gateways: 6, replicas: 3, kong: { loadMs: 50 } });
  let edits = 0;
  const edit = (): Promise<void> => {
    edits += 1;
    return scenario.configure('shop', { 'kong.yaml': configOf(`edit-${edits}`) });
  };
  for (const old of [...scenario.replicas]) {
    const begun = performance.now();
    const fresh = await scenario.startReplica();
    await edit();
    await untilReady(scenario, fresh);
    old.signal('SIGTERM');
    await edit();
    expect(await old.exited).toBe(0);
    await edit();
    await scenario.until('somebody to push', () => scenario.said('push-ended', begun).length > 0);
  }
  await scenario.untilServed();
  expect(edits).toBe(9);
});

test('a Lease that is deleted by hand is there again, and two never lead', async () => {
  const scenario = await synced({ gateways: 3, replicas: 2 });
  const { admin } = scenario.plane;
  const { controller } = scenario.namespaces;
  const [lease] = await admin.list('Lease', controller);
  const leader = await scenario.untilLeader();
  await admin.remove('Lease', controller, lease!.metadata.name);
  await scenario.until('another Lease', async () => {
    const [found] = await admin.list('Lease', controller);
    return found !== undefined && found.metadata.uid !== lease!.metadata.uid;
  });
  await scenario.configure('shop', { 'kong.yaml': configOf('two') });
  await scenario.untilServed();

  // And at the worst moment: while the leader cannot put it back.
  leader.proxy.isolate();
  const [second] = await admin.list('Lease', controller);
  await admin.remove('Lease', controller, second!.metadata.name);
  const heir = await scenario.untilLeader(leader);
  await scenario.configure('shop', { 'kong.yaml': configOf('three') });
  await scenario.untilServed();
  leader.proxy.restore();
  await scenario.until('the old leader to follow', () =>
    leader.lines.some(
      ({ event, fields }) => event === 'leader-observed' && String(fields['holder']).startsWith(heir.name),
    ),
  );
});
