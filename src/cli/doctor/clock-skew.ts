import { resultsOf } from './result.js';
import type { Area, Result } from './result.js';

/** What a Date header showed, and when by our clock (ms) the request left and its answer came. */
export interface DateSample {
  readonly date: string | undefined;
  readonly sentAt: number;
  readonly receivedAt: number;
}

/** Beyond this, certificates and times in logs begin to disagree (ms). Date headers have whole seconds only. */
const TOLERATED_MS = 5_000;

/** How far another clock is from ours, by a Date header: in ms, positive when it is ahead; never more than could be its latency. */
export function skewOf({ date, sentAt, receivedAt }: DateSample): number | undefined {
  const theirs = Date.parse(date ?? '');
  if (Number.isNaN(theirs)) return undefined;
  if (theirs > receivedAt) return theirs - receivedAt;
  return Math.min(0, theirs + 1000 - sentAt);
}

/** @param whose e.g. `the API server` */
export function checkClock(area: Area, whose: string, sample: DateSample): Result {
  const { ok, warn, skipped } = resultsOf(area);
  const skew = skewOf(sample);
  if (skew === undefined) return skipped('clock', `${whose} sends no Date header`);
  if (Math.abs(skew) <= TOLERATED_MS) return ok('clock', 'clocks agree');
  const direction = skew > 0 ? 'ahead of' : 'behind';
  return warn('clock', `the clock of ${whose} is ${duration(Math.abs(skew))} ${direction} ours`, {
    fix: 'set the clocks by NTP: certificates are taken for expired or not yet valid, and times in logs do not agree',
  });
}

function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
