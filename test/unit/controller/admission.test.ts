import { describe, expect, test } from '@jest/globals';
import { createCompiler } from '../../../src/config/compile.js';
import { createReviewer } from '../../../src/controller/admission.js';
import type { AsyncCompiler } from '../../../src/controller/compiler.js';
import { judge } from '../../../src/controller/judge.js';
import type { Agreed } from '../../../src/controller/judge.js';
import type { AdmissionRequest, Verdict } from '../../../src/kube/admission/review.js';
import type { Happening } from '../../../src/report/happening.js';
import type { SourceSnapshot } from '../../../src/sources/follow.js';
import { sourceOf } from '../../../src/sources/objects.js';
import type { Source } from '../../../src/sources/source.js';
import { createVirtualClock } from '../../support/virtual-clock.js';
import { OPTIONS } from '../config/compile-text.js';

const HEAD = '_format_version: "3.0"\n';
const service = (...names: string[]): string =>
  `services:\n${names.map((name) => `- {name: ${name}, host: ${name}.test}\n`).join('')}`;
const route = (name: string, of: string): string =>
  `routes: [{name: ${name}, paths: [/${name}], service: ${of}}]\n`;
const WRONG = 'services: [{name: x, host: x.test, prt: 1}]\n';
const LABELS = { 'silverback.dev/config': 'true' };

const object = (name: string, text: string, more: object = {}) => ({
  metadata: { name, namespace: 'shop', labels: LABELS, ...more },
  data: { 'kong.yaml': HEAD + text },
});

const source = (name: string, text: string): Source =>
  sourceOf('ConfigMap', object(name, text, { resourceVersion: '1', uid: 'u' }));

function compiler(): AsyncCompiler {
  const inner = createCompiler(OPTIONS);
  return {
    compile: async (texts) => inner.compile(texts),
    explain: async () => [],
    compare: async (baseline, revision) => inner.compare(baseline, revision),
    use: () => undefined,
    close: async () => undefined,
  };
}

/** A replica that agreed to some sources, and sees some now. */
async function start(agreedTo: readonly Source[], now: readonly Source[] = agreedTo) {
  const clock = createVirtualClock();
  const happenings: Happening[] = [];
  const snapshot: { sources: readonly Source[]; unreadable: SourceSnapshot['unreadable'] } = {
    sources: now,
    unreadable: [],
  };
  const past = { lastGood: undefined, approved: () => false };
  const settings = { allowRemoval: false, maxShrink: 50 };
  const inner = compiler();
  const { compilation } = await judge(
    inner,
    { sources: agreedTo, unreadable: [] },
    undefined,
    past,
    settings,
  );
  const agreed: Agreed | undefined =
    compilation.revision === undefined || agreedTo.length === 0
      ? undefined
      : {
          revision: compilation.revision,
          sources: new Map(agreedTo.map((each) => [each.name, each])),
          blindly: false,
        };
  const world = { synced: true };
  const reviewer = createReviewer({
    clock,
    random: Math.random,
    report: (happening) => happenings.push(happening),
    selector: 'silverback.dev/config=true',
    namespaces: ['shop'],
    kinds: ['ConfigMap', 'Secret'],
    synced: () => world.synced,
    snapshot: () => snapshot,
    compiler: inner,
    judge: (trial) => judge(inner, trial, agreed, past, settings),
  });
  const ask = (request: Partial<AdmissionRequest>): Promise<Verdict> =>
    reviewer.review({
      uid: 'u',
      operation: 'CREATE',
      group: '',
      kind: 'ConfigMap',
      namespace: 'shop',
      name: 'new',
      object: undefined,
      oldObject: undefined,
      dryRun: false,
      ...request,
    });
  /** An answer that may take a while of the clock. */
  const answer = async (request: Partial<AdmissionRequest>): Promise<Verdict> => {
    let verdict: Verdict | undefined;
    void ask(request).then((given) => (verdict = given));
    await clock.until(() => verdict !== undefined);
    return verdict!;
  };
  return { clock, reviewer, snapshot, happenings, world, ask, answer };
}

