import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { resourceOfKind } from '../../../src/emulator/kube/resources.js';
import { createClient } from '../../../src/kube/client/client.js';
import type { Happening } from '../../../src/report/happening.js';
import { followSources } from '../../../src/sources/follow.js';
import type { SourceSnapshot } from '../../../src/sources/follow.js';
import type { ObjectKind } from '../../../src/sources/objects.js';
import { createVirtualClock } from '../../support/virtual-clock.js';
import type { VirtualClock } from '../../support/virtual-clock.js';
import { createVirtualKube } from '../../support/virtual-kube.js';
import { createVirtualProcess } from '../../support/virtual-process.js';
import { seededRandom } from '../../support/virtual-replicas.js';

const POLL_MS = 1_000;

interface World {
  readonly clock: VirtualClock;
  readonly happenings: Happening[];
  readonly changes: SourceSnapshot[];
  readonly synced: () => boolean;
  /** Moves time on until the sources are these: name -> number of texts, or why it cannot be read. */
  readonly become: (expected: Readonly<Record<string, number | string>>) => Promise<void>;
  readonly put: (kind: 'ConfigMap' | 'Secret', name: string, data: object, labels?: object) => void;
  readonly drop: (kind: 'ConfigMap' | 'Secret', name: string) => void;
  readonly close: () => void;
}

let root = '';
let worlds: World[] = [];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'silverback-follow-'));
});
afterEach(async () => {
  for (const world of worlds) world.close();
  worlds = [];
  await rm(root, { recursive: true });
});

const summaryOf = ({ sources, unreadable }: SourceSnapshot): Record<string, number | string> =>
  Object.fromEntries([
    ...sources.map(({ name, texts }): [string, number | string] => [name, texts.length]),
    ...unreadable.map(({ source, reason }): [string, number | string] => [source, reason]),
  ]);

function start({
  files = [],
  dirs = [],
  namespaces = ['kong'],
  kinds = ['ConfigMap', 'Secret'],
}: {
  files?: string[];
  dirs?: string[];
  namespaces?: string[];
  kinds?: ObjectKind[];
} = {}): World {
  const clock = createVirtualClock();
  const kube = createVirtualKube(clock);
  const { send } = kube.connect(createVirtualProcess(clock));
  const happenings: Happening[] = [];
  const changes: SourceSnapshot[] = [];
  const sources = followSources({
    paths: { files, dirs },
    pollMs: POLL_MS,
    ...(namespaces.length > 0 && {
      objects: { client: createClient({ send, clock }), selector: 'config=yes', namespaces, kinds },
    }),
    clock,
    random: seededRandom('sources'),
    report: (happening) => happenings.push(happening),
    onChange: () => changes.push(sources.snapshot()),
  });
  const world: World = {
    clock,
    happenings,
    changes,
    synced: sources.synced,
    close: sources.close,
    async become(expected) {
      const wanted = JSON.stringify(expected);
      while (!sources.synced() || JSON.stringify(summaryOf(sources.snapshot())) !== wanted) {
        await clock.advance(POLL_MS);
      }
    },
    put(kind, name, data, labels = { config: 'yes' }) {
      const resource = resourceOfKind(kind);
      const object = { metadata: { name, labels }, data };
      if (kube.store.has(resource, 'kong', name)) kube.store.update(resource, 'kong', name, object);
      else kube.store.create(resource, 'kong', object);
    },
    drop: (kind, name) => void kube.store.remove(resourceOfKind(kind), 'kong', name),
  };
  worlds.push(world);
  return world;
}

const told = (world: World, kind: Happening['kind']): Happening[] =>
  world.happenings.filter((happening) => happening.kind === kind);

