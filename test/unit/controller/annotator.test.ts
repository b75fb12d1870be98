import { describe, expect, test } from '@jest/globals';
import { createCompiler } from '../../../src/config/compile.js';
import { startAnnotator } from '../../../src/controller/annotator.js';
import type { AsyncCompiler } from '../../../src/controller/compiler.js';
import { judge } from '../../../src/controller/judge.js';
import type { Agreed } from '../../../src/controller/judge.js';
import { KubeError } from '../../../src/kube/kube-error.js';
import type { Happening } from '../../../src/report/happening.js';
import { sourceOf } from '../../../src/sources/objects.js';
import type { Source } from '../../../src/sources/source.js';
import { createVirtualClock } from '../../support/virtual-clock.js';
import { OPTIONS } from '../config/compile-text.js';

const HEAD = '_format_version: "3.0"\n';
const service = (name: string): string => `${HEAD}services: [{name: ${name}, host: ${name}.test}]\n`;
const WRONG = `${HEAD}services: [{name: x, host: x.test, prt: 1}]\n`;

interface Stored {
  metadata: {
    name: string;
    namespace: string;
    uid: string;
    resourceVersion: string;
    annotations: Record<string, string>;
  };
  data: Record<string, string>;
}

/** ConfigMaps as the API server has them, and a leader that annotates them. */
function start() {
  const clock = createVirtualClock();
  const happenings: Happening[] = [];
  const stored = new Map<string, Stored>();
  const writes: string[] = [];
  const world = { leading: true, fails: undefined as KubeError | undefined };
  const snapshot = () => ({
    sources: [...stored.values()].map((object): Source => sourceOf('ConfigMap', object)),
    unreadable: [],
  });
  const inner = createCompiler(OPTIONS);
  const compiler: AsyncCompiler = {
    compile: async (texts) => inner.compile(texts),
    explain: async () => [],
    compare: async (baseline, revision) => inner.compare(baseline, revision),
    use: () => undefined,
    close: async () => undefined,
  };
  let agreed: Agreed | undefined;
  let withdrawn: string | undefined;
  const annotator = startAnnotator({
    clock,
    random: Math.random,
    report: (happening) => happenings.push(happening),
    leading: () => world.leading,
    snapshot,
    withdrawn: () => withdrawn,
    held: () => undefined,
    lastGood: () => undefined,
    client: {
      async patch({ name }, body, parse) {
        if (world.fails !== undefined) throw world.fails;
        const object = stored.get(name)!;
        const { metadata } = body as {
          metadata: { annotations: Record<string, string | null>; resourceVersion: string };
        };
        if (metadata.resourceVersion !== object.metadata.resourceVersion)
          throw new KubeError(409, 'Conflict', 'changed meanwhile');
        writes.push(name);
        const annotations = { ...object.metadata.annotations, ...metadata.annotations };

        const left = Object.entries(annotations).filter(
          (entry): entry is [string, string] => entry[1] !== null,
        );
        put(name, object.data, Object.fromEntries(left));
        return parse(object);
      },
    },
  });
  let version = 0;
  function put(
    name: string,
    data: Record<string, string>,
    annotations: Record<string, string> = stored.get(name)?.metadata.annotations ?? {},
  ): void {
    version += 1;
    const metadata = { name, namespace: 'shop', uid: name, resourceVersion: String(version), annotations };
    stored.set(name, { metadata, data });
  }
  const judged = async (): Promise<void> => {
    const now = snapshot();
    const past = { lastGood: undefined, approved: () => false };
    const judgement = await judge(compiler, now, agreed, past, { allowRemoval: false, maxShrink: 50 });
    const { decision } = judgement;
    if (decision.kind === 'adopt' || decision.kind === 'same') {
      const revision = decision.kind === 'adopt' ? decision.revision : agreed!.revision;
      agreed = {
        revision,
        sources: new Map(judgement.snapshot.sources.map((each) => [each.name, each])),
        blindly: false,
      };
    }
    annotator.judged(judgement, agreed, now);
    await clock.settle();
  };
  const converged = async (revision = agreed!.revision.id): Promise<void> => {
    annotator.happened({ kind: 'converged', revision, gateways: 3, durationMs: 1, cause: 'config' });
    await clock.settle();
  };
  const note = (name: string, of = 'state'): string | undefined =>
    stored.get(name)?.metadata.annotations[`silverback.dev/${of}`];
  return {
    clock,
    annotator,
    happenings,
    writes,
    world,
    put,
    judged,
    converged,
    note,
    stored,
    withdraw: (why: string): void => {
      withdrawn = why;
    },
  };
}

