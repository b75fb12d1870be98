import { describe, expect, test } from '@jest/globals';
import { eventReport } from '../../../src/controller/events.js';
import type { EventNote } from '../../../src/controller/events.js';
import type { Happening, ObjectRef } from '../../../src/report/happening.js';
import { createVirtualClock } from '../../support/virtual-clock.js';

const SERVICE = { apiVersion: 'v1', kind: 'Service', namespace: 'kong', name: 'kong-admin' };
const SHOP = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'apps', name: 'shop', uid: 'u1' };
const REVISION = 'a'.repeat(32);

const pod = (name: string): ObjectRef => ({
  apiVersion: 'v1',
  kind: 'Pod',
  namespace: 'kong',
  name,
  uid: `uid-${name}`,
});

const unreachable = (name: string): Happening => ({
  kind: 'gateway-phase',
  gateway: name,
  object: pod(name),
  from: 'in-sync',
  to: 'unreachable',
  revision: REVISION,
  trouble: { code: 'refused', reason: 'the connection was refused' },
});

function start({ leading = true, withService = true } = {}) {
  const clock = createVirtualClock();
  const notes: EventNote[] = [];
  const report = eventReport({
    record: (note) => notes.push(note),
    leading: () => leading,
    service: withService ? SERVICE : undefined,
    clock,
  });
  const said = (): string[] =>
    notes.map(({ object, reason, message }) => `${object.kind} ${object.name}: ${reason}: ${message}`);
  return { clock, notes, report, said };
}

describe('trouble with a gateway', () => {
  test('is told on the Service and on the Pod', () => {
    const { report, said } = start();
    report(unreachable('kong-1'));
    expect(said()).toEqual([
      'Service kong-admin: GatewayUnreachable: gateway kong-1 is unreachable: the connection was refused',
      'Pod kong-1: GatewayUnreachable: gateway kong-1 is unreachable: the connection was refused',
    ]);
  });

  test('is told on few Pods, and on the same ones, when many have it', async () => {
    const { report, notes, clock } = start();
    const pods = (): Set<string> =>
      new Set(notes.filter(({ object }) => object.kind === 'Pod').map(({ object }) => object.name));
    for (let round = 0; round < 3; round += 1)
      for (let index = 0; index < 50; index += 1) report(unreachable(`kong-${index}`));
    expect([...pods()]).toEqual(['kong-0', 'kong-1', 'kong-2']);
    expect(notes.filter(({ object }) => object.kind === 'Service')).toHaveLength(150);
    await clock.advance(900_000);
    report(unreachable('kong-40'));
    expect(pods().size).toBe(4);
  });

  test('names the Service by its uid once discovery knows it, or kubectl would not find the Event', () => {
    const { report, notes } = start();
    report({
      kind: 'discovery-changed',
      gateways: 1,
      problems: [],
      service: { ...SERVICE, uid: 'service-uid' },
    });
    report({
      kind: 'drift',
      gateway: 'kong-1',
      expected: REVISION,
      found: 'b'.repeat(32),
      cause: 'foreign',
      repair: true,
    });
    expect(notes).toMatchObject([{ object: { ...SERVICE, uid: 'service-uid' }, reason: 'GatewayDrift' }]);
  });

  test('is told on the Pod alone where gateways have no Service', () => {
    const { report, said } = start({ withService: false });
    report(unreachable('kong-1'));
    expect(said()).toHaveLength(1);
  });
});

test('a rollout that a canary ended is told on the sources, and on the Service as RolloutStopped', () => {
  const { report, said } = start();
  report({
    kind: 'config-compiled',
    revision: REVISION,
    counts: {},
    bytes: 1,
    durationMs: 1,
    findings: [],
    sources: [SHOP],
  });
  report({
    kind: 'revision-refused',
    gateway: 'kong-1',
    revision: REVISION,
    canary: true,
    kongVersion: '3.9.3',
    findings: [],
  });
  report({
    kind: 'canary-ended',
    revision: REVISION,
    result: 'stopped',
    durationMs: 1,
    trouble: { code: 'x', reason: 'it died' },
  });
  expect(said().map((text) => text.split(': ').slice(0, 2).join(': '))).toEqual([
    'ConfigMap shop: ConfigRejected',
    'Service kong-admin: RolloutStopped',
    'ConfigMap shop: RolloutStopped',
    'Service kong-admin: RolloutStopped',
  ]);
});

test('a refused configuration is told on its object: the first finding, and how many more there are', () => {
  const { report, said } = start();
  const finding = (line: number) => ({
    severity: 'error' as const,
    code: 'wrong-type',
    message: 'port must be a whole number',
    file: 'configmap/apps/shop/kong.yaml',
    line,
    column: 3,
  });
  report({
    kind: 'config-invalid',
    findings: [finding(4), finding(9), finding(12)],
    durationMs: 1,
    objects: [SHOP],
    kept: REVISION,
  });
  expect(said()).toEqual([
    'ConfigMap shop: ConfigRejected: configmap/apps/shop/kong.yaml:4:3: port must be a whole number [wrong-type] (and 2 more); aaaaaaaa stays desired',
  ]);
});

test('a follower says nothing', () => {
  const { report, notes } = start({ leading: false });
  report(unreachable('kong-1'));
  expect(notes).toEqual([]);
});