describe('a change', () => {
  test('that is valid is allowed', async () => {
    const { answer } = await start([source('base', service('a'))]);
    expect(await answer({ object: object('new', route('r', 'a')) })).toEqual({ allowed: true, warnings: [] });
  });

  test('that is invalid is refused with every finding: where, what and what to do', async () => {
    const { answer, happenings } = await start([source('base', service('a'))]);
    const text = 'services:\n- {name: x, host: x.test, prt: 1}\n- {name: y, host: y.test, port: eighty}\n';
    const { allowed, message } = await answer({ object: object('new', text) });
    expect(allowed).toBe(false);
    expect(message?.split('\n')).toEqual([
      'ConfigMap shop/new would be invalid, and nothing of it would be pushed:',
      expect.stringMatching(/^- configmap\/shop\/new\/kong.yaml:3:27: .*unknown field 'prt'.*did you mean/),
      expect.stringMatching(/^- configmap\/shop\/new\/kong.yaml:4:33: .*port must be/),
    ]);
    expect(happenings).toMatchObject([{ kind: 'change-reviewed', allowed: false, operation: 'CREATE' }]);
  });

  test('is refused with at most ten findings, and the number of the others', async () => {
    const { answer } = await start([]);
    const text = `services:\n${Array.from({ length: 30 }, (_, index) => `- {name: s${index}, prt: 1}\n`).join('')}`;
    const lines = (await answer({ object: object('new', text) })).message?.split('\n') ?? [];
    expect(lines).toHaveLength(12);
    expect(lines.at(-1)).toMatch(/^- and \d+ more$/);
  });

  test('that takes away what another source refers to is refused', async () => {
    const base = object('base', service('a'));
    const { answer } = await start([source('base', service('a')), source('shop', route('r', 'a'))]);
    const { allowed, message } = await answer({
      operation: 'UPDATE',
      name: 'base',
      object: object('base', service('b')),
      oldObject: base,
    });
    expect(allowed).toBe(false);
    expect(message).toContain('configmap/shop/shop/kong.yaml');
  });

  test('that collides with another source is refused', async () => {
    const { answer } = await start([source('base', service('a'))]);
    expect(
      (await answer({ object: object('new', 'services: [{name: a, host: another.test}]\n') })).allowed,
    ).toBe(false);
  });

  test('is no worse for somebody else being in the wrong already', async () => {
    const { answer } = await start(
      [source('base', service('a'))],
      [source('base', service('a')), source('broken', WRONG)],
    );
    expect(await answer({ object: object('new', route('r', 'a')) })).toMatchObject({ allowed: true });
  });

  test('waits, and is allowed with a warning, where the others are invalid and nobody remembers them otherwise', async () => {
    const { answer } = await start([], [source('broken', WRONG)]);
    const { allowed, warnings } = await answer({ object: object('new', service('b')) });
    expect(allowed).toBe(true);
    expect(warnings[0]).toContain('other sources are invalid');
    expect((await answer({ object: object('new', 'services: 1\n') })).allowed).toBe(false);
  });

  test('that corrects a broken source is allowed', async () => {
    const { answer } = await start([source('base', service('a'))], [source('base', WRONG)]);
    const corrected = { object: object('base', service('a', 'b')), oldObject: object('base', WRONG) };
    expect(await answer({ operation: 'UPDATE', name: 'base', ...corrected })).toMatchObject({
      allowed: true,
    });
  });

  test('that would be held is allowed, and says so', async () => {
    const { answer } = await start([source('base', service('a'))]);
    const { allowed, warnings } = await answer({
      operation: 'UPDATE',
      name: 'base',
      object: object('base', 'services: []\n'),
      oldObject: object('base', service('a')),
    });
    expect(allowed).toBe(true);
    expect(warnings.join()).toMatch(/held until approved/);
  });

  test('of what rests on a change that has not arrived yet is allowed once it has', async () => {
    const { ask, clock, reviewer, snapshot } = await start([source('base', service('a'))]);
    const verdict = ask({ object: object('new', route('r', 'fresh')) });
    await clock.advance(300);
    snapshot.sources = [...snapshot.sources, source('other', service('fresh'))];
    reviewer.changed();
    expect(await verdict).toMatchObject({ allowed: true });
  });

  test('of what nobody has is refused after a second', async () => {
    const { answer, clock } = await start([source('base', service('a'))]);
    const before = clock.now();
    const { message } = await answer({ object: object('new', route('r', 'nobody')) });
    expect(message).toContain('dangling-reference');
    expect(clock.now() - before).toBe(1_000);
  });

  test('to anything but the data is allowed, even where the data is wrong', async () => {
    const { answer } = await start([source('base', WRONG)]);
    const before = object('base', WRONG);
    const after = object('base', WRONG, { annotations: { 'silverback.dev/state': 'Rejected' } });
    expect(await answer({ operation: 'UPDATE', name: 'base', object: after, oldObject: before })).toEqual({
      allowed: true,
      warnings: [],
    });
  });

  test('that cannot be read is refused, and nothing of it shown', async () => {
    const { answer } = await start([]);
    const secret = { metadata: object('new', '').metadata, data: { 'kong.yaml.gz': 'c2VjcmV0' } };
    const { allowed, message } = await answer({ kind: 'Secret', object: secret });
    expect(allowed).toBe(false);
    expect(message).toBe('it cannot be read: key kong.yaml.gz is not gzip');
  });

  test('of an object without a name yet is judged', async () => {
    const { answer } = await start([]);
    const nameless = { ...object('', WRONG), metadata: { generateName: 'shop-', labels: LABELS } };
    expect((await answer({ name: '', object: nameless })).message).toContain(
      'configmap/shop/shop-new/kong.yaml',
    );
  });

  test('before everything is known is allowed with a warning', async () => {
    const { answer, world } = await start([]);
    world.synced = false;
    expect(await answer({ object: object('new', WRONG) })).toEqual({
      allowed: true,
      warnings: ['Silverback has not read all sources yet: this was stored without validation'],
    });
  });
});

