import { describe, expect, it } from '@jest/globals';
import { sleep } from '../../../src/clock/clock.js';
import { createCompiler } from '../../../src/config/compile.js';
import { startConfigLoop } from '../../../src/controller/config-loop.js';
import type { Past } from '../../../src/controller/past.js';
import { provenanceOf } from '../../../src/history/provenance.js';
import type { Happening } from '../../../src/report/happening.js';
import type { Source } from '../../../src/sources/source.js';
import { createVirtualClock } from '../../support/virtual-clock.js';
import { OPTIONS } from '../config/compile-text.js';

function source(name: string, ...services: string[]): Source {
  const text = JSON.stringify({
    _format_version: '3.0',
    services: services.map((each) => ({ name: each, host: 'upstream.test' })),
  });
  const object = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'kong', name };
  return {
    name: `ConfigMap kong/${name}`,
    texts: [{ file: `configmap/kong/${name}/kong.json`, text: Buffer.from(text) }],
    object,
  };
}

function goodOf(...sources: Source[]): Past['lastGood'] {
  const { revision } = createCompiler(OPTIONS).compile(sources.flatMap(({ texts }) => texts));
  return { revision: revision!, ...provenanceOf(sources, 1) };
}

/** A loop over sources and a past that may be changed. */
function openLoop(...first: Source[]) {
  const clock = createVirtualClock();
  const compiler = createCompiler(OPTIONS);
  const world = { sources: first, lastGood: undefined as Past['lastGood'], compileMs: 20, dies: false };
  const happenings: Happening[] = [];
  /** Of how many texts each compilation was. */
  const compiled: number[] = [];
  const goals: (string | undefined)[] = [];
  const loop = startConfigLoop({
    clock,
    random: () => 0.5,
    report: (happening) => happenings.push(happening),
    compiler: {
      async compile(texts) {
        compiled.push(texts.length);
        await sleep(clock, world.compileMs);
        if (world.dies) throw new Error('the validator stopped');
        return compiler.compile(texts);
      },
      compare: async (baseline, revision) => compiler.compare(baseline, revision),
    },
    snapshot: () => ({ sources: world.sources, unreadable: [] }),
    quietMs: 100,
    settings: { allowRemoval: false, maxShrink: 50 },
    past: () => ({ lastGood: world.lastGood, approved: () => false }),
    kept: () => goals.at(-1),
    onUnchecked: () => undefined,
    onRevision: ({ id }) => goals.push(id),
    onRetracted: () => goals.push(undefined),
    onHeld: () => undefined,
  });
  const look = async (): Promise<void> => {
    loop.changed();
    await clock.advance(2_000);
  };
  const told = (): string[] => happenings.map(({ kind }) => kind);
  return { world, clock, loop, compiled, goals, told, look };
}

describe('what was agreed to before there was any last good', () => {
  it('is taken back when the first one tells that a source has vanished', async () => {
    const { world, goals, told, look } = openLoop(source('a', 'alpha'));
    await look();
    expect(goals).toHaveLength(1);
    world.lastGood = goodOf(source('a', 'alpha'), source('b', 'beta'));
    await look();
    expect(goals).toEqual([goals[0], undefined]);
    expect(told().slice(-2)).toEqual(['source-vanished', 'config-held']);
    world.sources = [source('a', 'alpha'), source('b', 'better')];
    await look();
    expect(goals).toHaveLength(3);
    expect(goals[2]).not.toBe(goals[0]);
  });

  it('stays, and is not told again, where the first one finds nothing wrong with it', async () => {
    const { world, goals, told, look } = openLoop(source('a', 'alpha', 'more'));
    await look();
    const before = told();
    world.lastGood = goodOf(source('a', 'alpha'));
    await look();
    expect(goals).toHaveLength(1);
    expect(told()).toEqual(before);
    // It is judged by now: what comes later is compared with what was agreed to, as ever.
    world.sources = [];
    await look();
    expect(goals).toHaveLength(1);
    expect(told().slice(-2)).toEqual(['source-vanished', 'config-held']);
  });
});

describe('what was compiled while it was waited for quiet', () => {
  it('counts when it is quiet, and is not compiled again', async () => {
    const { world, clock, loop, compiled, goals, look } = openLoop(source('a', 'alpha'));
    await look();
    expect(compiled).toHaveLength(1);
    world.sources = [source('a', 'better')];
    loop.changed();
    await clock.advance(99);
    expect([compiled.length, goals.length]).toEqual([2, 1]);
    await clock.advance(1);
    expect([compiled.length, goals.length]).toEqual([2, 2]);
  });

  it('counts for nothing where something has changed since', async () => {
    const { world, clock, loop, compiled, goals, look } = openLoop(source('a', 'alpha'));
    await look();
    world.sources = [source('a', 'better')];
    loop.changed();
    await clock.advance(90);
    world.sources = [source('a', 'best')];
    loop.changed();
    await clock.advance(1_000);
    expect(compiled).toHaveLength(3);
    const best = createCompiler(OPTIONS).compile(source('a', 'best').texts);
    expect(goals).toEqual([goals[0], best.revision!.id]);
  });

  it('counts for nothing where something else than the sources has changed, such as the plugins that are known', async () => {
    const { world, clock, loop, compiled, look } = openLoop(source('a', 'alpha'));
    await look();
    world.sources = [source('a', 'better')];
    loop.changed();
    await clock.advance(90);
    loop.changed();
    await clock.advance(1_000);
    expect(compiled).toHaveLength(3);
  });

  it('is compiled anew at the next change, though the sources are the same objects: time and schemas have gone on', async () => {
    const { compiled, look } = openLoop(source('a', 'alpha'));
    await look();
    await look();
    await look();
    expect(compiled).toHaveLength(3);
  });

  it('fails once, and is said once', async () => {
    const { world, compiled, told, look } = openLoop(source('a', 'alpha'));
    await look();
    world.dies = true;
    await look();
    expect(compiled).toHaveLength(2);
    expect(told().filter((kind) => kind === 'compile-failed')).toHaveLength(1);
  });
});
