import { describe, expect, test } from '@jest/globals';

import { resourceOfKind } from '../../../../src/emulator/kube/resources.js';
import { createClient } from '../../../../src/kube/client/client.js';
import { CONFIG_MAPS } from '../../../../src/kube/client/resource.js';
import { fieldsOf, type Parse } from '../../../../src/kube/object.js';
import {
  startWatchCache,
  type Change,
  type WatchCache,
} from '../../../../src/kube/watch-cache/watch-cache.js';
import type { Happening } from '../../../../src/report/happening.js';
import { createVirtualClock, type VirtualClock } from '../../../support/virtual-clock.js';
import { createVirtualKube, type VirtualKube, type VirtualNetwork } from '../../../support/virtual-kube.js';
import { createVirtualProcess } from '../../../support/virtual-process.js';
import { seededRandom } from '../../../support/virtual-replicas.js';

const CONFIG_MAP = resourceOfKind('ConfigMap');

/** A ConfigMap as its `data.value`. */
const parseValue: Parse<string> = (object) => {
  const value = fieldsOf(object, 'data')['value'];
  if (typeof value !== 'string') throw new Error('data.value is missing');
  return value;
};

interface World {
  readonly clock: VirtualClock;
  readonly kube: VirtualKube;
  readonly network: VirtualNetwork;
  readonly cache: WatchCache<string>;
  readonly changes: { readonly change: Change; readonly items: Record<string, string> }[];
  readonly happenings: Happening[];
  readonly crashes: unknown[];
  items(): Record<string, string>;
  put(name: string, value: string | undefined, labels?: Record<string, string>): void;
  drop(name: string): void;
  kinds(): string[];
}

interface WorldOptions {
  readonly network?: Partial<VirtualNetwork>;
  readonly parse?: Parse<string>;
  readonly before?: (kube: VirtualKube) => void;
  readonly onChange?: () => void;
}

function putInto({ store }: VirtualKube, name: string, value?: string, labels = { watched: 'yes' }): void {
  const object = { metadata: { name, labels }, data: value === undefined ? {} : { value } };
  if (store.has(CONFIG_MAP, 'kong', name)) store.update(CONFIG_MAP, 'kong', name, object);
  else store.create(CONFIG_MAP, 'kong', object);
}

function startWorld({ network: parts, parse = parseValue, before, onChange }: WorldOptions = {}): World {
  const clock = createVirtualClock();
  const kube = createVirtualKube(clock);
  before?.(kube);
  const { send, network } = kube.connect(createVirtualProcess(clock), parts);
  const changes: World['changes'] = [];
  const happenings: Happening[] = [];
  const crashes: unknown[] = [];
  const cache = startWatchCache({
    client: createClient({ send, clock }),
    resource: CONFIG_MAPS,
    namespace: 'kong',
    labelSelector: 'watched=yes',
    parse,
    clock,
    random: seededRandom('watch'),
    report: (happening) => happenings.push(happening),
    crash: (error) => crashes.push(error),
    onChange(items, change) {
      changes.push({ change, items: Object.fromEntries(items) });
      onChange?.();
    },
  });
  return {
    clock,
    kube,
    network,
    cache,
    changes,
    happenings,
    crashes,
    items: () => Object.fromEntries(cache.items()),
    put: (name, value, labels) => putInto(kube, name, value, labels as { watched: string }),
    drop: (name) => void kube.store.remove(CONFIG_MAP, 'kong', name),
    kinds: () => happenings.map(({ kind }) => kind),
  };
}

const count = ({ kube }: World): number => kube.requests.length;

