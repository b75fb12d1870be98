// From an edit to the gateways: 100 of them, 12 hang. The clock starts when the Kubernetes API sends the change.
import { configuration } from '../harness/configurations.mjs';
import { percentile } from '../harness/figures.mjs';
import { createTroop } from '../harness/troop.mjs';

const GATEWAYS = 100;
const HUNG = 12;
const EDITS = 200;
/** The debounce: edits are taken together until it has been quiet for so long. */
const DEBOUNCE_MS = 100;
/** Entities that make about 100 KB. */
const ENTITIES = 640;

const now = () => performance.timeOrigin + performance.now();

export async function measurePropagation(quick) {
  const edits = quick ? 20 : EDITS;
  const troop = await createTroop({ gateways: GATEWAYS, args: ['--kong-admin-concurrency', '32'] });
  try {
    troop.setConfig(JSON.stringify(configuration(ENTITIES, 'first')));
    const controller = troop.start();
    await controller.said(({ event }) => event === 'converged');
    await troop.sinks.hang(Array.from({ length: HUNG }, (_, i) => i * 8));
    const toFirstByte = [];
    const toLast = [];
    for (let edit = 0; edit < edits; edit += 1) {
      const text = JSON.stringify(configuration(ENTITIES, `edit-${edit}`));
      await troop.sinks.begin(GATEWAYS - HUNG);
      const editedAt = now();
      troop.setConfig(text);
      const { firstByteAt, shownAt } = await troop.sinks.end();
      toFirstByte.push(firstByteAt - editedAt);
      toLast.push(Math.max(...shownAt) - editedAt);
    }
    const shown = (times) =>
      `p50 ${percentile(times, 0.5).toFixed(0)} ms, p99 ${percentile(times, 0.99).toFixed(0)} ms`;
    return [
      {
        row: `propagation: edit to the first byte of the first push, beyond the debounce, p50 (${shown(toFirstByte)})`,
        value: percentile(toFirstByte, 0.5) - DEBOUNCE_MS,
        atMost: 30,
        unit: 'ms',
      },
      {
        row: `propagation: edit to the last of ${GATEWAYS - HUNG} good gateways verified while ${HUNG} hang, beyond the debounce, p99 (${shown(toLast)})`,
        value: percentile(toLast, 0.99) - DEBOUNCE_MS,
        atMost: 500,
        unit: 'ms',
      },
    ];
  } finally {
    await troop.close();
  }
}