describe('what is no source of ours', () => {
  test.each([
    ['another namespace', { namespace: 'kube-system', object: object('new', WRONG) }],
    ['another kind', { kind: 'Pod', object: object('new', WRONG) }],
    ['another group', { group: 'example.com', object: object('new', WRONG) }],
    ['an object without the label', { object: object('new', WRONG, { labels: { app: 'x' } }) }],
    ['nothing', {}],
  ])('%s is allowed without a look', async (_, request) => {
    const { answer } = await start([]);
    expect(await answer(request)).toEqual({ allowed: true, warnings: [] });
  });
});

describe('a source that goes away', () => {
  const sources = [source('base', service('a')), source('shop', route('r', 'a'))];

  test('by DELETE, and leaves others without what they refer to, is allowed with a warning', async () => {
    const { answer } = await start(sources);
    const { allowed, warnings } = await answer({
      operation: 'DELETE',
      name: 'base',
      oldObject: object('base', service('a')),
    });
    expect(allowed).toBe(true);
    expect(warnings[0]).toMatch(/^without it others are invalid, and gateways stay as they are: .*dangling/);
  });

  test('by losing its label is one that is deleted', async () => {
    const { answer } = await start(sources);
    const { allowed, warnings } = await answer({
      operation: 'UPDATE',
      name: 'shop',
      object: object('shop', route('r', 'a'), { labels: {} }),
      oldObject: object('shop', route('r', 'a')),
    });
    expect(allowed).toBe(true);
    expect(warnings[0]).toMatch(/held until approved: ConfigMap shop\/shop does not exist/);
  });
});
