import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { checkClock, skewOf } from '../../../../src/cli/doctor/clock-skew.js';

describe('the skew of a clock', () => {
  test('is nothing where the clocks agree, however slow the answer and whatever is cut off of a second', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2e12 }),
        fc.nat(20_000),
        fc.nat(20_000),
        (sentAt, there, back) => {
          const date = new Date(sentAt + there).toUTCString();
          expect(skewOf({ date, sentAt, receivedAt: sentAt + there + back })).toBe(0);
        },
      ),
    );
  });

  test('is never more than it really is', () => {
    const skews = fc.integer({ min: -1e7, max: 1e7 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1e10, max: 2e12 }),
        fc.nat(5_000),
        fc.nat(5_000),
        skews,
        (sentAt, there, back, skew) => {
          const date = new Date(sentAt + there + skew).toUTCString();
          const seen = skewOf({ date, sentAt, receivedAt: sentAt + there + back }) ?? NaN;
          expect(Math.abs(seen)).toBeLessThanOrEqual(Math.abs(skew));
          expect(Math.abs(seen - skew)).toBeLessThanOrEqual(there + back + 1000);
        },
      ),
    );
  });

  test('is unknown without a Date header, and then skipped', () => {
    for (const date of [undefined, '', 'yesterday']) {
      const sample = { date, sentAt: 0, receivedAt: 1 };
      expect(skewOf(sample)).toBeUndefined();
      expect(checkClock('gateways', 'it', sample).verdict).toBe('skipped');
    }
  });
});
