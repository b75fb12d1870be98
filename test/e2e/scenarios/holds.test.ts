import { expect, test } from '@jest/globals';
import { EMPTY_HASH } from '../../../src/config/revision.js';
import { configOf, pushesIn } from '../../support/troop.js';
import { recordOf, somebody, untilRecorded } from '../support/people.js';
import type { ReplicaPod } from '../support/replicas.js';
import type { Scenario, ScenarioOptions } from '../support/scenario.js';
import { suite } from '../support/suite.js';

const createScenario = suite();
/** A short hold of the canary, and frequent looks at gateways that are in sync. */
const QUICK = ['--canary-hold', '200ms', '--resync-interval', '1s'];

/** Gateways that serve `one`, which is kept as last good. */
async function kept(options: ScenarioOptions, services = 2): Promise<Scenario> {
  const scenario = await createScenario({ replicas: 2, args: QUICK, ...options });
  await scenario.configure('shop', { 'kong.yaml': configOf('one', services) });
  await untilServedAndKept(scenario);
  return scenario;
}

async function untilServedAndKept(scenario: Scenario): Promise<void> {
  await scenario.untilServed();
  await untilRecorded(scenario, 'last good', ({ lastGood }) => lastGood === scenario.desired());
}

const pushes = ({ gateways }: Scenario): number =>
  gateways.ever().reduce((sum, { kong }) => sum + pushesIn(kong.requests).length, 0);

async function eventsOn({ plane, namespaces }: Scenario, name: string): Promise<string[]> {
  const events = await plane.admin.list('Event', namespaces.controller);
  return events
    .filter(({ involvedObject }) => (involvedObject as { name?: string }).name === name)
    .map(({ reason, message }) => `${String(reason)}: ${String(message)}`);
}

interface Held {
  readonly revision: string;
  readonly codes: readonly string[];
  readonly reasons: readonly string[];
}

/** Waits until a revision is held, and why is known. */
async function untilHeld(scenario: Scenario, other?: Held): Promise<Held> {
  let found: Held | undefined;
  await untilRecorded(scenario, 'a hold', ({ held }) => {
    if (held?.revision === undefined || held.revision === other?.revision || held.reasons.length === 0)
      return false;
    found = { ...held, revision: held.revision };
    return true;
  });
  return found!;
}

/** Waits until a leader has looked at every gateway so often that it would have pushed. */
async function untilLookedAt(scenario: Scenario, leader: ReplicaPod): Promise<void> {
  const since = performance.now();
  await scenario.until('some looks at every gateway', () =>
    scenario.gateways.all().every(({ kong }) => {
      const looks = kong.requests.filter(
        ({ at, path, headers }) =>
          at > since && path === '/status' && headers.userAgent?.includes(`(${leader.name}_`),
      );
      return looks.length >= 3;
    }),
  );
}

/** Kills the leader; another one takes over, and a new follower comes. */
async function failOver(scenario: Scenario): Promise<ReplicaPod> {
  const leader = await scenario.untilLeader();
  leader.signal('SIGKILL');
  const heir = await scenario.untilLeader(leader);
  await scenario.startReplica();
  return heir;
}

test('a ConfigMap that is deleted, and one that is emptied, change nothing before somebody approves it', async () => {
  const scenario = await createScenario({ gateways: 3, replicas: 2, args: QUICK });
  const silverback = await somebody(scenario);
  const extra = '_format_version: "3.0"\nservices:\n  - name: extra\n    url: http://extra.test\n';
  await scenario.configure('extra', { 'kong.yaml': extra });
  await scenario.configure('shop', { 'kong.yaml': configOf('one') });
  await untilServedAndKept(scenario);
  const before = pushes(scenario);

  await scenario.configure('extra', undefined);
  const first = await untilHeld(scenario);
  expect(first).toMatchObject({ revision: scenario.desired(), codes: ['source-vanished'] });
  await scenario.until('the Event', async () =>
    (await eventsOn(scenario, 'extra')).some((text) => /^ConfigHeld: .*extra does not exist/.test(text)),
  );
  expect(pushes(scenario)).toBe(before);
  expect(await silverback('approve', first.revision, '--reason', 'moved')).toMatchObject({ ok: true });
  await untilServedAndKept(scenario);

  await scenario.configure('shop', {});
  const lastGood = scenario.desired();
  const second = await untilHeld(scenario, first);
  expect(second.codes).toContain('source-vanished');
  await untilLookedAt(scenario, await scenario.untilLeader());
  expect(scenario.gateways.all().map(({ kong }) => kong.hash())).toEqual(Array(3).fill(lastGood));
  expect(await silverback('approve', second.revision.slice(0, 8))).toMatchObject({ ok: true });
  // Kong shows a configuration without entities as none.
  scenario.decided(EMPTY_HASH);
  await scenario.untilServed();
  await untilRecorded(scenario, 'last good', ({ lastGood }) => lastGood === second.revision);
  expect((await recordOf(scenario)).held).toBeUndefined();
});

test('a drastic change is held, by the heir of a killed leader, too, until it is approved', async () => {
  const scenario = await kept({ gateways: 3 }, 10);
  const silverback = await somebody(scenario);
  const before = pushes(scenario);
  await scenario.configure('shop', { 'kong.yaml': configOf('one', 3) });
  const held = await untilHeld(scenario);
  expect(held).toMatchObject({
    revision: scenario.desired(),
    codes: ['drastic-change'],
    reasons: expect.arrayContaining([expect.stringContaining('it removes 7 of 10 services')]),
  });

  const heir = await failOver(scenario);
  await untilLookedAt(scenario, heir);
  expect((await recordOf(scenario)).held).toMatchObject(held);
  expect(pushes(scenario)).toBe(before);

  expect(await silverback('approve', held.revision)).toMatchObject({ ok: true });
  await untilServedAndKept(scenario);
  const { audit } = await recordOf(scenario);
  expect(audit[0]).toMatchObject({ by: `system:serviceaccount:${scenario.namespaces.controller}:somebody` });
});

