import { describe, expect, it } from '@jest/globals';
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
  const world = { sources: first, lastGood: undefined as Past['lastGood'] };
  const happenings: Happening[] = [];
  const goals: (string | undefined)[] = [];
  const loop = startConfigLoop({
    clock,
    random: () => 0.5,
    report: (happening) => happenings.push(happening),
    compiler: {
      compile: async (texts) => compiler.compile(texts),
      explain: async () => [],
      compare: async (baseline, revision) => compiler.compare(baseline, revision),
      use: () => undefined,
      close: async () => undefined,
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
  return { world, goals, told, look };
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
