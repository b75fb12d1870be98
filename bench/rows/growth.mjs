// Does the leader hold more after 200 more revisions? Two snapshots of its heap are compared, kind by kind.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { configuration } from '../harness/configurations.mjs';
import { createTroop } from '../harness/troop.mjs';

const GATEWAYS = 20;
const ENTITIES = 640;
/** Until everything of bounded length is full, and the code is compiled. */
const WARMING_UP = 100;
const REVISIONS = 200;
const MEGABYTE = 1024 * 1024;
/** Names of 200 revisions, in what remembers them, are no leak. */
const TOLERATED_BYTES = MEGABYTE;
/** Machine code and its descriptions come and go with the optimizer. */
const NOT_DATA = new Set(['code', 'hidden', 'object shape', 'synthetic']);

/** Bytes by the kind of objects, of a snapshot in V8's format. */
function sizesOf({ snapshot, nodes, strings }) {
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [type, name, size] = ['type', 'name', 'self_size'].map((field) => fields.indexOf(field));
  const sizes = new Map();
  for (let at = 0; at < nodes.length; at += fields.length) {
    const kind = types[0][nodes[at + type]];
    if (NOT_DATA.has(kind)) continue;
    const named = kind === 'object' || kind === 'native' ? `${kind} ${strings[nodes[at + name]]}` : kind;
    sizes.set(named, (sizes.get(named) ?? 0) + nodes[at + size]);
  }
  return sizes;
}

/** The process writes it, after it has collected its garbage. */
async function takeSnapshot(pid, folder) {
  process.kill(pid, 'SIGUSR2');
  for (;;) {
    await sleep(200);
    const file = (await readdir(folder)).find((name) => name.endsWith('.heapsnapshot'));
    const text = file === undefined ? '' : await readFile(join(folder, file), 'utf8');
    // It is whole once its last bracket is there.
    if (!text.trimEnd().endsWith('}')) continue;
    await rm(join(folder, file));
    return sizesOf(JSON.parse(text));
  }
}

export async function measureGrowth() {
  const folder = await mkdtemp(join(tmpdir(), 'silverback-bench-'));
  const troop = await createTroop({ gateways: GATEWAYS });
  try {
    let edits = 0;
    const edit = async () => {
      await troop.sinks.begin(GATEWAYS);
      troop.setConfig(JSON.stringify(configuration(ENTITIES, `edit-${(edits += 1)}`)));
      await troop.sinks.end();
    };
    troop.setConfig(JSON.stringify(configuration(ENTITIES, 'first')));
    const controller = troop.start([], ['--heapsnapshot-signal=SIGUSR2', `--diagnostic-dir=${folder}`]);
    await controller.said(({ event }) => event === 'converged');
    for (let i = 0; i < WARMING_UP; i += 1) await edit();
    const before = await takeSnapshot(controller.pid, folder);
    for (let i = 0; i < REVISIONS; i += 1) await edit();
    const after = await takeSnapshot(controller.pid, folder);
    const total = (sizes) => [...sizes.values()].reduce((sum, size) => sum + size, 0);
    const grown = [...after]
      .map(([kind, size]) => [kind, size - (before.get(kind) ?? 0)])
      .sort(([, one], [, other]) => other - one);
    const [most, by] = grown[0];
    return [
      {
        row: `growth: heap after ${REVISIONS} more revisions, beyond what it was (most of all: ${most}, ${(by / 1024).toFixed(0)} KB)`,
        value: (total(after) - total(before)) / MEGABYTE,
        atMost: TOLERATED_BYTES / MEGABYTE,
        unit: 'MB',
      },
    ];
  } finally {
    await troop.close();
    await rm(folder, { recursive: true });
  }
}
