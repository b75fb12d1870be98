import { sleep, systemClock } from '../../clock/clock.js';
import { oneLine } from '../../report/one-line.js';
import type { Values } from '../../settings/read.js';
import { wordsFor } from '../history/opened.js';
import { CannotLook, look } from '../status/look.js';
import type { Place } from '../status/options.js';
import { sourceNow } from './source.js';
import { verdictOn } from './verdict.js';
import type { Verdict, Want } from './verdict.js';

/** The pace at which it is asked (ms). */
const PACE_MS = 1_000;

const AGREED_ALONE =
  'no history is named (--history-secret): nobody remembers what should be served, only that the gateways agree is waited for';

export interface Wish {
  readonly revision: string | undefined;
  readonly source: string | undefined;
  readonly timeoutMs: number;
}

async function wantOf({ revision, source }: Wish, values: Values): Promise<Want> {
  if (source !== undefined) return sourceNow(source, values);
  return revision === undefined ? { kind: 'newest' } : { kind: 'revision', start: revision.toLowerCase() };
}

/** A controller that is being replaced is not there for a while. */
async function ask(place: Place, want: Want): Promise<Verdict> {
  try {
    return verdictOn((await look(place)).status, want);
  } catch (error) {
    if (!(error instanceof CannotLook) || !error.passing) throw error;
    return { kind: 'waiting', said: error.message.split('\n')[0] ?? '' };
  }
}

const isChecked = (one: Verdict | undefined, now: Verdict): boolean =>
  one?.kind === 'failed' && JSON.stringify(one) === JSON.stringify(now);

/**
 * Waits, and says on the standard error stream what for.
 * @returns the exit code: 0 every gateway serves it, 1 it does not come or the time is over
 */
export async function waitFor(place: Place, wish: Wish): Promise<number> {
  const { timeoutMs } = wish;
  const deadline = systemClock.now() + timeoutMs;
  let told = '';
  let last: Verdict | undefined;
  try {
    const want = await wantOf(wish, place.values);
    if (place.cluster === 'only' && place.values['history-secret'] === undefined)
      process.stderr.write(`${AGREED_ALONE}\n`);
    for (;;) {
      const verdict = await ask(place, want);
      if (verdict.kind === 'done') {
        process.stdout.write(`${verdict.said}\n`);
        return 0;
      }
      // Twice the same: the first may tell of what was there before the change that is waited for was seen.
      if (verdict.kind === 'failed' && isChecked(last, verdict)) return tellFailure(verdict.said);
      const said = verdict.kind === 'waiting' ? verdict.said : (verdict.said[0] ?? '');
      if (said !== told) process.stderr.write(`waiting: ${oneLine(said)}\n`);
      told = said;
      last = verdict;
      const left = deadline - systemClock.now();
      if (left <= 0)
        return tellFailure(
          verdict.kind === 'failed' ? verdict.said : [`the time is over (--timeout): ${said}`],
        );
      await sleep(systemClock, Math.min(PACE_MS, left));
    }
  } catch (error) {
    const message = error instanceof CannotLook ? error.message : oneLine(wordsFor(error));
    process.stderr.write(`error: ${message}\n`);
    return 1;
  }
}

function tellFailure(said: readonly string[]): number {
  for (const line of said) process.stdout.write(`${line}\n`);
  return 1;
}
