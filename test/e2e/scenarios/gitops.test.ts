import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { only, render } from '../../chart/render.js';
import { makeCertificates } from '../../support/certificates.js';
import type { Certificates } from '../../support/certificates.js';
import { configOf } from '../../support/troop.js';
import { passingFolder } from '../support/leash.js';
import type { ReplicaPod } from '../support/replicas.js';
import type { Scenario } from '../support/scenario.js';
import { suite } from '../support/suite.js';

const createScenario = suite();

const BAD = configOf('two').replace('service-1.test:8080', 'not a url');

/** A labelled ConfigMap, as `kubectl apply` writes it; what the API server says when it will not have it. */
async function refusalOf(scenario: Scenario, name: string, text: string): Promise<string | undefined> {
  const [label = '', value = ''] = scenario.shipped.selector.split('=');
  try {
    await scenario.plane.admin.apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: scenario.namespaces.controller, labels: { [label]: value } },
      data: { 'kong.yaml': text },
    });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The shipped webhook, with the address of one replica in place of the Service: there is no cluster network here. */
async function askReplica(
  scenario: Scenario,
  replica: ReplicaPod,
  { ca }: Certificates,
  failurePolicy: 'Fail' | 'Ignore',
): Promise<string> {
  const values = {
    gateways: { service: 'kong/kong-admin' },
    admissionWebhook: { enabled: true, failurePolicy },
  };
  const objects = render(values, 'silverback', scenario.namespaces.controller);
  const shipped = only(objects, 'ValidatingWebhookConfiguration') as unknown as {
    kind: string;
    apiVersion: string;
    metadata: { name: string };
    webhooks: object[];
  };
  const line = replica.lines.find(({ message }) => message.startsWith('admission webhook on '));
  const url = `https://${String(line?.fields['address'])}/validate`;
  const { name } = shipped.metadata;
  await scenario.plane.admin.apply({
    kind: shipped.kind,
    apiVersion: shipped.apiVersion,
    metadata: { name },
    webhooks: shipped.webhooks.map((webhook) => ({
      ...webhook,
      clientConfig: { url, caBundle: Buffer.from(ca).toString('base64') },
    })),
  });
  return name;
}

test('what would be invalid is refused before it is stored, by leader and follower, and with a new certificate, too', async () => {
  const folder = await passingFolder('admission-webhook');
  const files = { cert: join(folder, 'tls.crt'), key: join(folder, 'tls.key') };
  const mount = async ({ server }: Certificates): Promise<void> => {
    await writeFile(files.cert, server.cert);
    await writeFile(files.key, server.key);
  };
  const certificates = await makeCertificates();
  await mount(certificates);
  const scenario = await createScenario({
    gateways: 2,
    replicas: 2,
    args: [
      ['--admission-webhook-listen', '127.0.0.1:0'],
      ['--admission-webhook-cert-file', files.cert],
      ['--admission-webhook-key-file', files.key],
    ].flat(),
  });
  await scenario.configure('shop', { 'kong.yaml': configOf('one') });
  await scenario.untilServed();
  const leader = await scenario.untilLeader();
  const follower = scenario.replicas.find((replica) => replica !== leader)!;
  const refusal = async (): Promise<string> => (await refusalOf(scenario, 'shop', BAD)) ?? '';
  const refuses = async (): Promise<boolean> => (await refusal()).includes('would be invalid');
  const untilRefused = (): Promise<void> => scenario.until('the webhook to refuse', refuses);
  let name = '';
  try {
    let guardedFrom = Infinity;
    for (const [index, replica] of [leader, follower].entries()) {
      name = await askReplica(scenario, replica, certificates, 'Fail');
      const reviewed = performance.now();
      await scenario.until(
        'a refusal of this replica',
        async () =>
          (await refuses()) &&
          replica.lines.some(({ event, at }) => event === 'change-reviewed' && at > reviewed),
      );
      expect(await refusal()).toMatch(/422 .*configmap\/silverback-\d+\/shop\/kong\.yaml:9:10: /);
      await scenario.configure('shop', { 'kong.yaml': configOf(`good-${index}`) });
      await scenario.untilServed();
      guardedFrom = Math.min(guardedFrom, performance.now());
    }

    const renewed = await makeCertificates();
    await mount(renewed);
    await scenario.until(
      'the new certificate',
      () => scenario.said('serving-certificate-rotated').length === scenario.replicas.length,
    );
    await askReplica(scenario, follower, renewed, 'Fail');
    await untilRefused();
    // Since the webhook was there, nothing that is wrong was ever stored.
    expect(scenario.said('config-invalid', guardedFrom)).toEqual([]);

    await askReplica(scenario, follower, renewed, 'Ignore');
    for (const replica of scenario.replicas) replica.signal('SIGKILL');
    await Promise.all(scenario.replicas.map(({ exited }) => exited));
    await scenario.until(
      'the API server to go on without the webhook',
      async () => (await refusalOf(scenario, 'shop', BAD)) === undefined,
    );
  } finally {
    if (name !== '') await scenario.plane.admin.remove('ValidatingWebhookConfiguration', undefined, name);
  }
});

test('each source carries its state, and what of it the state is about', async () => {
  const scenario = await createScenario({
    gateways: 2,
    replicas: 2,
    values: { config: { annotate: true } },
  });
  const { admin } = scenario.plane;
  const noteOf = async (name: string, of = 'state'): Promise<string | undefined> => {
    const object = await admin.get('ConfigMap', scenario.namespaces.controller, name);
    const annotations = (object?.metadata['annotations'] ?? {}) as Record<string, string>;
    return annotations[`silverback.dev/${of}`];
  };
  const untilNoted = (name: string, state: string): Promise<void> =>
    scenario.until(`${name} to be ${state}`, async () => (await noteOf(name)) === state);
  await scenario.configure('shop', { 'kong.yaml': configOf('one') });
  await scenario.configure('people', {
    'kong.yaml': '_format_version: "3.0"\nconsumers: [{username: ann}]\n',
  });
  await scenario.untilServed();
  await untilNoted('shop', 'Applied');
  await untilNoted('people', 'Applied');
  const first = await noteOf('shop', 'state-digest');
  const revision = await noteOf('people', 'state-revision');

  await scenario.configure('shop', { 'kong.yaml': configOf('two') });
  await scenario.untilServed();
  await scenario.until(
    'the note about the edit',
    async () => (await noteOf('shop')) === 'Applied' && (await noteOf('shop', 'state-digest')) !== first,
  );
  // Nothing has changed about the other one.
  expect(await noteOf('people', 'state-revision')).toBe(revision);

  await scenario.configure('shop', { 'kong.yaml': BAD });
  await untilNoted('shop', 'Quarantined');
  expect(await noteOf('shop', 'state-message')).toMatch(/^configmap\/.*\/shop\/kong\.yaml:9:10: /);
  await scenario.configure('shop', { 'kong.yaml': configOf('three') });
  await scenario.untilServed();
  await untilNoted('shop', 'Applied');
  const patches = scenario
    .audited()
    .filter(({ verb, resource }) => verb === 'patch' && resource === 'configmaps');
  expect(patches.length).toBeLessThan(20);
});
