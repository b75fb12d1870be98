// Our fan-out against the limit of the machine, and against what a user would write instead: wall time and CPU of bringing N
// gateways to a revision of S MB, at the same bound.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild } from '../harness/child.mjs';
import { revisionOf } from '../harness/configurations.mjs';
import { median } from '../harness/figures.mjs';
import { startSinks } from './sinks.mjs';

const CONTESTANT = new URL('contestant.mjs', import.meta.url).pathname;
/** More buys nothing on a fast path (node-libs.md 3). */
const AT_ONCE = 32;

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
    }
    // In turns, so that the machine's moods are shared; the first round of each is warming up.
    for (let round = 0; round <= rounds; round += 1) {
      for (const { name, child, rounds: figures } of children) {
        await child.call('settle', { revision: 0 });
        await sinks.counts();
        const figure = await child.call('round', { revision: 1 });
        const { pushes, wrong } = await sinks.counts();
        if (pushes !== gateways || wrong > 0)
          throw new Error(`${name}: ${pushes} of ${gateways} pushes came in, ${wrong} of them wrong`);
        if (round > 0) figures.push(figure);
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
    sinks.end();
    await rm(folder, { recursive: true });
  }
}
