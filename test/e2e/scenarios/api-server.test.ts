import { expect, test } from '@jest/globals';
import { configOf, pushesIn } from '../../support/troop.js';
import { RENEW_DEADLINE_MS } from '../support/replicas.js';
import type { ReplicaPod } from '../support/replicas.js';
import type { Scenario, ScenarioOptions } from '../support/scenario.js';
import { suite } from '../support/suite.js';

const OUTAGE_MS = 60_000;

const createScenario = suite();

async function synced(options: ScenarioOptions): Promise<Scenario> {
  const scenario = await createScenario(options);
  await scenario.configure('shop', { 'kong.yaml': configOf('one') });
  await scenario.untilServed();
  return scenario;
}

const lost = ({ lines }: ReplicaPod, since: number): boolean =>
  lines.some(({ event, at }) => event === 'leadership-lost' && at >= since);

const pushesSince = ({ gateways }: Scenario, since: number): number =>
  gateways
    .all()
    .reduce((sum, { kong }) => sum + pushesIn(kong.requests).filter(({ at }) => at >= since).length, 0);

test('the API server is restarted, and the next edit goes out as ever', async () => {
  const scenario = await synced({ gateways: 3, replicas: 2 });
  const stopped = performance.now();
  await scenario.plane.stopApiServer('SIGTERM');
  await scenario.plane.startApiServer();
  await scenario.configure('shop', { 'kong.yaml': configOf('two') });
  await scenario.untilServed();
  expect(pushesSince(scenario, stopped)).toBe(3);
});

test('the API server is away for a minute: gateways keep what they have, the leader fences itself, nothing is pushed twice', async () => {
  const scenario = await synced({ gateways: 3, replicas: 2 });
  const leader = await scenario.untilLeader();
  const gone = performance.now();
  await scenario.plane.stopApiServer();
  await scenario.until('the leader to stop leading', () => lost(leader, gone));
  const fenced = leader.lines.find(({ event, at }) => event === 'leadership-lost' && at >= gone)!;
  expect(fenced.at - gone).toBeLessThan(RENEW_DEADLINE_MS + 1_000);
  // The outage itself is the scenario.
  await new Promise((resolve) => setTimeout(resolve, OUTAGE_MS - (performance.now() - gone)));
  expect(scenario.served()).toBe(true);
  const touched = scenario.gateways
    .all()
    .flatMap(({ kong }) => kong.requests.filter(({ at }) => at > fenced.at));
  expect(touched).toEqual([]);

  const back = performance.now();
  await scenario.plane.startApiServer();
  await scenario.until('a new leader', () => scenario.said('leader-elected', back).length > 0);
  await scenario.until('its word', () => scenario.said('converged', back).length > 0);
  expect(pushesSince(scenario, gone)).toBe(0);
  await scenario.configure('shop', { 'kong.yaml': configOf('two') });
  await scenario.untilServed();
  expect(pushesSince(scenario, gone)).toBe(3);
  for (const replica of scenario.replicas) expect(replica.running()).toBe(true);
});

test('watches that are cut every second lose no edit', async () => {
  const scenario = await synced({ gateways: 3, replicas: 2 });
  const cutting = setInterval(() => {
    for (const { proxy } of scenario.replicas) proxy.cut();
  }, 1_000);
  try {
    for (let edit = 1; edit <= 8; edit += 1) {
      await scenario.configure('shop', { 'kong.yaml': configOf(`edit-${edit}`) });
      if (edit === 4) await scenario.gateways.scaleTo(5);
      await scenario.untilServed();
    }
  } finally {
    clearInterval(cutting);
  }
});

test('a replica whose history etcd has forgotten (410 Gone) lists again, and misses nothing', async () => {
  const scenario = await synced({ gateways: 2, replicas: 2 });
  const { plane } = scenario;
  for (const { proxy } of scenario.replicas) proxy.isolate();
  const isolated = performance.now();
  await scenario.configure('shop', { 'kong.yaml': configOf('two') });
  await scenario.configure('more', { 'kong.yaml': '_format_version: "3.0"\nconsumers:\n  - username: a\n' });
  await scenario.gateways.scaleTo(3);
  await scenario.gateways.remove(scenario.gateways.all()[0]!);
  await plane.compactEtcd();
  // Only a new process forgets what the API server itself remembers of the history.
  await plane.stopApiServer();
  await plane.startApiServer();
  for (const { proxy } of scenario.replicas) proxy.restore();
  await scenario.untilServed();
  const relisted = scenario
    .said('watch-restarted', isolated)
    .filter(({ fields }) => fields['relist'] === true);
  expect(relisted.length).toBeGreaterThan(0);
});

test('replicas that are cut off from the API server one after the other never lead together', async () => {
  const scenario = await synced({ gateways: 4, replicas: 2, kong: { loadMs: 100 } });
  const first = await scenario.untilLeader();
  for (const [round, isolated] of [
    first,
    scenario.replicas.find((replica) => replica !== first)!,
  ].entries()) {
    const cut = performance.now();
    isolated.proxy.isolate();
    await scenario.configure('shop', { 'kong.yaml': configOf(`round-${round}`) });
    await scenario.until('it to stop leading', () => lost(isolated, cut));
    const heir = await scenario.untilLeader(isolated);
    await scenario.untilServed();
    expect(heir.name).not.toBe(isolated.name);
    isolated.proxy.restore();
    const restored = performance.now();
    await scenario.until('it to see the edit', () =>
      isolated.lines.some(({ event, at }) => event === 'source-changed' && at >= restored),
    );
  }
});

test('a road on which nothing moves any more is given up, without anybody saying that it is closed', async () => {
  const scenario = await synced({ gateways: 2, replicas: 1 });
  const [replica] = scenario.replicas;
  const cut = performance.now();
  replica!.proxy.isolate();
  await scenario.until('it to stop leading', () => lost(replica!, cut));
  await scenario.configure('shop', { 'kong.yaml': configOf('two') });
  replica!.proxy.restore();
  await scenario.untilServed();
});
