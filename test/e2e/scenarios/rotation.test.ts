import { connect } from 'node:tls';
import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import { makeCertificates } from '../../support/certificates.js';
import type { Certificates } from '../../support/certificates.js';
import { configOf } from '../../support/troop.js';
import type { ControlPlane } from '../support/control-plane.js';
import { ADMIN_SERVICE } from '../support/gateways.js';
import { readAuditLog } from '../support/rights.js';
import type { ReplicaPod } from '../support/replicas.js';
import type { Scenario } from '../support/scenario.js';
import { suite } from '../support/suite.js';

const createScenario = suite();

/** Edits that go on, each once the one before is served, until the work is done. */
async function underLoad(scenario: Scenario, work: () => Promise<void>): Promise<void> {
  const edits = { wanted: true };
  const working = work().finally(() => (edits.wanted = false));
  for (let edit = 1; edits.wanted; edit += 1) {
    await scenario.configure('shop', { 'kong.yaml': configOf(`edit-${edit}`) });
    await scenario.untilServed();
  }
  await working;
}

const elections = (scenario: Scenario): number => scenario.said('leader-elected').length;

test('tokens whose pod is gone are refused, new ones are taken up, and the leader goes on leading', async () => {
  const scenario = await createScenario({ gateways: 3, replicas: 2 });
  await scenario.configure('shop', { 'kong.yaml': configOf('one') });
  await scenario.untilServed();
  const refusals = (): number =>
    readAuditLog(scenario.plane.auditLog).filter(({ status }) => status === 401).length;
  await underLoad(scenario, async () => {
    const renewed = new Map<ReplicaPod, string>();
    for (const replica of scenario.replicas) renewed.set(replica, await replica.rotateToken());
    await scenario.until('an old token to be refused', () => refusals() > 0);
    const leader = await scenario.untilLeader();
    const old = (): ReplicaPod[] =>
      scenario.replicas.filter(
        (replica) => !scenario.audited().some(({ pod }) => pod === renewed.get(replica)),
      );
    // A follower hardly does anything but watch, and a watch that runs is not asked for its token again.
    const cutting = setInterval(() => {
      for (const replica of old()) if (replica !== leader) replica.proxy.cut();
    }, 3_000);
    await scenario
      .until('every new token to be in use', () => old().length === 0)
      .finally(() => {
        clearInterval(cutting);
      });
  });
  expect(elections(scenario)).toBe(1);
});

/** The certificate that the API server shows to a new connection. */
async function shownBy({ host, port, ca }: ControlPlane): Promise<string> {
  const socket = connect({ host, port, ca });
  await once(socket, 'secureConnect');
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}

test('the API server shows a new certificate, and nobody is bothered', async () => {
  const scenario = await createScenario({ gateways: 2, replicas: 2 });
  await scenario.configure('shop', { 'kong.yaml': configOf('one') });
  await scenario.untilServed();
  const { plane } = scenario;
  const before = await shownBy(plane);
  await underLoad(scenario, async () => {
    await plane.rotateServingCertificate();
    await scenario.until('the new certificate', async () => (await shownBy(plane)) !== before);
    for (const { proxy } of scenario.replicas) proxy.cut();
  });
  expect(elections(scenario)).toBe(1);
});

test('the CA of the Admin API is replaced: both are trusted, gateways move over one by one, the old one goes', async () => {
  const scenario = await createScenario({ replicas: 2 });
  const { gateways, certificates: old, namespaces } = scenario;
  const serverNames = [`pod.${ADMIN_SERVICE}.${namespaces.gateways}.svc`];
  const fresh = await makeCertificates({ serverNames, clientName: 'silverback-renewed' });
  const both = `${old.ca}\n${fresh.ca}`;
  const gatewayOf = (server: Certificates['server']) => gateways.add({ tls: { ...server, clientCa: both } });
  for (let count = 0; count < 3; count += 1) await gatewayOf(old.server);
  await scenario.configure('shop', { 'kong.yaml': configOf('one') });
  await scenario.untilServed();

  const mountAll = async (ca: string): Promise<void> => {
    const mounted = performance.now();
    for (const replica of scenario.replicas)
      await replica.mountAdmin({ ca, client: fresh.client, token: 'another-token-of-the-suite' });
    await scenario.until('every replica to take them up', () =>
      scenario.replicas.every(({ lines }) =>
        lines.some(({ event, at }) => event === 'credentials-rotated' && at > mounted),
      ),
    );
  };
  await underLoad(scenario, async () => {
    await mountAll(both);
    for (const pod of [...gateways.all()]) {
      await gatewayOf(fresh.server);
      await gateways.remove(pod);
    }
    await mountAll(fresh.ca);
  });
  const clients = gateways.all().flatMap(({ kong }) => kong.requests.map(({ client }) => client));
  expect(new Set(clients)).toEqual(new Set(['silverback-renewed']));
  expect(elections(scenario)).toBe(1);
});
