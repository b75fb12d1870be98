import { describe, expect, it } from '@jest/globals';
import { createCompiler } from '../../../src/config/compile.js';
import type { Revision } from '../../../src/config/revision.js';
import type { AsyncCompiler } from '../../../src/controller/compiler.js';
import { judge } from '../../../src/controller/judge.js';
import type { Agreed, Judgement } from '../../../src/controller/judge.js';
import type { Past } from '../../../src/controller/past.js';
import { provenanceOf } from '../../../src/history/provenance.js';
import type { SourceSnapshot } from '../../../src/sources/follow.js';
import type { Source } from '../../../src/sources/source.js';
import { OPTIONS } from '../config/compile-text.js';

const HEAD = '_format_version: "3.0"\n';
const service = (...names: string[]): string =>
  `services:\n${names.map((name) => `- {name: ${name}, host: ${name}.test}\n`).join('')}`;
const route = (name: string, of: string): string =>
  `routes: [{name: ${name}, paths: [/${name}], service: ${of}}]\n`;
const BROKEN = 'services: [{name: x, host: x.test, prt: 1}]\n';

function source(name: string, text: string): Source {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'kong', name };
  const file = `configmap/kong/${name}/kong.yaml`;
  return { name: `ConfigMap kong/${name}`, texts: [{ file, text: Buffer.from(HEAD + text) }], object };
}

const snapshot = (...sources: Source[]): SourceSnapshot => ({ sources, unreadable: [] });

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

const NO_PAST: Past = { lastGood: undefined, approved: () => false };
const SETTINGS = { allowRemoval: false, maxShrink: 50 };

/** A process that agreed to what `sources` say. */
async function agreedTo(...sources: Source[]): Promise<Agreed> {
  const { compilation } = await judge(compiler(), snapshot(...sources), undefined, NO_PAST, SETTINGS);
  const known = new Map(sources.map((each) => [each.name, each]));
  return { revision: compilation.revision!, sources: known, blindly: false };
}

async function pastOf(sealing: number, ...sources: Source[]): Promise<Past> {
  const { revision } = await agreedTo(...sources);
  return { lastGood: { revision, ...provenanceOf(sources, sealing) }, approved: () => false };
}

async function judged(now: SourceSnapshot, agreed?: Agreed, past: Past = NO_PAST): Promise<Judgement> {
  return judge(compiler(), now, agreed, past, SETTINGS);
}

const quarantinedIn = ({ quarantined }: Judgement): string[] =>
  quarantined.map(({ source: { name } }) => name);
const textOf = (revision: Revision | undefined): string => Buffer.from(revision?.bytes ?? []).toString();
const adopted = ({ decision }: Judgement): string =>
  decision.kind === 'adopt' ? textOf(decision.revision) : decision.kind;

