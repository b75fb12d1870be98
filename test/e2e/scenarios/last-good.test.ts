import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { configOf, pushesIn } from '../../support/troop.js';
import { passingFolder } from '../support/leash.js';
import { gatewayPods, recordOf, untilRecorded } from '../support/people.js';
import type { Scenario, ScenarioOptions } from '../support/scenario.js';
import { suite } from '../support/suite.js';

const createScenario = suite();
/** A short hold of the canary, and frequent looks at gateways that are in sync. */
const QUICK = ['--canary-hold', '200ms', '--resync-interval', '1s'];

const quickly = (options: ScenarioOptions): ScenarioOptions => ({
  replicas: 2,
  args: QUICK,
  ...options,
});

const untilKept = (scenario: Scenario): Promise<unknown> =>
  untilRecorded(scenario, 'last good', ({ lastGood }) => lastGood === scenario.desired());

async function killAll(scenario: Scenario): Promise<void> {
  for (const replica of scenario.replicas) replica.signal('SIGKILL');
  await Promise.all(scenario.replicas.map(({ exited }) => exited));
}

const pushes = ({ gateways }: Scenario): number =>
  gateways.ever().reduce((sum, { kong }) => sum + pushesIn(kong.requests).length, 0);

test('a fleet of 20 that restarts with all controllers, over a broken source, comes back on last good', async () => {
  const scenario = await createScenario(quickly({ gateways: 20 }));
  await scenario.configure('shop', { 'kong.yaml': configOf('one') });
  await scenario.untilServed();
  await untilKept(scenario);
  await scenario.configure('shop', { 'kong.yaml': 'services: [{ name: nothing else' });
  await scenario.until('everybody to refuse it', () => scenario.said('config-invalid').length === 2);

  await killAll(scenario);
  await Promise.all(scenario.gateways.all().map(({ kong }) => kong.restart()));
  expect(scenario.served()).toBe(false);
  await Promise.all([scenario.startReplica(), scenario.startReplica()]);
  await scenario.untilServed();
});

test('controllers that all restart push nothing onto gateways that are in sync', async () => {
  const scenario = await createScenario(quickly({ gateways: 3 }));
  await scenario.configure('shop', { 'kong.yaml': configOf('one') });
  await scenario.untilServed();
  await untilKept(scenario);
  const before = pushes(scenario);
  await killAll(scenario);
  const since = performance.now();
  await Promise.all([scenario.startReplica(), scenario.startReplica()]);
  await scenario.until('a look at the whole fleet', () => scenario.said('converged', since).length > 0);
  expect(pushes(scenario)).toBe(before);
});

test('gateways boot on last good with no controller alive, and one that comes back pushes nothing', async () => {
  const scenario = await createScenario(quickly({}));
  const silverback = await gatewayPods(scenario);
  const folder = await passingFolder('boot');
  const boot = async (name: string): Promise<{ file: string; text: string }> => {
    const file = join(folder, `${name}.json`);
    const { ok, text } = await silverback('boot', '--out', file, '--kong-version', '3.9');
    expect(ok).toBe(true);
    return { file, text };
  };
  /** A new pod: its init container, then Kong with the file that is there. */
  const startPod = async (name: string): Promise<string> => {
    const { file, text } = await boot(name);
    await scenario.gateways.add({ declarativeConfig: () => readFileSync(file) });
    return text;
  };

  // The first ones find no last good, start without a configuration, and are given one.
  for (const name of ['a', 'b', 'c']) expect(await startPod(name)).toMatch(/no last good yet/);
  await scenario.configure('shop', { 'kong.yaml': configOf('one') });
  await scenario.untilServed();
  await untilKept(scenario);
  const before = pushes(scenario);

  await killAll(scenario);
  await scenario.gateways.scaleTo(0);
  for (const name of ['d', 'e', 'f']) expect(await startPod(name)).toMatch(/last good/);
  expect(scenario.served()).toBe(true);

  const since = performance.now();
  await Promise.all([scenario.startReplica(), scenario.startReplica()]);
  await scenario.until('a look at the whole fleet', () => scenario.said('converged', since).length > 0);
  expect(pushes(scenario)).toBe(before);
});

test('a revision that only a gateway rejects reaches exactly one, and is withdrawn for every leader', async () => {
  const scenario = await createScenario(quickly({ gateways: 5 }));
  await scenario.configure('shop', { 'kong.yaml': configOf('one') });
  await scenario.untilServed();
  await untilKept(scenario);
  const one = scenario.desired()!;
  const rejectWith = (text: string) =>
    text.includes('/poison/') ? { message: 'declarative config is invalid: {}' } : undefined;
  for (const { kong } of scenario.gateways.all()) kong.faults.set({ rejectWith });
  const before = pushes(scenario);

  await scenario.configure('shop', { 'kong.yaml': configOf('poison') });
  const poison = scenario.desired()!;
  await untilRecorded(scenario, 'the withdrawal', ({ withdrawn }) =>
    withdrawn.some(({ revision }) => revision === poison),
  );
  scenario.decided(one);
  const leader = await scenario.untilLeader();
  const killed = performance.now();
  leader.signal('SIGKILL');
  await scenario.untilLeader(leader);
  await scenario.until('the heir to look at all', () => scenario.said('converged', killed).length > 0);
  await scenario.untilServed();
  expect(pushes(scenario) - before).toBe(1);

  await scenario.configure('shop', { 'kong.yaml': configOf('mended') });
  await scenario.untilServed();
});

test('a configuration that fills all slots is kept, and so is its edit', async () => {
  const noise = (name: string): string =>
    `_format_version: "3.0"\nconsumers: [{ username: ${name}-${randomBytes(650_000).toString('base64url')} }]\n`;
  const scenario = await createScenario(quickly({ gateways: 2, kong: { validate: false } }));
  for (const name of ['a', 'b', 'c', 'd', 'e']) await scenario.configure(name, { 'kong.yaml': noise(name) });
  await scenario.untilServed();
  await untilKept(scenario);
  await scenario.configure('f', { 'kong.yaml': configOf('one') });
  await scenario.untilServed();
  await untilKept(scenario);
  const { revisions } = await recordOf(scenario);
  expect(
    revisions
      .slice(0, 2)
      .flatMap(({ slots }) => slots.map(({ slot }) => slot))
      .sort(),
  ).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});
