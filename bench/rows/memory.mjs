// What a rollout holds beyond what the same process holds in peace, over mTLS.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild } from '../harness/child.mjs';
import { revisionOf } from '../harness/configurations.mjs';
import { startSinks } from '../fan-out/sinks.mjs';

const CONTESTANT = new URL('../fan-out/contestant.mjs', import.meta.url).pathname;
const AT_ONCE = 32;
/** A connection is in use from the first push over it: the buffers of its TLS stay as long as it does. */
const CONNECTION_BYTES = 256 * 1024;
const MEGABYTE = 1024 * 1024;

async function peakOf({ gateways, megabytes, tls }) {
  const folder = await mkdtemp(join(tmpdir(), 'silverback-bench-'));
  const sinks = await startSinks(gateways, tls);
  const children = [];
  const startEngine = async (task) => {
    const child = startChild(CONTESTANT, { args: ['engine'], execArgv: ['--expose-gc'] });
    children.push(child);
    await child.call('prepare', { urls: sinks.urls, tls, atOnce: AT_ONCE, ...task });
    return child;
  };
  try {
    const revisions = [];
    for (const variant of [0, 1]) {
      const { id, bytes } = revisionOf(megabytes, variant);
      const file = join(folder, `${variant}.json`);
      await writeFile(file, bytes);
      revisions.push({ id, bytes, file });
    }
    await sinks.expect(revisions);
    const described = revisions.map(({ id, file }) => ({ id, file }));
    // One fills the gateways; the other finds them so, and has pushed nothing when it is first looked at.
    const predecessor = await startEngine({ revisions: described });
    predecessor.end();
    const child = await startEngine({ revisions: described });
    await sinks.counts();
    const { peak } = await child.call('watched', { revision: 0 });
    const { pushes } = await sinks.counts();
    if (pushes !== gateways) throw new Error(`${pushes} of ${gateways} pushes came in`);
    const bound = 2.5 * revisions[0].bytes.length + gateways * CONNECTION_BYTES;
    return { over: peak, bound };
  } finally {
    for (const child of children) child.end();
    sinks.stop();
    await rm(folder, { recursive: true });
  }
}

export async function measureMemory(tls) {
  const rows = [];
  for (const [gateways, megabytes] of [
    [1000, 1],
    [100, 10],
  ]) {
    const { over, bound } = await peakOf({ gateways, megabytes, tls });
    rows.push({
      row: `memory: peak RSS over idle, ${gateways} x ${megabytes} MB, mTLS (${(over / 1024 / gateways).toFixed(0)} KB a connection, ${AT_ONCE} at once)`,
      value: over / MEGABYTE,
      atMost: bound / MEGABYTE,
      unit: 'MB',
    });
  }
  return rows;
}