test('a pause outlives the leader; empty gateways get last good meanwhile, and the rest after it', async () => {
  const scenario = await kept({ gateways: 3 });
  const silverback = await somebody(scenario);
  const lastGood = scenario.desired()!;
  expect(await silverback('rollout', 'pause')).toMatchObject({ ok: true });
  await scenario.configure('shop', { 'kong.yaml': configOf('two') });
  await untilRecorded(scenario, 'the rollout', ({ rollout }) => rollout?.revision === scenario.desired());

  const heir = await failOver(scenario);
  const [gateway] = scenario.gateways.all();
  await gateway!.kong.restart();
  await scenario.until('last good on the gateway that restarted', () => gateway!.kong.hash() === lastGood);
  await untilLookedAt(scenario, heir);
  expect(scenario.gateways.all().map(({ kong }) => kong.hash())).toEqual(Array(3).fill(lastGood));

  expect(await silverback('rollout', 'resume')).toMatchObject({ ok: true });
  await untilServedAndKept(scenario);
});

test('a rollback brings every gateway back, outlives the leader, and ends with the next edit', async () => {
  const scenario = await kept({ gateways: 3 });
  const silverback = await somebody(scenario);
  const one = scenario.desired()!;
  await scenario.configure('shop', { 'kong.yaml': configOf('two') });
  await untilServedAndKept(scenario);

  expect(await silverback('rollback', '--reason', 'checkout fails')).toMatchObject({ ok: true });
  scenario.decided(one);
  await scenario.untilServed();
  const before = pushes(scenario);
  const heir = await failOver(scenario);
  await untilLookedAt(scenario, heir);
  expect(pushes(scenario)).toBe(before);
  expect(scenario.served()).toBe(true);

  await scenario.configure('shop', { 'kong.yaml': configOf('three') });
  await untilServedAndKept(scenario);
});

test('a rollout that is aborted leaves the gateways on last good, until the next edit', async () => {
  const scenario = await kept({
    gateways: 4,
    kong: { loadMs: 200 },
    args: ['--canary-hold', '10s'],
  });
  const silverback = await somebody(scenario);
  const one = scenario.desired()!;
  await scenario.configure('shop', { 'kong.yaml': configOf('two') });
  const two = scenario.desired()!;
  const onTwo = (): number => scenario.gateways.all().filter(({ kong }) => kong.hash() === two).length;
  await scenario.until('the canary', () => onTwo() === 1);
  expect(await silverback('rollout', 'abort')).toMatchObject({ ok: true });
  scenario.decided(one);
  await scenario.untilServed();
  expect((await recordOf(scenario)).withdrawn.map(({ revision }) => revision)).toEqual([two]);
  expect(pushesIn(scenario.gateways.all().flatMap(({ kong }) => kong.requests)).length).toBe(4 + 2);
});

test('a first push onto somebody else’s configuration is held; the same in content goes by itself', async () => {
  const foreign = new TextEncoder().encode(configOf('theirs'));
  const scenario = await createScenario({
    gateways: 3,
    replicas: 2,
    kong: { declarativeConfig: foreign },
    args: QUICK,
  });
  const silverback = await somebody(scenario);
  await scenario.configure('shop', { 'kong.yaml': configOf('ours') });
  const held = await untilHeld(scenario);
  expect(held).toMatchObject({ revision: scenario.desired(), codes: ['foreign-config'] });
  await scenario.until('the Event', async () =>
    (await eventsOn(scenario, 'shop')).some((text) => text.startsWith('ConfigHeld: ')),
  );
  await untilLookedAt(scenario, await scenario.untilLeader());
  expect(pushes(scenario)).toBe(0);
  expect(await silverback('approve', held.revision)).toMatchObject({ ok: true });
  await untilServedAndKept(scenario);

  const same = await createScenario({ replicas: 2, args: QUICK });
  // As KIC leaves them: the same for all, and another hash on each.
  for (const mark of ['a', 'b', 'c'])
    await same.gateways.add({
      declarativeConfig: new TextEncoder().encode(`# ${mark}\n${configOf('theirs')}`),
    });
  await same.configure('shop', { 'kong.yaml': configOf('theirs') });
  await untilServedAndKept(same);
  expect((await recordOf(same)).approvals).toEqual([]);
});

test('a mistake of one team is told to that team, and the edits of others go out', async () => {
  const scenario = await kept({ gateways: 3 });
  const team = (path: string): string =>
    `_format_version: "3.0"\nservices:\n  - name: team\n    url: http://team.test\n    routes: [{ name: team, paths: [${path}] }]\n`;
  await scenario.configure('team', { 'kong.yaml': team('/one') });
  await untilServedAndKept(scenario);
  await scenario.configure('shop', { 'kong.yaml': configOf('one').replace('http:', 'gopher:') });
  await scenario.until('the Event', async () =>
    (await eventsOn(scenario, 'shop')).some((text) => text.startsWith('ConfigRejected: ')),
  );
  await scenario.configure('team', { 'kong.yaml': team('/two') });
  const serves = (path: string): boolean =>
    scenario.gateways.all().every(({ kong }) => new TextDecoder().decode(kong.config()).includes(path));
  await scenario.until('the edit of the other team', () => serves('/two'));
  expect(serves('/one/0')).toBe(true);
  expect((await eventsOn(scenario, 'team')).filter((text) => text.startsWith('ConfigRejected'))).toEqual([]);

  await scenario.configure('shop', { 'kong.yaml': configOf('mended') });
  await untilServedAndKept(scenario);
});
