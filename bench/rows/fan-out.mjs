// Our fan-out against the limit of the machine, and against what a user would write instead: wall time and CPU of bringing N
// gateways to a revision of S MB, at the same bound.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild } from '../harness/child.mjs';
import { revisionOf } from '../harness/configurations.mjs';
import { median } from '../harness/figures.mjs';
import { startSinks } from '../fan-out/sinks.mjs';

const CONTESTANT = new URL('../fan-out/contestant.mjs', import.meta.url).pathname;
/** More buys nothing on a fast path (node-libs.md 3). */
const AT_ONCE = 32;
/** What each does before any counts, whichever is less: a controller is long at work, and its code compiled. */
const WARM_UP = { pushes: 10_000, ms: 5_000 };
/** A new process each time has nothing that could be warm. */
const NEVER_WARM = 'curl';

async function warmUp(child, gateways) {
  const until = performance.now() + WARM_UP.ms;
  for (let pushes = 0; pushes < WARM_UP.pushes && performance.now() < until; pushes += 2 * gateways) {
    await child.call('settle', { revision: 0 });
    await child.call('round', { revision: 1 });
  }
}

/**
 * @param {{gateways: number, megabytes: number, tls?: object, names: string[], rounds: number}} task
 * @returns for each name the median of its rounds: {wallMs, cpuMs}
 */
export async function contest({ gateways, megabytes, tls, names, rounds }) {
  const folder = await mkdtemp(join(tmpdir(), 'silverback-bench-'));
  const sinks = await startSinks(gateways, tls);
  const children = [];
  try {
    const revisions = [];
    for (const variant of [0, 1]) {
      const revision = revisionOf(megabytes, variant);
      const file = join(folder, `${variant}.json`);
      await writeFile(file, revision.bytes);
      revisions.push({ ...revision, file });
    }
    await sinks.expect(revisions);
    const described = revisions.map(({ id, file }) => ({ id, file }));
    for (const name of names) {
      const child = startChild(CONTESTANT, { args: [name] });
      children.push({ name, child, rounds: [] });
      await child.call('prepare', { urls: sinks.urls, tls, revisions: described, atOnce: AT_ONCE });
      if (name !== NEVER_WARM) await warmUp(child, gateways);
    }
    // In turns, so that the machine's moods are shared.
    for (let round = 0; round < rounds; round += 1) {
      for (const { name, child, rounds: figures } of children) {
        await child.call('settle', { revision: 0 });
        await sinks.counts();
        const figure = await child.call('round', { revision: 1 });
        const { pushes, wrong } = await sinks.counts();
        if (pushes !== gateways || wrong > 0)
          throw new Error(`${name}: ${pushes} of ${gateways} pushes came in, ${wrong} of them wrong`);
        figures.push(figure);
      }
    }
    return Object.fromEntries(
      children.map(({ name, rounds: figures }) => [
        name,
        {
          wallMs: median(figures.map(({ wallMs }) => wallMs)),
          cpuMs: median(figures.map(({ cpuMs }) => cpuMs)),
        },
      ]),
    );
  } finally {
    for (const { child } of children) child.end();
    sinks.stop();
    await rm(folder, { recursive: true });
  }
}

/** Gateways and megabytes; with whom ours is compared, and how many rounds count. */
const SIZES = [
  { gateways: 10, megabytes: 0.1, rounds: 15 },
  { gateways: 10, megabytes: 1, rounds: 15 },
  { gateways: 100, megabytes: 0.1, rounds: 15 },
  { gateways: 100, megabytes: 1, rounds: 9 },
  { gateways: 1000, megabytes: 0.1, rounds: 5 },
  // A fetch per gateway, all at once, holds every answer: gigabytes.
  { gateways: 1000, megabytes: 1, rounds: 3, without: ['fetch'] },
  { gateways: 100, megabytes: 10, rounds: 3, without: ['fetch'] },
];

/** @param {object | undefined} tls */
export async function* measureFanOut(tls, quick) {
  for (const { gateways, megabytes, rounds, without = [] } of quick ? SIZES.slice(2, 4) : SIZES) {
    const names = ['limit', 'limit-small-reads', 'undici', 'engine', 'curl', 'fetch'].filter(
      (name) => !without.includes(name),
    );
    const figuresOf = await contest({ gateways, megabytes, tls, names, rounds });
    const { engine, undici, curl, fetch } = figuresOf;
    const limitMs = Math.min(figuresOf.limit.wallMs, figuresOf['limit-small-reads'].wallMs);
    const row = `${gateways} x ${megabytes} MB, ${tls === undefined ? 'plain' : 'mTLS'}`;
    const figures = `${engine.wallMs.toFixed(0)} ms, limit ${limitMs.toFixed(0)} ms`;
    yield {
      row: `fan-out ${row}: throughput of the limit's (${figures})`,
      value: limitMs / engine.wallMs,
      atLeast: megabytes >= 1 ? 0.85 : 0.6,
    };
    yield {
      row: `fan-out ${row}: throughput of undici's alone (${(limitMs / undici.wallMs).toFixed(2)} of the limit's)`,
      value: undici.wallMs / engine.wallMs,
    };
    yield {
      row: `fan-out ${row}: times as fast as curl`,
      value: curl.wallMs / engine.wallMs,
      atLeast: 2,
    };
    if (fetch === undefined) continue;
    yield {
      row: `fan-out ${row}: times as fast as fetch`,
      value: fetch.wallMs / engine.wallMs,
      atLeast: 2.5,
    };
    yield { row: `fan-out ${row}: CPU of fetch by ours`, value: fetch.cpuMs / engine.cpuMs, atLeast: 4 };
  }
}
