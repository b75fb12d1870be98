import { expect, test } from '@jest/globals';
import { backoffMs } from '../../../src/gateway/backoff.js';

const input = {
  failures: 1,
  everReached: true,
  pendingMs: 10_000,
  retryAfterMs: undefined,
  pushFailures: 0,
};
const most = () => 0.999_999;
const least = () => 0;

test('grows exponentially with full jitter, up to 30 s', () => {
  const tops = [1, 2, 3, 4, 8, 50].map((failures) => Math.round(backoffMs({ ...input, failures }, most)));
  expect(tops).toEqual([250, 500, 1000, 2000, 30_000, 30_000]);
  expect(backoffMs({ ...input, failures: 50 }, least)).toBe(0);
});

test('does as Retry-After asks, within reason', () => {
  expect(backoffMs({ ...input, retryAfterMs: 10_000 }, least)).toBe(10_000);
  expect(backoffMs({ ...input, retryAfterMs: 86_400_000 }, least)).toBe(60_000);
});

test('asks a newborn every 250 ms at first, and then at the pace for those who never answered', () => {
  const newborn = { ...input, everReached: false };
  expect(backoffMs({ ...newborn, failures: 1 }, most)).toBe(250);
  expect(backoffMs({ ...newborn, failures: 240 }, most)).toBe(250);
  expect(backoffMs({ ...newborn, failures: 241 }, least)).toBe(5_000);
});

test('does not ask for a full load every 30 s that keeps failing', () => {
  expect(backoffMs({ ...input, failures: 20, pushFailures: 6 }, most)).toBeGreaterThan(60_000);
});

test('is not longer for a push that failed once after many looks that did', () => {
  expect(backoffMs({ ...input, failures: 20, pushFailures: 1 }, most)).toBeLessThanOrEqual(30_000);
});