describe('the first list', () => {
  test('is delivered whole, as one event, however many pages it has', async () => {
    const world = startWorld({
      before(kube) {
        for (let index = 0; index < 1203; index += 1) putInto(kube, `map-${index}`, String(index));
      },
    });
    expect(world.cache.synced()).toBe(false);
    await world.clock.advance(1000);
    expect(world.cache.synced()).toBe(true);
    expect(world.changes).toHaveLength(1);
    expect(world.changes[0]!.change.kind).toBe('synced');
    expect(world.changes[0]!.change.keys).toHaveLength(1203);
    expect(world.items()['kong/map-1202']).toBe('1202');
    expect(world.kube.requests).toHaveLength(4);
    expect(world.happenings).toEqual([{ kind: 'watch-synced', resource: 'configmaps', items: 1203 }]);
  });

  test('is delivered when it is empty, too', async () => {
    const world = startWorld();
    await world.clock.advance(100);
    expect(world.changes).toEqual([{ change: { kind: 'synced', keys: [] }, items: {} }]);
  });

  test('begins again when its pages expire', async () => {
    const world = startWorld({
      before(kube) {
        for (let index = 0; index < 700; index += 1) putInto(kube, `map-${index}`, 'x');
      },
    });
    await world.clock.until(() => count(world) === 1);
    world.kube.api.compact();
    await world.clock.until(() => world.cache.synced(), 1000);
    expect(world.cache.items().size).toBe(700);
    expect(world.kinds()).toEqual(['watch-synced']);
  });

  test('is waited for while the API server is away', async () => {
    const world = startWorld({ network: { partitioned: true } });
    await world.clock.advance(90_000);
    expect(world.changes).toEqual([]);
    expect(world.kinds()).toContain('watch-failed');
    world.network.partitioned = false;
    await world.clock.until(() => world.cache.synced(), 61_000);
  });
});

describe('the watch', () => {
  test('delivers what is added, changed and deleted', async () => {
    const world = startWorld();
    await world.clock.advance(100);
    world.put('a', '1');
    world.put('a', '2');
    world.put('b', '1');
    world.drop('a');
    await world.clock.advance(100);
    expect(world.changes.slice(1).map(({ change, items }) => [change.kind, change.keys, items])).toEqual([
      ['watched', ['kong/a'], { 'kong/a': '1' }],
      ['watched', ['kong/a'], { 'kong/a': '2' }],
      ['watched', ['kong/b'], { 'kong/a': '2', 'kong/b': '1' }],
      ['watched', ['kong/a'], { 'kong/b': '1' }],
    ]);
  });

  test('takes an object that stops matching the selector for deleted', async () => {
    const world = startWorld();
    world.put('a', '1');
    await world.clock.advance(100);
    world.put('a', '1', { watched: 'no' });
    await world.clock.advance(100);
    expect(world.items()).toEqual({});
  });

  test('goes on for hours over its own ends, without a list and without a gap', async () => {
    const world = startWorld();
    for (let minute = 0; minute < 180; minute += 1) {
      world.put('a', String(minute));
      await world.clock.advance(60_000);
      expect(world.items()).toEqual({ 'kong/a': String(minute) });
    }
    const lists = world.kube.requests.length;
    expect(lists).toBeGreaterThan(180 / 8);
    expect(lists).toBeLessThan(180 / 4 + 2);
    expect(new Set(world.kinds())).toEqual(new Set(['watch-synced', 'watch-restarted']));
  });

  test('survives compaction on a quiet resource, thanks to bookmarks', async () => {
    const world = startWorld({ before: (kube) => putInto(kube, 'a', '1') });
    await world.clock.advance(1000);
    for (let index = 0; index < 10; index += 1) putInto(world.kube, `other-${index}`, 'x', { watched: 'no' });
    await world.clock.advance(61_000);
    world.kube.api.compact();
    await world.clock.advance(600_000);
    expect(world.happenings.filter((one) => one.kind === 'watch-restarted' && one.relist)).toEqual([]);
  });

  test.each(['event', 'status'] as const)('lists again when its version is gone (410 as %s)', async (how) => {
    const world = startWorld({
      network: {
        intercept: ({ path }) =>
          how === 'status' && path.includes('watch=true') && path.includes('resourceVersion=1&')
            ? { status: 410, body: '{"kind":"Status","code":410,"reason":"Expired","message":"too old"}' }
            : undefined,
      },
      before: (kube) => putInto(kube, 'a', '1'),
    });
    await world.clock.advance(100);
    world.network.partitioned = true;
    world.drop('a');
    world.put('b', '1');
    world.kube.api.compact();
    await world.clock.advance(600_000);
    world.network.partitioned = false;
    await world.clock.until(() => world.items()['kong/b'] === '1', 120_000);
    expect(world.items()).toEqual({ 'kong/b': '1' });
    const relisted = world.changes.filter(({ change }) => change.kind === 'relisted');
    expect(relisted.map(({ change }) => [...change.keys].sort())).toEqual([['kong/a', 'kong/b']]);
  });

  test('that is dead without a word is replaced half a minute after it should have ended', async () => {
    const world = startWorld();
    await world.clock.advance(100);
    world.network.partitioned = true;
    world.put('a', '1');
    await world.clock.advance(10);
    world.network.partitioned = false;
    await world.clock.until(() => world.items()['kong/a'] === '1', 510_000);
    expect(world.clock.now()).toBeGreaterThan(270_000);
    const failed = world.happenings.filter(({ kind }) => kind === 'watch-failed');
    expect(failed).toHaveLength(1);
    expect(JSON.stringify(failed)).toContain('taken for dead');
    await world.clock.advance(11_000);
    expect(world.kinds().at(-1)).toBe('watch-recovered');
  });

  test('that the server accepts and never answers is given up after 15 s', async () => {
    const world = startWorld({
      network: { loses: ({ path }) => (path.includes('watch=true') ? 'answer' : undefined) },
    });
    await world.clock.advance(120_000);
    expect(world.happenings.filter(({ kind }) => kind === 'watch-failed').length).toBeGreaterThan(3);
    expect(world.kinds()).not.toContain('watch-recovered');
    world.network.loses = () => undefined;
    world.put('a', '1');
    await world.clock.until(() => world.items()['kong/a'] === '1', 60_000);
  });
});

