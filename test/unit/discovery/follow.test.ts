import { describe, expect, it } from '@jest/globals';
import { followService } from '../../../src/discovery/follow.js';
import type { DiscoveredGateway } from '../../../src/discovery/member.js';
import { resourceOfKind } from '../../../src/emulator/kube/resources.js';
import { createClient } from '../../../src/kube/client/client.js';
import type { Happening } from '../../../src/report/happening.js';
import { createVirtualClock } from '../../support/virtual-clock.js';
import type { VirtualClock } from '../../support/virtual-clock.js';
import { createVirtualKube } from '../../support/virtual-kube.js';
import { createVirtualProcess } from '../../support/virtual-process.js';
import { seededRandom } from '../../support/virtual-replicas.js';

const SLICE = resourceOfKind('EndpointSlice');

interface World {
  readonly clock: VirtualClock;
  /** The names of the gateways in each set that was told. */
  readonly told: string[][];
  readonly sets: (readonly DiscoveredGateway[])[];
  readonly happenings: Happening[];
  readonly synced: () => boolean;
  readonly close: () => void;
  /** Creates or replaces a slice of a Service with these Pods. */
  readonly put: (name: string, pods: Readonly<Record<string, object>>, more?: object) => void;
  readonly drop: (name: string) => void;
}

const READY = { ready: true };
const NOT_READY = { ready: false };

function start({ before }: { before?: (put: World['put']) => void } = {}): World {
  const clock = createVirtualClock();
  const kube = createVirtualKube(clock);
  const { send } = kube.connect(createVirtualProcess(clock));
  const put: World['put'] = (name, pods, more = {}) => {
    const slice = {
      metadata: { name, labels: { 'kubernetes.io/service-name': 'kong-admin' } },
      addressType: 'IPv4',
      ports: [{ name: 'kong-admin', port: 8001 }],
      endpoints: Object.entries(pods).map(([pod, conditions], index) => ({
        addresses: [`10.0.0.${index + 1}`],
        conditions,
        targetRef: { kind: 'Pod', name: pod, uid: `uid-of-${pod}` },
      })),
      ...more,
    };
    if (kube.store.has(SLICE, 'kong', name)) kube.store.update(SLICE, 'kong', name, slice);
    else kube.store.create(SLICE, 'kong', slice);
  };
  before?.(put);
  const sets: (readonly DiscoveredGateway[])[] = [];
  const told: string[][] = [];
  const happenings: Happening[] = [];
  const { synced, close } = followService({
    client: createClient({ send, clock }),
    rules: { namespace: 'kong', service: 'kong-admin', portNames: ['kong-admin'], serverName: undefined },
    clock,
    random: seededRandom('discovery'),
    report: (happening) => happenings.push(happening),
    onGateways(gateways) {
      sets.push(gateways);
      told.push(gateways.map(({ name }) => name));
    },
  });
  return {
    clock,
    told,
    sets,
    happenings,
    synced,
    close,
    put,
    drop: (name) => void kube.store.remove(SLICE, 'kong', name),
  };
}

const discoveries = ({ happenings }: World): Happening[] =>
  happenings.filter(({ kind }) => kind === 'discovery-changed');

describe('following a Service', () => {
  it('tells the first set once it is complete, even an empty one', async () => {
    const world = start();
    expect(world.synced()).toBe(false);
    await world.clock.advance(1_000);
    expect(world.synced()).toBe(true);
    expect(world.told).toEqual([[]]);
    expect(discoveries(world)).toEqual([{ kind: 'discovery-changed', gateways: 0, problems: [] }]);
  });

  it('learns the uid of the Service from its slices, so that nobody need be allowed to read Services', async () => {
    const owner = (name: string) => ({ apiVersion: 'v1', kind: 'Service', name, uid: `uid-of-${name}` });
    const owned = (name: string) => ({
      metadata: {
        name: `slice-of-${name}`,
        labels: { 'kubernetes.io/service-name': 'kong-admin' },
        ownerReferences: [owner(name)],
      },
    });
    const world = start({
      before(put) {
        put('slice-of-other', { 'kong-1': READY }, owned('other'));
        put('slice-of-kong-admin', { 'kong-2': READY }, owned('kong-admin'));
      },
    });
    await world.clock.advance(1_000);
    expect(discoveries(world)).toMatchObject([
      {
        service: {
          apiVersion: 'v1',
          kind: 'Service',
          namespace: 'kong',
          name: 'kong-admin',
          uid: 'uid-of-kong-admin',
        },
      },
    ]);
  });

  it('looks at the slices of its own Service only', async () => {
    const world = start({
      before(put) {
        put('ours', { 'kong-1': READY });
        put(
          'others',
          { 'app-1': READY },
          {
            metadata: { name: 'others', labels: { 'kubernetes.io/service-name': 'app' } },
          },
        );
      },
    });
    await world.clock.advance(1_000);
    expect(world.told).toEqual([['kong-1']]);
  });

  it('tells each set that differs: Pods that come, terminate and go', async () => {
    const world = start({ before: (put) => put('a', { 'kong-1': NOT_READY }) });
    await world.clock.advance(1_000);
    world.put('a', { 'kong-1': NOT_READY, 'kong-2': NOT_READY });
    await world.clock.advance(1_000);
    world.put('a', { 'kong-1': { ready: false, terminating: true }, 'kong-2': NOT_READY });
    await world.clock.advance(1_000);
    world.drop('a');
    await world.clock.advance(1_000);
    expect(world.told).toEqual([['kong-1'], ['kong-1', 'kong-2'], ['kong-2'], []]);
  });

  it('passes on that a Pod became ready, and makes no news of it', async () => {
    const world = start({ before: (put) => put('a', { 'kong-1': NOT_READY }) });
    await world.clock.advance(1_000);
    world.put('a', { 'kong-1': READY });
    await world.clock.advance(1_000);
    expect(world.sets.map(([gateway]) => gateway?.ready)).toEqual([false, true]);
    expect(discoveries(world)).toHaveLength(1);
  });

  it('says nothing when a slice changes in what does not matter', async () => {
    const world = start({ before: (put) => put('a', { 'kong-1': READY }) });
    await world.clock.advance(1_000);
    world.put(
      'a',
      { 'kong-1': READY },
      {
        ports: [
          { name: 'kong-admin', port: 8001 },
          { name: 'x', port: 1 },
        ],
      },
    );
    world.put('b', { 'kong-1': READY });
    await world.clock.advance(1_000);
    expect(world.told).toEqual([['kong-1']]);
    expect(discoveries(world)).toHaveLength(1);
  });

  it('tells what cannot be used, and when it is mended', async () => {
    const proxyOnly = { ports: [{ name: 'proxy', port: 8000 }] };
    const world = start({ before: (put) => put('a', { 'kong-1': READY }, proxyOnly) });
    await world.clock.advance(1_000);
    world.put('a', { 'kong-1': READY });
    await world.clock.advance(1_000);
    expect(discoveries(world)).toEqual([
      {
        kind: 'discovery-changed',
        gateways: 0,
        problems: [
          'EndpointSlice a has no port named kong-admin, only proxy; set --kong-admin-svc-port-names',
        ],
      },
      { kind: 'discovery-changed', gateways: 1, problems: [] },
    ]);
  });

  it('tells nothing after its end', async () => {
    const world = start();
    await world.clock.advance(1_000);
    world.close();
    world.put('a', { 'kong-1': READY });
    await world.clock.advance(60_000);
    expect(world.told).toEqual([[]]);
  });
});
