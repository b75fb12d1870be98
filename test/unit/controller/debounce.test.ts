import { describe, expect, it } from '@jest/globals';
import { debounced } from '../../../src/controller/debounce.js';
import { createVirtualClock } from '../../support/virtual-clock.js';
import type { VirtualClock } from '../../support/virtual-clock.js';

const QUIET_MS = 100;

interface World {
  readonly clock: VirtualClock;
  readonly changed: () => void;
  readonly stop: () => void;
  /** When each run began (virtual ms). */
  readonly begun: number[];
  /** Ends the run that is under way. */
  readonly end: () => void;
}

/** Runs end at once, unless they are to be ended by hand. */
function start({ quietMs = QUIET_MS, byHand = false } = {}): World {
  const clock = createVirtualClock();
  const begun: number[] = [];
  let end = (): void => undefined;
  const { changed, stop } = debounced(clock, quietMs, () => {
    begun.push(clock.now());
    return byHand ? new Promise((resolve) => (end = resolve)) : Promise.resolve();
  });
  return { clock, changed, stop, begun, end: () => end() };
}

describe('a debounced run', () => {
  it('does not begin without a change', async () => {
    const { clock, begun } = start();
    await clock.advance(10_000);
    expect(begun).toEqual([]);
  });

  it('begins once a change has been followed by quiet', async () => {
    const { clock, changed, begun } = start();
    await clock.advance(7);
    changed();
    await clock.advance(10_000);
    expect(begun).toEqual([7 + QUIET_MS]);
  });

  it('begins once for changes that come closer than that', async () => {
    const { clock, changed, begun } = start();
    for (let n = 0; n < 5; n += 1) {
      changed();
      await clock.advance(QUIET_MS - 1);
    }
    await clock.advance(10_000);
    expect(begun).toEqual([4 * (QUIET_MS - 1) + QUIET_MS]);
  });

  it('is not put off for longer than ten quiet times by changes that never cease', async () => {
    const { clock, changed, begun } = start();
    for (let n = 0; n < 300; n += 1) {
      changed();
      await clock.advance(10);
    }
    expect(begun).toEqual([1_000, 2_000, 3_000]);
  });

  it('begins again for a change after it', async () => {
    const { clock, changed, begun } = start();
    changed();
    await clock.advance(1_000);
    changed();
    await clock.advance(1_000);
    expect(begun).toEqual([QUIET_MS, 1_000 + QUIET_MS]);
  });

  it('may have no quiet time at all', async () => {
    const { clock, changed, begun } = start({ quietMs: 0 });
    changed();
    changed();
    expect(begun).toEqual([]);
    await clock.advance(0);
    expect(begun).toEqual([0]);
  });
});

describe('while it runs', () => {
  it('a change waits for its end, and then for quiet', async () => {
    const { clock, changed, begun, end } = start({ byHand: true });
    changed();
    await clock.advance(QUIET_MS);
    changed();
    await clock.advance(500);
    expect(begun).toEqual([100]);
    end();
    await clock.advance(QUIET_MS);
    expect(begun).toEqual([100, 700]);
  });

  it('many changes lead to one more run', async () => {
    const { clock, changed, begun, end } = start({ byHand: true });
    changed();
    await clock.advance(QUIET_MS);
    for (let n = 0; n < 10; n += 1) changed();
    end();
    await clock.advance(1_000);
    end();
    await clock.advance(10_000);
    expect(begun).toHaveLength(2);
  });

  it('a change that has waited long enough already gets its run at once', async () => {
    const { clock, changed, begun, end } = start({ byHand: true });
    changed();
    await clock.advance(QUIET_MS);
    changed();
    await clock.advance(5_000);
    end();
    await clock.advance(0);
    expect(begun).toEqual([100, 5_100]);
  });

  it('no change means no other run', async () => {
    const { clock, changed, begun, end } = start({ byHand: true });
    changed();
    await clock.advance(QUIET_MS);
    end();
    await clock.advance(10_000);
    expect(begun).toEqual([100]);
  });
});

describe('once stopped', () => {
  it('it does not begin, changes or not', async () => {
    const { clock, changed, stop, begun } = start();
    changed();
    stop();
    changed();
    await clock.advance(10_000);
    expect(begun).toEqual([]);
  });

  it('it does not begin again after the run that was under way', async () => {
    const { clock, changed, stop, begun, end } = start({ byHand: true });
    changed();
    await clock.advance(QUIET_MS);
    changed();
    stop();
    end();
    await clock.advance(10_000);
    expect(begun).toEqual([100]);
  });
});