describe('a server that misbehaves for an hour is not called in a tight loop', () => {
  const error = (code: number): string =>
    `${JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code, reason: 'X', message: 'x' } })}\n`;
  test.each([
    ['ends every watch at once', { status: 200, body: '' }],
    ['sends 410 in every watch', { status: 200, body: error(410) }],
    ['sends 500 in every watch', { status: 200, body: error(500) }],
    ['refuses every watch with 500', { status: 500, body: '' }],
    ['refuses every watch with 410', { status: 410, body: '' }],
    ['sends what is no JSON', { status: 200, body: '<html>\n' }],
    ['sends what is no event', { status: 200, body: '{"type":"HELLO"}\n' }],
    ['sends an object without metadata', { status: 200, body: '{"type":"ADDED","object":{}}\n' }],
  ])('when it %s', async (_what, answer) => {
    const world = startWorld({
      network: { intercept: ({ path }) => (path.includes('watch=true') ? answer : undefined) },
      before: (kube) => putInto(kube, 'a', '1'),
    });
    await world.clock.advance(3_600_000);
    expect(count(world)).toBeLessThan(600);
    expect(world.items()).toEqual({ 'kong/a': '1' });
    expect(world.kinds()).toContain('watch-failed');
    world.network.intercept = () => undefined;
    world.put('a', '2');
    await world.clock.until(() => world.items()['kong/a'] === '2', 31_000);
    await world.clock.advance(11_000);
    expect(world.kinds().at(-1)).toBe('watch-recovered');
  });
});

