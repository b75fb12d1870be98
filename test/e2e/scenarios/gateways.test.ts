import { expect, test } from '@jest/globals';
import { configOf, pushesIn } from '../../support/troop.js';
import type { KubeObject } from '../support/kube-admin.js';
import type { Scenario } from '../support/scenario.js';
import { suite } from '../support/suite.js';

const createScenario = suite();

/** The Service's slices, once each of so many pods is in them, and ready, with so many addresses. */
async function settledSlices(scenario: Scenario, endpoints: number): Promise<readonly KubeObject[]> {
  let slices: readonly KubeObject[] = [];
  await scenario.until('the slices', async () => {
    slices = await scenario.plane.admin.list('EndpointSlice', scenario.namespaces.gateways);
    const found = slices.flatMap((slice) => slice['endpoints'] as { conditions: { ready: boolean } }[]);
    return found.length === endpoints && found.every(({ conditions }) => conditions.ready);
  });
  return slices;
}

test('gateways come and go, to none and back, and whoever is there is served', async () => {
  const scenario = await createScenario({ gateways: 2, replicas: 2 });
  await scenario.configure('shop', { 'kong.yaml': configOf('one') });
  await scenario.untilServed();
  await scenario.gateways.scaleTo(6);
  await scenario.untilServed();
  await scenario.gateways.scaleTo(1);
  await scenario.configure('shop', { 'kong.yaml': configOf('two') });
  await scenario.untilServed();

  const emptied = performance.now();
  await scenario.gateways.scaleTo(0);
  await scenario.until(
    'the word that nobody is left',
    () => scenario.said('no-gateways', emptied).length > 0,
  );
  await scenario.configure('shop', { 'kong.yaml': configOf('three') });
  await scenario.gateways.scaleTo(3);
  await scenario.untilServed();
});

test('a gateway that restarts empty is healed, again and again, and each time it is told on its Pod', async () => {
  const scenario = await createScenario({ gateways: 3, replicas: 2 });
  await scenario.configure('shop', { 'kong.yaml': configOf('one') });
  await scenario.untilServed();
  const [restarting, ...others] = scenario.gateways.all();
  // A restart that the leader meets while it still looks after its push is no drift, but a push that did not last.
  const untilVerified = (since: number): Promise<void> =>
    scenario.until('the leader to see it in sync', () =>
      scenario
        .said('gateway-phase', since)
        .some(({ fields }) => fields['gateway'] === restarting!.name && fields['to'] === 'in-sync'),
    );
  await untilVerified(0);
  const quiet = others.map(({ kong }) => pushesIn(kong.requests).length);
  for (let round = 1; round <= 3; round += 1) {
    const restarted = performance.now();
    await restarting!.kong.restart();
    await scenario.until('the word', () => scenario.said('drift', restarted).length > 0);
    await untilVerified(restarted);
  }
  expect(others.map(({ kong }) => pushesIn(kong.requests).length)).toEqual(quiet);
  await scenario.until('the Events', async () => {
    const events = await scenario.plane.admin.list('Event', scenario.namespaces.gateways);
    return events.some(
      ({ reason, count, involvedObject }) =>
        reason === 'GatewayDrift' &&
        Number(count) > 1 &&
        (involvedObject as { uid?: string }).uid === restarting!.uid,
    );
  });
});

test('210 gateways in three slices for each kind of address are served once each', async () => {
  const scenario = await createScenario({ gateways: 210, replicas: 2, dualStack: true });
  const { admin } = scenario.plane;
  await scenario.configure('shop', { 'kong.yaml': configOf('one') });
  await scenario.untilServed();
  const slices = await settledSlices(scenario, 420);
  expect(slices.map(({ addressType }) => addressType).sort()).toEqual([
    ...['IPv4', 'IPv4', 'IPv4'],
    ...['IPv6', 'IPv6', 'IPv6'],
  ]);
  expect(Math.max(...slices.map(({ endpoints }) => (endpoints as unknown[]).length))).toBe(100);
  const service = await admin.get('Service', scenario.namespaces.gateways, 'kong-admin');
  for (const { metadata } of slices)
    expect(metadata['ownerReferences']).toMatchObject([{ kind: 'Service', uid: service?.metadata.uid }]);
  for (const { kong } of scenario.gateways.all()) expect(pushesIn(kong.requests)).toHaveLength(1);
});

test('pods with IPv6 beside IPv4 count once, and those with IPv6 alone are reached, too', async () => {
  const scenario = await createScenario({ replicas: 1, dualStack: true });
  const { gateways, namespaces, plane } = scenario;
  await gateways.scaleTo(2);
  await scenario.configure('shop', { 'kong.yaml': configOf('one') });
  await scenario.untilServed();
  for (const { kong } of gateways.all()) expect(pushesIn(kong.requests)).toHaveLength(1);

  // The IPv4 slice goes, as in a cluster that is moved to IPv6.
  const slices = await settledSlices(scenario, 4);
  const ipv4 = slices.find(({ addressType }) => addressType === 'IPv4');
  await plane.admin.remove('EndpointSlice', namespaces.gateways, ipv4!.metadata.name);
  const moved = performance.now();
  await scenario.until('the word', () => scenario.said('gateway-found', moved).length > 0);
  expect(scenario.said('gateway-found', moved)[0]?.message).toContain('[fd00::');
  await scenario.configure('shop', { 'kong.yaml': configOf('two') });
  await scenario.untilServed();
});

test('a gateway that is not ready is configured, one that terminates is left alone', async () => {
  const scenario = await createScenario({ gateways: 2, replicas: 2 });
  const { gateways } = scenario;
  await scenario.configure('shop', { 'kong.yaml': configOf('one') });
  await scenario.untilServed();
  const [leaving] = gateways.all();
  const asked = performance.now();
  gateways.terminate(leaving!);
  await scenario.until('the word', () => scenario.said('gateway-left', asked).length > 0);
  const fresh = await gateways.add();
  await scenario.configure('shop', { 'kong.yaml': configOf('two') });
  await scenario.untilServed();
  expect(fresh.kong.hash()).toBe(scenario.desired());
  expect(leaving!.kong.hash()).not.toBe(scenario.desired());
  await gateways.remove(leaving!);
});

test('slices of another Service are nobody’s business', async () => {
  const scenario = await createScenario({ gateways: 1, replicas: 1 });
  const { gateways, namespaces, plane } = scenario;
  const stranger = await createScenario({ gateways: 1 });
  let slice: KubeObject | undefined;
  await scenario.until('the stranger', async () => {
    [slice] = await plane.admin.list('EndpointSlice', stranger.namespaces.gateways);
    return slice !== undefined;
  });
  const { endpoints, ports, addressType } = slice!;
  await plane.admin.apply({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: 'stranger',
      namespace: namespaces.gateways,
      labels: { 'kubernetes.io/service-name': 'kong-proxy' },
    },
    addressType,
    ports,
    endpoints,
  });
  await scenario.configure('shop', { 'kong.yaml': configOf('one') });
  await scenario.untilServed();
  await gateways.scaleTo(2);
  await scenario.untilServed();
  expect(stranger.gateways.all()[0]?.kong.requests).toEqual([]);
});
