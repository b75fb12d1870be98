import { expect, test } from '@jest/globals';
import { debounced } from '../../../src/controller/debounce.js';
import { openVirtualFleet } from '../../support/virtual-fleet.js';
import { revisionOf } from '../../support/virtual-gateways.js';
import type { VirtualGateway } from '../../support/virtual-gateways.js';

const GATEWAYS = 40;
const MINUTE_MS = 60_000;
const EDIT_EVERY_MS = 50;
const QUIET_MS = 100;
/** A gateway rests this many times as long as its last load took. */
const REST_FACTOR = 4;
/** For a place in the bound of ten: the other thirty once, at their slowest, and the debounce. */
const LONGEST_WAIT_MS = 4_000 + 10 * QUIET_MS;

const pushesTo = ({ log }: VirtualGateway) => log.filter(({ what }) => what === 'push');

/** Edits every 50 ms for a minute, through the controller's debounce, to gateways whose loads take 20 ms to 1 s. */
async function minuteOfEdits() {
  const v = openVirtualFleet({ settings: { canary: false } });
  v.members(GATEWAYS);
  for (const [index, gateway] of v.all().entries()) gateway.loadMs = 20 + index * 25;
  const first = revisionOf('first');
  v.goal({ desired: first, lastGood: first });
  v.lead();
  await v.clock.until(() => v.on(first) === GATEWAYS, MINUTE_MS);

  let newest = first;
  let runs = 0;
  const loop = debounced(v.clock, QUIET_MS, () => {
    runs += 1;
    v.goal({ desired: newest });
    return Promise.resolve();
  });
  const begunAt = v.clock.now();
  let edits = 0;
  for (; v.clock.now() - begunAt < MINUTE_MS; edits += 1) {
    newest = revisionOf(`edit ${edits}`);
    loop.changed();
    await v.clock.advance(EDIT_EVERY_MS);
  }
  return { v, begunAt, edits, runs: () => runs, last: newest };
}

test('a minute of edits coalesces, starves no gateway, lets each rest, and ends on the last everywhere', async () => {
  const { v, begunAt, edits, runs, last } = await minuteOfEdits();
  expect(edits).toBe(MINUTE_MS / EDIT_EVERY_MS);
  // Edits that never cease are taken up once in ten quiet times.
  expect(runs()).toBeLessThanOrEqual(MINUTE_MS / (10 * QUIET_MS) + 1);
  expect(runs()).toBeGreaterThan(30);

  await v.clock.until(() => v.on(last) === GATEWAYS, MINUTE_MS);

  for (const gateway of v.all()) {
    const pushes = pushesTo(gateway).filter(({ at }) => at >= begunAt);
    const turnMs = gateway.loadMs * (1 + REST_FACTOR);
    pushes.slice(1).forEach((push, index) => {
      expect(push.at - pushes[index]!.at).toBeGreaterThanOrEqual(turnMs);
    });
    // Each waits for its own rest and for a place beside ten others, which no turn of theirs takes longer than.
    expect(pushes.length).toBeGreaterThanOrEqual(Math.floor(MINUTE_MS / (turnMs + LONGEST_WAIT_MS)));
    expect(gateway.mostLoading).toBe(1);
  }
}, 120_000);
