import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { configOf, pushesIn } from '../../support/troop.js';
import type { Scenario } from '../support/scenario.js';
import { suite } from '../support/suite.js';

const createScenario = suite();

const pushes = ({ gateways }: Scenario): number =>
  gateways.all().reduce((sum, { kong }) => sum + pushesIn(kong.requests).length, 0);

/** Reasons of the Events on a ConfigMap or Secret. */
async function reasonsOn({ plane, namespaces }: Scenario, name: string): Promise<string[]> {
  const events = await plane.admin.list('Event', namespaces.controller);
  return events
    .filter(({ involvedObject }) => (involvedObject as { name?: string }).name === name)
    .map(({ reason }) => String(reason));
}

test('empty gateways get the configuration of a labelled ConfigMap, once each', async () => {
  const scenario = await createScenario({ gateways: 3, replicas: 2 });
  await scenario.configure('shop', { 'kong.yaml': configOf('one') });
  await scenario.untilServed();
  await scenario.until('the Event', async () =>
    (await reasonsOn(scenario, 'shop')).includes('ConfigApplied'),
  );
  expect(pushes(scenario)).toBe(3);
});

test('an edit reaches every gateway; a bad edit reaches none, and is told on the ConfigMap; its correction goes out', async () => {
  const scenario = await createScenario({ gateways: 3, replicas: 2 });
  await scenario.configure('shop', { 'kong.yaml': configOf('one') });
  await scenario.untilServed();
  await scenario.configure('shop', { 'kong.yaml': configOf('two') });
  await scenario.untilServed();
  const before = pushes(scenario);

  for (const field of ['port: eighty', 'protocol: gopher', 'hosts: [a]']) {
    const bad = `_format_version: "3.0"\nservices:\n  - name: a\n    host: a\n    ${field}\n`;
    const edited = performance.now();
    await scenario.configure('shop', { 'kong.yaml': bad });
    await scenario.until(
      'every replica to refuse it',
      () => scenario.said('config-invalid', edited).length === 2,
    );
    await scenario.until('the Event', async () =>
      (await reasonsOn(scenario, 'shop')).includes('ConfigRejected'),
    );
  }
  expect(pushes(scenario)).toBe(before);
  expect(scenario.served()).toBe(true);

  await scenario.configure('shop', { 'kong.yaml': configOf('three') });
  await scenario.untilServed();
  expect(pushes(scenario)).toBe(before + 3);
});

test('several ConfigMaps and Secrets are one configuration, and one that is deleted is held, not emptied', async () => {
  const scenario = await createScenario({ gateways: 2, replicas: 2 });
  const route = (name: string): string =>
    `_format_version: "3.0"\nroutes:\n  - name: ${name}\n    service: service-0\n    paths: [/${name}]\n`;
  await scenario.configure('services', { 'kong.yaml': configOf('one') });
  await scenario.configure('routes', {
    'a.yaml': route('a'),
    'b.yaml': route('b'),
    'notes.txt': 'no: [config',
  });
  await scenario.configure(
    'consumers',
    {
      'kong.json': JSON.stringify({
        _format_version: '3.0',
        consumers: [{ username: 'partner', keyauth_credentials: [{ key: 'partner-key-of-the-suite' }] }],
      }),
    },
    'Secret',
  );
  await scenario.untilServed();
  const [gateway] = scenario.gateways.all();
  const served = new TextDecoder().decode(gateway!.kong.config());
  for (const name of ['service-1', '"a"', '"b"', 'partner-key-of-the-suite']) expect(served).toContain(name);

  await scenario.plane.admin.remove('ConfigMap', scenario.namespaces.controller, 'routes');
  await scenario.until('the hold', async () =>
    scenario.said('config-held').some(({ message }) => message.includes('routes')),
  );
  expect(scenario.served()).toBe(true);
  for (const { lines } of scenario.replicas)
    expect(JSON.stringify(lines)).not.toContain('partner-key-of-the-suite');
});

test('a ConfigMap of 900 KB goes out whole, and so does its edit', async () => {
  const scenario = await createScenario({ gateways: 3, replicas: 2, kong: { validate: false } });
  // Large enough for many 64 KiB pieces per push, and close to the API server's limit of 1 MiB.
  const large = (mark: string): string => {
    const services = Math.floor(900_000 / (configOf(mark, 1_000).length / 1_000));
    return configOf(mark, services);
  };
  expect(large('one').length).toBeGreaterThan(850_000);
  await scenario.configure('shop', { 'kong.yaml': large('one') });
  await scenario.untilServed();
  await scenario.configure('shop', { 'kong.yaml': large('two') });
  await scenario.untilServed();
  expect(pushes(scenario)).toBe(6);
});

/** A service whose plugin answers with a text that no compression makes smaller. */
function incompressible(name: string): string {
  const body = randomBytes(600_000).toString('base64');
  const plugins = [{ name: 'request-termination', config: { status_code: 200, body } }];
  return JSON.stringify({ _format_version: '3.0', services: [{ name, host: name, plugins }] });
}

test('revisions too large for one Secret fill every slot of the history', async () => {
  const scenario = await createScenario({ gateways: 2, replicas: 2, kong: { validate: false } });
  const { plane, namespaces, shipped } = scenario;
  const secret = shipped.env['CONTROLLER_HISTORY_SECRET'] ?? '';
  const slots = Number(shipped.env['CONTROLLER_HISTORY_SLOTS']);
  expect(slots).toBeGreaterThan(0);
  const isFilled = async (slot: number): Promise<boolean> => {
    const found = await plane.admin.get('Secret', namespaces.controller, `${secret}-${slot}`);
    return Object.keys(found?.['data'] ?? {}).length > 0;
  };
  // Two ConfigMaps of 800 KB make 1.2 MB once compressed: two slots.
  await scenario.configure('steady', { 'kong.json': incompressible('steady') });
  for (let slot = 0; slot < slots; slot += 2) {
    await scenario.configure('changing', { 'kong.json': incompressible('changing') });
    await scenario.untilServed();
    await scenario.until(`slot ${slot + 1} to be filled`, () => isFilled(slot + 1));
  }
});