const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('following sources', () => {
  it('tells nothing before all of them have been read once: files, ConfigMaps and Secrets', async () => {
    await writeFile(join(root, 'kong.yaml'), 'a');
    const world = start({ files: [join(root, 'kong.yaml')] });
    world.put('ConfigMap', 'routes', { 'a.yaml': 'a', 'b.yaml': 'b' });
    world.put('Secret', 'keys', { 'c.yaml': base64('c') });
    expect(world.synced()).toBe(false);
    await world.become({
      [join(root, 'kong.yaml')]: 1,
      'ConfigMap kong/routes': 2,
      'Secret kong/keys': 1,
    });
    expect(world.changes).toHaveLength(1);
    expect(told(world, 'sources-synced')).toEqual([{ kind: 'sources-synced', sources: 3 }]);
    expect(told(world, 'source-changed')).toEqual([]);
  });

  it('needs no Kubernetes for files alone', async () => {
    await writeFile(join(root, 'kong.yaml'), 'a');
    await start({ dirs: [root], namespaces: [] }).become({ [root]: 1 });
  });

  it('needs no files for objects alone', async () => {
    const world = start();
    await world.become({});
    expect(told(world, 'sources-synced')).toEqual([{ kind: 'sources-synced', sources: 0 }]);
  });

  it('reads a namespace once, however often it is named', async () => {
    const world = start({ namespaces: ['kong', 'kong'] });
    world.put('ConfigMap', 'routes', { 'a.yaml': 'a' });
    await world.become({ 'ConfigMap kong/routes': 1 });
    expect(world.changes.at(-1)?.sources).toHaveLength(1);
  });

  it('reads no Secrets where only ConfigMaps are wanted', async () => {
    const world = start({ kinds: ['ConfigMap'] });
    world.put('Secret', 'keys', { 'a.yaml': 'a' });
    world.put('ConfigMap', 'routes', { 'a.yaml': 'a' });
    await world.become({ 'ConfigMap kong/routes': 1 });
    expect(told(world, 'watch-synced')).toEqual([{ kind: 'watch-synced', resource: 'configmaps', items: 1 }]);
  });

  it('tells by name which source has changed, and only that one', async () => {
    await writeFile(join(root, 'a.yaml'), 'a');
    await writeFile(join(root, 'b.yaml'), 'b');
    const [a, b] = [join(root, 'a.yaml'), join(root, 'b.yaml')];
    const world = start({ files: [a, b] });
    world.put('ConfigMap', 'routes', { 'a.yaml': 'a' });
    await world.become({ [a]: 1, [b]: 1, 'ConfigMap kong/routes': 1 });
    world.put('ConfigMap', 'routes', { 'a.yaml': 'a', 'b.yaml': 'b' });
    await world.become({ [a]: 1, [b]: 1, 'ConfigMap kong/routes': 2 });
    await rm(b);
    await world.become({ [a]: 1, [b]: 0, 'ConfigMap kong/routes': 2 });
    expect(told(world, 'source-changed')).toEqual([
      { kind: 'source-changed', source: 'ConfigMap kong/routes', documents: 2 },
      { kind: 'source-changed', source: b, documents: 0 },
    ]);
  });

  it('loses objects that are deleted, or no longer selected', async () => {
    const world = start();
    world.put('ConfigMap', 'a', { 'a.yaml': 'a' });
    world.put('ConfigMap', 'b', { 'b.yaml': 'b' });
    await world.become({ 'ConfigMap kong/a': 1, 'ConfigMap kong/b': 1 });
    world.drop('ConfigMap', 'a');
    await world.become({ 'ConfigMap kong/b': 1 });
    world.put('ConfigMap', 'b', { 'b.yaml': 'b' }, { config: 'no' });
    await world.become({});
  });

  it('lists what cannot be read as such, with the object that Events go to, until it can', async () => {
    const world = start({ dirs: [root] });
    world.put('Secret', 'keys', { 'a.yaml': '!' });
    await symlink('nowhere', join(root, 'a.yaml'));
    const broken = 'a.yaml: its symbolic link leads nowhere (ENOENT)';
    await world.become({ [root]: broken, 'Secret kong/keys': 'key a.yaml does not hold base64' });
    expect(world.changes.at(-1)?.unreadable[1]?.object).toEqual({
      apiVersion: 'v1',
      kind: 'Secret',
      namespace: 'kong',
      name: 'keys',
    });
    world.put('Secret', 'keys', { 'a.yaml': base64('a') });
    await world.become({ 'Secret kong/keys': 1, [root]: broken });
    await rm(join(root, 'a.yaml'));
    await world.become({ [root]: 0, 'Secret kong/keys': 1 });
  });

  it('tells once why a path cannot be read, whatever else changes meanwhile', async () => {
    await symlink('b.yaml', join(root, 'b.yaml'));
    await writeFile(join(root, 'a.conf'), 'a');
    const file = join(root, 'a.conf');
    const world = start({ files: [file], dirs: [root], namespaces: [] });
    const circle = 'b.yaml: its symbolic links lead in a circle (ELOOP)';
    await world.become({ [file]: 1, [root]: circle });
    await rm(file);
    await world.become({ [file]: 0, [root]: circle });
    expect(told(world, 'source-unreadable')).toEqual([
      { kind: 'source-unreadable', source: root, reason: circle },
    ]);
  });

  it('tells nothing after its end', async () => {
    const world = start({ dirs: [root] });
    await world.become({ [root]: 0 });
    const before = world.changes.length;
    world.close();
    world.put('ConfigMap', 'late', { 'a.yaml': 'a' });
    await writeFile(join(root, 'late.yaml'), 'a');
    await world.clock.advance(60_000);
    expect(world.changes).toHaveLength(before);
  });
});
