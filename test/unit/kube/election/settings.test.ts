import { describe, expect, test } from '@jest/globals';

import {
  checkElectionTimes,
  checkLeaseName,
  DEFAULT_TIMES,
  leaseName,
} from '../../../../src/kube/election/settings.js';

describe('election times', () => {
  test("client-go's defaults are good", () => {
    expect(checkElectionTimes(DEFAULT_TIMES)).toEqual([]);
  });

  test.each([
    [
      { renewDeadlineMs: 15_000 },
      /renew deadline \(15 s\) must be at most 0.8 of the lease duration \(15 s\)/,
    ],
    [{ renewDeadlineMs: 12_001 }, /at most 0.8/],
    [{ retryPeriodMs: 10_000 }, /more than 1.2 times the retry period/],
    [{ leaseDurationMs: 900, renewDeadlineMs: 700, retryPeriodMs: 100 }, /at least 1 s/],
    [{ leaseDurationMs: 7_200_000 }, /at most 3600 s/],
    [{ retryPeriodMs: 0 }, /retry period must be a positive time/],
    [{ leaseDurationMs: Number.NaN }, /lease duration must be a positive time/],
  ])('refuses %j', (times, expected) => {
    expect(checkElectionTimes({ ...DEFAULT_TIMES, ...times }).join()).toMatch(expected);
  });

  test('tells everything that is wrong at once', () => {
    const times = { leaseDurationMs: 10_000, renewDeadlineMs: 10_000, retryPeriodMs: 9_000 };
    expect(checkElectionTimes(times)).toHaveLength(2);
  });
});

describe('the name of the Lease', () => {
  test('is the election id and the namespace', () => {
    expect(leaseName('5b374a9e.konghq.com', 'kong')).toBe('5b374a9e.konghq.com-kong');
  });

  test('is good when it is a DNS-1123 subdomain of at most 253 characters', () => {
    expect(checkLeaseName('5b374a9e.konghq.com-kong')).toBeUndefined();
    expect(checkLeaseName('a'.repeat(253))).toBeUndefined();
    expect(checkLeaseName('a'.repeat(254))).toMatch(/254 characters/);
  });

  test.each(['', 'Upper', 'under_score', '-a', 'a-', 'a..b', 'a.-b', 'a/b', 'ä'])('refuses "%s"', (name) => {
    expect(checkLeaseName(name)).toMatch(/cannot name a Lease/);
  });
});
