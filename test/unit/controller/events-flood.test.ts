import { expect, test } from '@jest/globals';
import { eventReport } from '../../../src/controller/events.js';
import { resourceOfKind } from '../../../src/emulator/kube/resources.js';
import { createClient } from '../../../src/kube/client/client.js';
import { createEventRecorder } from '../../../src/kube/events/event-recorder.js';
import type { Happening } from '../../../src/report/happening.js';
import { createFleet } from '../../../src/rollout/fleet.js';
import { beginTenure } from '../../../src/rollout/tenure.js';
import { createVirtualClock } from '../../support/virtual-clock.js';
import { FLEET_SETTINGS, memberAt } from '../../support/virtual-fleet.js';
import { createVirtualGateways, revisionOf } from '../../support/virtual-gateways.js';
import { createVirtualKube } from '../../support/virtual-kube.js';
import { createVirtualProcess } from '../../support/virtual-process.js';
import { seededRandom } from '../../support/virtual-replicas.js';

const HOUR_MS = 3_600_000;
const SERVICE = {
  apiVersion: 'v1',
  kind: 'Service',
  namespace: 'kong',
  name: 'kong-admin',
  uid: 'service-uid',
};

/** A fleet whose gateways go and come, restart and are changed by others for an hour, and what `kubectl get events` shows then. */
async function anHourOfTrouble(count: number) {
  const clock = createVirtualClock();
  const random = seededRandom(`flapping ${count}`);
  const kube = createVirtualKube(clock);
  const { send } = kube.connect(createVirtualProcess(clock));
  const happenings: Happening[] = [];
  const recorder = createEventRecorder({
    client: createClient({ send, clock }),
    clock,
    random,
    component: 'silverback',
    instance: 'pod-1',
    report: (happening) => happenings.push(happening),
  });
  const record = eventReport({
    record: (note) => recorder.record(note),
    leading: () => true,
    service: SERVICE,
    clock,
  });
  const gateways = createVirtualGateways(clock);
  const fleet = createFleet({
    clock,
    random,
    admin: gateways,
    settings: FLEET_SETTINGS,
    smoke: undefined,
    report(happening) {
      happenings.push(happening);
      record(happening);
    },
    onRejected: () => undefined,
    onFailed: () => undefined,
    onStopped: () => undefined,
    onProven: () => undefined,
    onSucceeded: () => undefined,
  });
  const members = Array.from({ length: count }, (_, index) => ({
    ...memberAt(index),
    object: { apiVersion: 'v1', kind: 'Pod', namespace: 'kong', name: `kong-${index}`, uid: `uid-${index}` },
  }));
  fleet.setMembers(members);
  fleet.lead(beginTenure(1, () => true));
  const revision = revisionOf('served');
  fleet.setGoal({ desired: revision, lastGood: revision, paused: false });
  const flap = (url: string): void => {
    const gateway = gateways.at(url);
    const dice = random();
    gateway.mood =
      gateway.mood !== 'up'
        ? 'up'
        : dice < 0.5
          ? 'gone'
          : dice < 0.7
            ? 'broken'
            : dice < 0.8
              ? 'frozen'
              : 'up';
    if (dice > 0.9) gateway.hash = revisionOf(`foreign ${dice}`).id;
    else if (dice > 0.8) {
      gateway.hash = '0'.repeat(32);
      gateway.nodeId = `node-${dice}`;
    }
    clock.after(30_000 + random() * 90_000, () => flap(url));
  };
  for (const { url } of members) clock.after(random() * 60_000, () => flap(url));
  await clock.advance(HOUR_MS);
  const events = kube.store
    .list(resourceOfKind('Event'), undefined)
    .map((object): Record<string, unknown> => ({ ...object }));
  const troubles = happenings.filter(
    (one) => one.kind === 'drift' || (one.kind === 'gateway-phase' && one.to === 'unreachable'),
  );
  const writes = kube.requests.filter((request) => request.includes('/events'));
  return { events, troubles: troubles.length, writes: writes.length };
}

const on = (events: readonly Record<string, unknown>[], kind: string): Record<string, unknown>[] =>
  events.filter((event) => (event['involvedObject'] as { kind: string }).kind === kind);

test('an hour of one flapping gateway is a handful of Events', async () => {
  const { events, troubles } = await anHourOfTrouble(1);
  expect(troubles).toBeGreaterThan(10);
  expect(events.length).toBeLessThanOrEqual(15);
});

test('an hour of a hundred flapping gateways is a few lines more, and neither the API server nor etcd is flooded', async () => {
  const { events, troubles, writes } = await anHourOfTrouble(100);
  expect(troubles).toBeGreaterThan(1_000);
  const ofService = on(events, 'Service');
  expect(ofService.map(({ reason }) => reason)).toEqual(
    expect.arrayContaining(['GatewayDrift', 'GatewayUnreachable']),
  );
  expect(ofService.length).toBeLessThanOrEqual(20);
  expect(
    new Set(on(events, 'Pod').map((event) => JSON.stringify(event['involvedObject']))).size,
  ).toBeLessThan(8);
  expect(events.length).toBeLessThan(50);
  expect(writes).toBeLessThan(600);
  // The combined one is up to date, and counts what it stands for.
  const combined = ofService.filter(({ message }) => String(message).startsWith('(combined'));
  expect(Math.max(...combined.map(({ count }) => Number(count)))).toBeGreaterThan(1_000);
}, 60_000);