describe('a source', () => {
  test('is Progressing until every gateway serves it, and says what the note is about', async () => {
    const { put, judged, converged, note, stored } = start();
    put('shop', { 'kong.yaml': service('a'), notes: 'é' }, { 'silverback.dev/git-sha': 'c0ffee' });
    await judged();
    expect(note('shop')).toBe('Progressing');
    await judged();
    await converged();
    expect(stored.get('shop')?.metadata.annotations).toEqual({
      'silverback.dev/git-sha': 'c0ffee',
      'silverback.dev/state': 'Applied',
      'silverback.dev/state-message': expect.stringMatching(/^every gateway serves [0-9a-f]{8}$/),
      'silverback.dev/state-digest': expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      'silverback.dev/state-revision': expect.stringMatching(/^[0-9a-f]{32}$/),
      'silverback.dev/state-sizes': `kong.yaml=${service('a').length},notes=2`,
      'silverback.dev/state-git-sha': 'c0ffee',
    });
  });

  test('is written to only when something is new', async () => {
    const { put, judged, converged, writes, clock } = start();
    put('shop', { 'kong.yaml': service('a') });
    await judged();
    await converged();
    const before = writes.length;
    for (let round = 0; round < 10; round += 1) await judged();
    await converged();
    await clock.advance(600_000);
    expect(writes.length).toBe(before);
  });

  test('stays Applied while another one is rolled out', async () => {
    const { put, judged, converged, note, writes } = start();
    put('one', { 'kong.yaml': service('a') });
    put('two', { 'kong.yaml': service('b') });
    await judged();
    await converged();
    writes.length = 0;
    put('two', { 'kong.yaml': service('c') });
    await judged();
    expect([note('one'), note('two')]).toEqual(['Applied', 'Progressing']);
    await converged();
    expect([note('one'), note('two')]).toEqual(['Applied', 'Applied']);
    expect(writes).not.toContain('one');
  });

  test('with a mistake is Quarantined, with the first finding, and Applied again once it is mended', async () => {
    const { put, judged, converged, note } = start();
    put('one', { 'kong.yaml': service('a') });
    put('two', { 'kong.yaml': service('b') });
    await judged();
    await converged();
    put('two', { 'kong.yaml': WRONG });
    await judged();
    expect([note('one'), note('two')]).toEqual(['Applied', 'Quarantined']);
    expect(note('two', 'state-message')).toContain("unknown field 'prt'");
    expect(note('two', 'state-revision')).toBeUndefined();
    put('two', { 'kong.yaml': service('b') });
    await judged();
    await converged();
    expect(note('two')).toBe('Applied');
  });

  test('that makes the whole invalid is Rejected; the others wait', async () => {
    const { put, judged, note } = start();
    put('one', { 'kong.yaml': service('a') });
    put('two', { 'kong.yaml': WRONG });
    await judged();
    expect([note('one'), note('two')]).toEqual(['Progressing', 'Rejected']);
    expect(note('one', 'state-message')).toContain('other sources are invalid');
  });

  test('that would empty the fleet is Held', async () => {
    const { put, judged, converged, note } = start();
    put('shop', { 'kong.yaml': service('a') });
    await judged();
    await converged();
    put('shop', { 'kong.yaml': `${HEAD}services: []\n` });
    await judged();
    expect(note('shop')).toBe('Held');
  });

  test('whose revision a gateway refused is Rejected', async () => {
    const { put, judged, note, withdraw, annotator, clock } = start();
    put('shop', { 'kong.yaml': service('a') });
    await judged();
    withdraw('gateway kong-1 rejected it');
    annotator.look();
    await clock.settle();
    expect(note('shop')).toBe('Rejected');
    expect(note('shop', 'state-message')).toContain('gateway kong-1 rejected it');
  });

  test('that went back to what it was is not Applied before gateways were seen to serve it again', async () => {
    const { put, judged, converged, note } = start();
    put('shop', { 'kong.yaml': service('a') });
    await judged();
    await converged();
    put('shop', { 'kong.yaml': service('b') });
    await judged();
    put('shop', { 'kong.yaml': service('a') });
    await judged();
    expect(note('shop')).toBe('Progressing');
  });

  test('echoes the commit of a new write though its data is the same', async () => {
    const { put, judged, converged, note, stored } = start();
    put('shop', { 'kong.yaml': service('a') }, { 'silverback.dev/git-sha': 'one' });
    await judged();
    await converged();
    const { annotations } = stored.get('shop')!.metadata;
    put('shop', { 'kong.yaml': service('a') }, { ...annotations, 'silverback.dev/git-sha': 'two' });
    await judged();
    expect([note('shop'), note('shop', 'state-git-sha')]).toEqual(['Applied', 'two']);
  });
});

test('a follower notes nothing', async () => {
  const { put, judged, writes, world } = start();
  world.leading = false;
  put('shop', { 'kong.yaml': service('a') });
  await judged();
  expect(writes).toEqual([]);
});

test('a refusal is told once, and tried again later', async () => {
  const { put, judged, world, happenings, clock, note } = start();
  world.fails = new KubeError(403, 'Forbidden', 'PATCH: 403 Forbidden');
  put('shop', { 'kong.yaml': service('a') });
  await judged();
  await clock.advance(60_000);
  expect(happenings).toEqual([
    { kind: 'annotation-failed', source: 'ConfigMap shop/shop', reason: 'PATCH: 403 Forbidden' },
  ]);
  world.fails = undefined;
  await clock.advance(60_000);
  expect(note('shop')).toBe('Progressing');
});

test('an object that is gone, or changed meanwhile, is nobody’s trouble', async () => {
  const { put, judged, world, happenings } = start();
  put('shop', { 'kong.yaml': service('a') });
  for (const status of [404, 409]) {
    world.fails = new KubeError(status, 'Gone', 'gone');
    await judged();
  }
  expect(happenings).toEqual([]);
});

test('whoever takes the notes away again and again is not fought at full speed', async () => {
  const { put, judged, writes } = start();
  for (let round = 0; round < 50; round += 1) {
    put('shop', { 'kong.yaml': service('a') }, {});
    await judged();
  }
  expect(writes.length).toBeLessThan(10);
});
