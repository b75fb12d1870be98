import { describe, expect, test } from '@jest/globals';
import { createLoadTimes } from '../../../src/rollout/load-times.js';
import type { LoadTimes } from '../../../src/rollout/load-times.js';

const BYTES = 1000;

/** Load times of a fleet that has loaded before, each time within `durationMs`. */
function learned(durationMs: number, concurrency = 10): LoadTimes {
  const times = createLoadTimes(concurrency);
  for (let i = 0; i < 5; i += 1) times.begin(BYTES, undefined).done(durationMs);
  return times;
}

describe('when a load is late', () => {
  test('without any experience: by its size', () => {
    const times = createLoadTimes(10);
    expect(times.begin(0, undefined).lateAfterMs()).toBe(1_000);
    expect(times.begin(1_000_000, undefined).lateAfterMs()).toBe(10_000);
  });

  test('after three times what its fellows took, but not within the noise', () => {
    expect(learned(500).begin(BYTES, undefined).lateAfterMs()).toBe(1_500);
    expect(learned(10).begin(BYTES, undefined).lateAfterMs()).toBe(250);
  });

  test('a larger configuration takes longer, a smaller one may take as long', () => {
    expect(
      learned(500)
        .begin(3 * BYTES, undefined)
        .lateAfterMs(),
    ).toBe(4_500);
    expect(
      learned(500)
        .begin(BYTES / 10, undefined)
        .lateAfterMs(),
    ).toBe(1_500);
  });

  test('sooner, once half the bound has overtaken it', () => {
    const times = learned(500);
    const before = times.begin(BYTES, undefined);
    const load = times.begin(BYTES, undefined);
    const after = Array.from({ length: 5 }, () => times.begin(BYTES, undefined));
    before.done(500);
    after.slice(1).forEach((fellow) => fellow.done(500));
    expect(load.lateAfterMs()).toBe(1_500);
    after[0]?.done(500);
    expect(load.lateAfterMs()).toBe(750);
  });

  test('fellows that failed have overtaken nobody', () => {
    const times = learned(500);
    const load = times.begin(BYTES, undefined);
    for (let i = 0; i < 20; i += 1) times.begin(BYTES, undefined).over();
    expect(load.lateAfterMs()).toBe(1_500);
  });

  test('a gateway that is always slow is not late because it is overtaken', () => {
    const times = learned(500);
    const load = times.begin(BYTES, 2_000);
    for (let i = 0; i < 20; i += 1) times.begin(BYTES, undefined).done(500);
    expect(load.lateAfterMs()).toBe(3_000);
  });

  test('old experience is forgotten', () => {
    const times = learned(5_000);
    for (let i = 0; i < 64; i += 1) times.begin(BYTES, undefined).done(500);
    expect(times.begin(BYTES, undefined).lateAfterMs()).toBe(1_500);
  });
});
