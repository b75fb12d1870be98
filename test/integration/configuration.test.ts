import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { configBytesSince } from '../../src/demo/until.js';
import { CONFIG_LABEL, CONFIG_NAMESPACE } from '../../src/demo/world.js';
import { addressOf, configOf, createTroop, overlapsIn } from '../support/troop.js';
import type { Troop } from '../support/troop.js';

jest.setTimeout(120_000);

let troop: Troop;
beforeEach(async () => {
  troop = await createTroop({ gateways: 3, replicas: 2 });
  troop.world.setConfig('shop', { 'kong.yaml': configOf('one') });
  await troop.untilConverged(0);
});
afterEach(async () => {
  expect(overlapsIn(troop.world.pods())).toEqual([]);
  await troop.close();
});

const hashes = (): string[] => troop.world.pods().map(({ kong }) => kong.hash());

/** Every replica judges the sources by itself: waits until all of them have said so. */
async function untilAllSaid(event: string, since: number): Promise<void> {
  await troop.until(`all replicas to say ${event}`, () =>
    troop.replicas.every(({ lines }) => lines.some((line) => line.event === event && line.at >= since)),
  );
}

async function metric(name: string): Promise<string | undefined> {
  const leader = await troop.untilLeader();
  const text = await (await fetch(`${addressOf(leader, 'metrics')}/metrics`)).text();
  return text
    .split('\n')
    .find((line) => line.startsWith(`${name} `))
    ?.split(' ')[1];
}

const events = (reason: string) =>
  troop.world.kube.list('Event').filter((event) => event['reason'] === reason);

test.each([
  ['deleting the ConfigMap', undefined, 'config-held'],
  ['emptying it', {}, 'config-held'],
  ['emptying its text', { 'kong.yaml': '' }, 'config-invalid'],
  ['leaving no entity in it', { 'kong.yaml': '_format_version: "3.0"\n' }, 'config-held'],
] as const)('%s changes nothing on any gateway, and says so', async (_what, data, expected) => {
  const before = hashes();
  const startedAt = performance.now();
  troop.world.setConfig('shop', data);
  await untilAllSaid(expected, startedAt);
  expect(hashes()).toEqual(before);
  expect(configBytesSince(troop.world, startedAt)).toBe(0);
  // A follower that has only just started knows of nothing that was desired before.
  const leader = await troop.untilLeader();
  const line = leader.lines.find(({ event, at }) => event === expected && at >= startedAt);
  expect(line!.message).toContain('stays desired');
  expect(
    await metric(expected === 'config-held' ? 'silverback_config_held' : 'silverback_config_valid'),
  ).toBe(expected === 'config-held' ? '1' : '0');
});

test('a ConfigMap that comes back with another content is taken up again', async () => {
  troop.world.setConfig('shop', undefined);
  await untilAllSaid('config-held', 0);
  const back = performance.now();
  troop.world.setConfig('shop', { 'kong.yaml': configOf('two') });
  await troop.untilConverged(back);
  expect(await metric('silverback_config_held')).toBe('0');
});

test('a bad edit touches nobody and is told with its line, also on the object; a good one recovers', async () => {
  const before = hashes();
  const broken = performance.now();
  troop.world.setConfig('shop', { 'kong.yaml': configOf('two').replace('service-1.test:8080', 'not a url') });
  await untilAllSaid('config-invalid', broken);
  const [line] = troop.said('config-invalid', broken);
  expect(line!.message).toContain(`configmap/${CONFIG_NAMESPACE}/shop/kong.yaml:9:10`);
  await troop.until('an Event', () => events('ConfigRejected').length > 0);
  expect(events('ConfigRejected')[0]).toMatchObject({
    type: 'Warning',
    involvedObject: { kind: 'ConfigMap', name: 'shop', namespace: CONFIG_NAMESPACE },
  });
  expect(hashes()).toEqual(before);
  const mended = performance.now();
  troop.world.setConfig('shop', { 'kong.yaml': configOf('two') });
  await troop.untilConverged(mended);
  await troop.until('an Event', () => events('ConfigApplied').length > 0);
});

test('several objects are one configuration, in Secrets and compressed too; a vanished one is held', async () => {
  const { kube } = troop.world;
  const metadata = (name: string) => ({
    name,
    namespace: CONFIG_NAMESPACE,
    labels: { [CONFIG_LABEL]: 'true' },
  });
  const added = performance.now();
  const consumers =
    '_format_version: "3.0"\nconsumers:\n  - username: ann\n    keyauth_credentials:\n      - key: anns-key\n';
  kube.apply({
    kind: 'Secret',
    metadata: metadata('people'),
    data: { 'people.yml': Buffer.from(consumers).toString('base64') },
  });
  const upstream = gzipSync('{"_format_version":"3.0","upstreams":[{"name":"u.test"}]}').toString('base64');
  kube.apply({ kind: 'ConfigMap', metadata: metadata('zipped'), binaryData: { 'u.json.gz': upstream } });
  await troop.until('all replicas to merge them', () =>
    troop.replicas.every(({ lines }) =>
      lines.some(({ message }) => /consumer/.test(message) && /upstream/.test(message)),
    ),
  );
  await troop.untilConverged(added);
  const config = JSON.parse(new TextDecoder().decode(troop.world.pods()[0]!.kong.config())) as Record<
    string,
    unknown[]
  >;
  expect([config['services']?.length, config['consumers']?.length, config['upstreams']?.length]).toEqual([
    2, 1, 1,
  ]);

  const removed = performance.now();
  kube.remove('Secret', CONFIG_NAMESPACE, 'people');
  await untilAllSaid('config-held', removed);
  expect(configBytesSince(troop.world, removed)).toBe(0);
  expect(troop.said('config-held', removed)[0]!.message).toContain(`Secret ${CONFIG_NAMESPACE}/people`);
});

test('the same entity with two contents in two objects is refused with both places', async () => {
  const added = performance.now();
  troop.world.setConfig('other', { 'kong.yaml': configOf('elsewhere', 1) });
  await untilAllSaid('config-invalid', added);
  const text = JSON.stringify(troop.said('config-invalid', added)[0]!.fields['findings']);
  expect(text).toContain(`configmap/${CONFIG_NAMESPACE}/shop/kong.yaml`);
  expect(text).toContain(`configmap/${CONFIG_NAMESPACE}/other/kong.yaml`);
  expect(configBytesSince(troop.world, added)).toBe(0);
});

test('any replica seals the same sources to the same revision, whatever their order', async () => {
  const added = performance.now();
  troop.world.setConfig('aaa', { 'kong.yaml': '{"_format_version":"3.0","upstreams":[{"name":"a.test"}]}' });
  troop.world.setConfig('zzz', { 'kong.yaml': '{"_format_version":"3.0","upstreams":[{"name":"z.test"}]}' });
  await troop.untilConverged(added);
  await troop.until('both replicas to seal it', () =>
    troop.replicas.every(({ lines }) => lines.some(({ message }) => message.includes('2 upstreams'))),
  );
  const late = troop.start();
  await troop.until('a newcomer to seal it', () =>
    late.lines.some(({ message }) => message.includes('2 upstreams')),
  );
  const sealed = troop.replicas.map(
    ({ lines }) => lines.findLast(({ event }) => event === 'config-compiled')?.fields['revision'],
  );
  expect(new Set(sealed).size).toBe(1);
  expect(hashes()[0]).toMatch(new RegExp(`^${String(sealed[0])}`));
});