describe('what needs a hand', () => {
  const refuse = (status: number, reason: string): VirtualNetwork['intercept'] => {
    const body = JSON.stringify({ kind: 'Status', code: status, reason, message: 'refused' });
    return () => ({ status, body });
  };

  test.each([
    [403, 'Forbidden', /allow list and watch on configmaps in namespace kong \(a Role/],
    [404, 'NotFound', /does not serve configmaps of v1/],
    [401, 'Unauthorized', /check the service account/],
  ])('is told once (%i), with what to do, and tried on', async (status, reason, advice) => {
    const world = startWorld({ network: { intercept: refuse(status, reason) } });
    await world.clock.advance(600_000);
    const told = world.happenings.filter(({ kind }) => kind === 'watch-failed');
    expect(told).toHaveLength(1);
    expect((told[0] as { advice: string }).advice).toMatch(advice);
    expect(count(world)).toBeGreaterThan(20);
    world.network.intercept = () => undefined;
    await world.clock.until(() => world.cache.synced(), 31_000);
    await world.clock.advance(11_000);
    expect(world.kinds().at(-1)).toBe('watch-recovered');
  });

  test('is told again when it is something else', async () => {
    const world = startWorld({ network: { intercept: refuse(403, 'Forbidden') } });
    await world.clock.advance(60_000);
    world.network.intercept = refuse(401, 'Unauthorized');
    await world.clock.advance(60_000);
    expect(world.kinds()).toEqual(['watch-failed', 'watch-failed']);
  });

  test('names all namespaces when all are watched', async () => {
    const clock = createVirtualClock();
    const kube = createVirtualKube(clock);
    const { send } = kube.connect(createVirtualProcess(clock), { intercept: refuse(403, 'Forbidden') });
    const happenings: Happening[] = [];
    const cache = startWatchCache({
      client: createClient({ send, clock }),
      resource: CONFIG_MAPS,
      parse: parseValue,
      clock,
      random: Math.random,
      report: (happening) => happenings.push(happening),
      onChange: () => undefined,
    });
    await clock.advance(1000);
    cache.stop();
    expect(JSON.stringify(happenings[0])).toMatch(/in all namespaces \(a ClusterRole/);
  });
});

describe('an object that cannot be parsed', () => {
  test('is reported, known, and absent until it changes', async () => {
    const world = startWorld({ before: (kube) => putInto(kube, 'a', undefined) });
    await world.clock.advance(100);
    expect(world.items()).toEqual({});
    expect([...world.cache.unreadable()]).toEqual([['kong/a', 'data.value is missing']]);
    expect(world.happenings[0]).toEqual({
      kind: 'object-unreadable',
      resource: 'configmaps',
      name: 'kong/a',
      reason: 'data.value is missing',
    });
    world.put('a', '1');
    await world.clock.advance(100);
    expect(world.items()).toEqual({ 'kong/a': '1' });
    expect(world.cache.unreadable().size).toBe(0);
  });

  test('takes the place of one that could be: the change is delivered', async () => {
    const world = startWorld({ before: (kube) => putInto(kube, 'a', '1') });
    await world.clock.advance(100);
    world.put('a', undefined);
    await world.clock.advance(100);
    expect(world.changes.at(-1)).toEqual({ change: { kind: 'watched', keys: ['kong/a'] }, items: {} });
    world.drop('a');
    await world.clock.advance(100);
    expect(world.cache.unreadable().size).toBe(0);
  });
});

describe('a cache', () => {
  test('keeps no managed fields', async () => {
    const seen: unknown[] = [];
    const world = startWorld({
      before(kube) {
        const metadata = { name: 'a', labels: { watched: 'yes' }, managedFields: [{ manager: 'kubectl' }] };
        kube.store.create(CONFIG_MAP, 'kong', { metadata });
      },
      parse(object) {
        seen.push(object);
        return '';
      },
    });
    await world.clock.advance(100);
    expect(JSON.stringify(seen)).not.toContain('managedFields');
  });

  test('knows when it last heard something', async () => {
    const world = startWorld();
    expect(world.cache.lastEventAt()).toBeUndefined();
    await world.clock.advance(100);
    expect(world.cache.lastEventAt()).toBe(10);
    await world.clock.advance(61_000);
    expect(world.cache.lastEventAt()).toBeGreaterThan(60_000);
  });

  test('goes on when its listener throws, and passes the error on', async () => {
    const world = startWorld({
      onChange() {
        throw new Error('a bug');
      },
    });
    await world.clock.advance(100);
    world.put('a', '1');
    await world.clock.advance(100);
    expect(world.changes).toHaveLength(2);
    expect(world.crashes).toHaveLength(2);
  });

  test('that is stopped asks, says and delivers nothing more', async () => {
    const world = startWorld();
    await world.clock.advance(100);
    const [requests, told] = [count(world), world.happenings.length];
    world.cache.stop();
    world.put('a', '1');
    await world.clock.advance(3_600_000);
    expect(count(world)).toBe(requests);
    expect(world.happenings).toHaveLength(told);
    expect(world.changes).toHaveLength(1);
  });
});
