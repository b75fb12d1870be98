import { describe, expect, it } from '@jest/globals';
import { sleep } from '../../../src/clock/clock.js';
import { createWarmUp } from '../../../src/controller/warm-up.js';
import { createVirtualClock } from '../../support/virtual-clock.js';

const QUIET_MS = 100;

/** Work that takes as long as it is said to; `done` notes what was begun and ended, and when. */
function start() {
  const clock = createVirtualClock();
  const world = { takesMs: 40 };
  const done: string[] = [];
  const work = async (what: string): Promise<void> => {
    done.push(`${what} begins at ${clock.now()}`);
    await sleep(clock, world.takesMs);
    done.push(`${what} ends at ${clock.now()}`);
  };
  const warmUp = createWarmUp(clock, QUIET_MS, () => work('warm-up'));
  const warmUps: number[] = [];
  const run = async (): Promise<void> => {
    const running = warmUp.followedBy(async (ms) => {
      warmUps.push(ms);
      await work('run');
    });
    await clock.advance(1_000);
    await running;
    done.length = 0;
  };
  return { clock, world, warmUp, run, done, warmUps };
}

describe('a warm-up', () => {
  it('begins a quarter of the quiet time after a change, once', async () => {
    const { clock, warmUp, run, done, warmUps } = start();
    await run();
    warmUp.changed();
    await clock.advance(24);
    warmUp.changed();
    await clock.advance(24);
    expect(done).toEqual([]);
    await clock.advance(1);
    expect(done).toEqual(['warm-up begins at 1049']);
    await clock.advance(500);
    warmUp.changed();
    await clock.advance(500);
    expect(done).toHaveLength(2);
    await run();
    expect(warmUps).toEqual([0, 40]);
  });

  it('is waited for by the run that counts', async () => {
    const { clock, warmUp, run, done } = start();
    await run();
    warmUp.changed();
    await clock.advance(30);
    const running = warmUp.followedBy(async () => void done.push(`run begins at ${clock.now()}`));
    await clock.advance(100);
    await running;
    expect(done).toEqual(['warm-up begins at 1025', 'warm-up ends at 1065', 'run begins at 1065']);
  });

  it('does not begin before anything was run, after a run that was long, during one, or after the end', async () => {
    const { clock, world, warmUp, run, done } = start();
    warmUp.changed();
    await clock.advance(1_000);
    expect(done).toEqual([]);
    world.takesMs = 51;
    await run();
    warmUp.changed();
    await clock.advance(1_000);
    expect(done).toEqual([]);
    world.takesMs = 50;
    await run();
    const running = warmUp.followedBy(async () => {
      warmUp.changed();
      await sleep(clock, 50);
    });
    await clock.advance(1_000);
    await running;
    expect(done).toEqual([]);
    warmUp.changed();
    warmUp.stop();
    await clock.advance(1_000);
    expect(done).toEqual([]);
  });

  it('that took long is the last one, until a run is short again', async () => {
    const { clock, world, warmUp, run, done } = start();
    await run();
    world.takesMs = 400;
    warmUp.changed();
    await clock.advance(1_000);
    await run();
    warmUp.changed();
    await clock.advance(1_000);
    expect(done).toEqual([]);
    world.takesMs = 10;
    await run();
    warmUp.changed();
    await clock.advance(1_000);
    expect(done).toHaveLength(2);
  });
});