describe("one team's mistake stops one team", () => {
  const a = source('a', service('alpha'));
  const b = source('b', service('beta'));

  it('what it said before stays in, and the others go on', async () => {
    const agreed = await agreedTo(a, b);
    const judgement = await judged(
      snapshot(source('a', BROKEN), source('b', service('beta', 'new'))),
      agreed,
    );
    expect(adopted(judgement)).toContain('alpha');
    expect(adopted(judgement)).toContain('new');
    expect(quarantinedIn(judgement)).toEqual(['ConfigMap kong/a']);
    expect(judgement.quarantined[0]?.findings[0]).toMatchObject({
      code: 'unknown-field',
      file: 'configmap/kong/a/kong.yaml',
    });
  });

  it('a new source that is invalid contributes nothing', async () => {
    const judgement = await judged(
      snapshot(a, source('b', service('beta', 'more')), source('c', BROKEN)),
      await agreedTo(a, b),
    );
    expect(adopted(judgement)).toContain('more');
    expect(quarantinedIn(judgement)).toEqual(['ConfigMap kong/c']);
  });

  it('a source that cannot be read stays in as it was', async () => {
    const unreadable = [{ source: 'ConfigMap kong/a', reason: 'key a.yaml.gz is not gzip' }];
    const judgement = await judged(
      { sources: [source('b', service('beta', 'more'))], unreadable },
      await agreedTo(a, b),
    );
    expect(adopted(judgement)).toContain('alpha');
    expect(adopted(judgement)).toContain('more');
    expect(judgement.quarantined[0]?.findings[0]?.code).toBe('source-unreadable');
  });

  it('who breaks a reference of somebody else is put aside, not the other', async () => {
    const other = source('b', route('way', 'alpha'));
    const judgement = await judged(
      snapshot(source('a', service('renamed')), other, source('c', service('gamma'))),
      await agreedTo(a, other),
    );
    expect(quarantinedIn(judgement)).toEqual(['ConfigMap kong/a']);
    expect(adopted(judgement)).toContain('gamma');
    expect(judgement.quarantined[0]?.findings[0]?.code).toBe('dangling-reference');
  });

  it('what cannot stand without a change that was put aside is put aside with it', async () => {
    const agreed = await agreedTo(a, b, source('d', service('delta')));
    const judgement = await judged(
      snapshot(
        source('a', `${service('alpha', 'fresh')}bogus: 1\n`),
        source('b', service('beta') + route('way', 'fresh')),
        source('d', service('delta', 'onward')),
      ),
      agreed,
    );
    expect(quarantinedIn(judgement)).toEqual(['ConfigMap kong/a', 'ConfigMap kong/b']);
    expect(adopted(judgement)).toContain('onward');
    expect(adopted(judgement)).not.toContain('fresh');
  });

  it('a mistake that nobody else could go on without changes nothing', async () => {
    const agreed = await agreedTo(a);
    const judgement = await judged(snapshot(source('a', BROKEN)), agreed);
    expect(judgement.decision.kind).toBe('same');
    expect(quarantinedIn(judgement)).toEqual(['ConfigMap kong/a']);
  });

  it('right after a first start, when nobody knows what was in it, the whole is invalid', async () => {
    const judgement = await judged(snapshot(source('a', BROKEN), b));
    expect(judgement.decision.kind).toBe('invalid');
    expect(judgement.quarantined).toEqual([]);
  });

  it('right after a restart, a source that last good does not know is put aside', async () => {
    const judgement = await judged(
      snapshot(a, source('b', service('beta')), source('c', BROKEN)),
      undefined,
      await pastOf(1, a, b),
    );
    expect(quarantinedIn(judgement)).toEqual(['ConfigMap kong/c']);
    expect(adopted(judgement)).toContain('beta');
  });

  it('right after a restart, a broken source whose contribution nobody remembers makes the whole invalid', async () => {
    const judgement = await judged(snapshot(source('a', BROKEN), b), undefined, await pastOf(1, a, b));
    expect(judgement.decision.kind).toBe('invalid');
  });
});

describe('what a change is compared with', () => {
  const names = ['s1', 's2', 's3', 's4', 's5', 's6'];

  it('is last good: a drastic change is held, and told in numbers', async () => {
    const past = await pastOf(1, source('a', service(...names)));
    const judgement = await judged(
      snapshot(source('a', service('s1', 's2', 'n3', 'n4', 'n5', 'n6'))),
      undefined,
      past,
    );
    expect(judgement.decision).toMatchObject({
      kind: 'held',
      codes: ['drastic-change'],
      reasons: [expect.stringContaining('removes 4 of 6 services')],
    });
  });

  it('a source that vanished while no replica was there is missed', async () => {
    const past = await pastOf(1, source('a', service('a')), source('b', service('b')));
    const judgement = await judged(snapshot(source('a', service('a'))), undefined, past);
    expect(judgement.decision).toMatchObject({ kind: 'held', codes: ['source-vanished'] });
  });

  it('what was agreed to before there was any last good is judged again by the first one', async () => {
    const agreed = { ...(await agreedTo(source('a', service('a')))), blindly: true };
    const now = snapshot(source('a', service('a')));
    const past = await pastOf(1, source('a', service('a')), source('b', service('b')));
    expect((await judged(now, agreed, past)).decision).toMatchObject({
      kind: 'held',
      codes: ['source-vanished'],
    });
    const own = await pastOf(1, source('a', service('a')));
    expect((await judged(now, agreed, own)).decision.kind).toBe('same');
    expect((await judged(now, { ...agreed, blindly: false }, past)).decision.kind).toBe('same');
  });

  it('an approval lets it pass', async () => {
    const past = await pastOf(1, source('a', service(...names)));
    const judgement = await judged(snapshot(source('a', service('s1'))), undefined, {
      ...past,
      approved: () => true,
    });
    expect(judgement.decision.kind).toBe('adopt');
  });
});

describe('the same sources, sealed differently by a newer version', () => {
  it('stay on the bytes that last good keeps', async () => {
    const a = source('a', service('a'));
    const past = await pastOf(0, a);
    const stored = { ...past.lastGood!, revision: { ...past.lastGood!.revision, id: 'older sealing' } };
    const judgement = await judged(snapshot(a), undefined, { ...past, lastGood: stored });
    expect(judgement.decision).toMatchObject({ kind: 'adopt', revision: { id: 'older sealing' } });
  });

  it('are sealed anew once they change', async () => {
    const past = await pastOf(0, source('a', service('a')));
    const judgement = await judged(snapshot(source('a', service('a', 'b'))), undefined, past);
    expect(adopted(judgement)).toContain('"b"');
  });
});
