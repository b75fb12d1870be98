import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { HEALTHY_MS, planAfter, type Outcome } from '../../../../src/kube/watch-cache/plan.js';

const half = (): number => 0.5;

describe('after a list', () => {
  test('it watches at once', () => {
    expect(planAfter(0, { kind: 'listed' }, half)).toEqual({ next: 'watch', delayMs: 0, failures: 0 });
  });

  test('that failed it lists again, later and later', () => {
    const delays = [0, 1, 2, 3, 10].map(
      (failures) => planAfter(failures, { kind: 'list-failed' }, half).delayMs,
    );
    expect(delays).toEqual([250, 500, 1000, 2000, 15_000]);
  });

  test('that failed it waits as long as the server asks', () => {
    expect(planAfter(0, { kind: 'list-failed', retryAfterMs: 7000 }, half).delayMs).toBe(7000);
  });

  test('the row of failures is not over: the watch may be what fails', () => {
    expect(planAfter(4, { kind: 'listed' }, half).failures).toBe(4);
  });
});

describe('after a watch', () => {
  test('that lived and ended it watches again at once', () => {
    const plan = planAfter(3, { kind: 'watch-ended', livedMs: HEALTHY_MS }, half);
    expect(plan).toEqual({ next: 'watch', delayMs: 0, failures: 0 });
  });

  test('that lived and expired it lists at once', () => {
    const plan = planAfter(3, { kind: 'expired', livedMs: HEALTHY_MS }, half);
    expect(plan).toEqual({ next: 'list', delayMs: 0, failures: 0 });
  });

  test('that lived and broke it watches again soon, as after a first failure', () => {
    const plan = planAfter(7, { kind: 'watch-failed', livedMs: HEALTHY_MS }, half);
    expect(plan).toEqual({ next: 'watch', delayMs: 250, failures: 1 });
  });

  test('that came up for a moment, again and again, it waits two seconds at most', () => {
    const delays = (kind: 'watch-failed' | 'watch-ended', livedMs: number) =>
      [0, 1, 2, 3, 10].map((failures) => planAfter(failures, { kind, livedMs }, half).delayMs);
    for (const kind of ['watch-failed', 'watch-ended'] as const)
      expect(delays(kind, 900)).toEqual([250, 500, 1000, 1000, 1000]);
    expect(delays('watch-failed', 0)).toEqual([250, 500, 1000, 2000, 15_000]);
  });

  test('that failed three times from one version it lists', () => {
    const next = [0, 1, 2, 3, 4, 5].map(
      (failures) => planAfter(failures, { kind: 'watch-failed', livedMs: 0 }, half).next,
    );
    expect(next).toEqual(['watch', 'watch', 'list', 'watch', 'watch', 'list']);
  });
});

test('whatever a server does that does not work, it is called less and less often: no hot loop', () => {
  const bad: fc.Arbitrary<Outcome> = fc.oneof(
    fc.constant<Outcome>({ kind: 'listed' }),
    fc.constant<Outcome>({ kind: 'list-failed' }),
    fc
      .integer({ min: 0, max: HEALTHY_MS - 1 })
      .chain((livedMs) =>
        fc.constantFrom<Outcome>(
          { kind: 'watch-ended', livedMs },
          { kind: 'watch-failed', livedMs },
          { kind: 'expired', livedMs },
        ),
      ),
  );
  fc.assert(
    fc.property(
      fc.array(bad, { minLength: 20, maxLength: 200 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (outcomes, chance) => {
        let failures = 0;
        for (const outcome of outcomes) {
          const plan = planAfter(failures, outcome, () => chance);
          if (outcome.kind !== 'listed') expect(plan.delayMs).toBeGreaterThanOrEqual(100);
          expect(plan.delayMs).toBeLessThanOrEqual(30_000);
          expect(plan.failures).toBeGreaterThanOrEqual(failures);
          ({ failures } = plan);
        }
      },
    ),
  );
});
