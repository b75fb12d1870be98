import { systemClock } from '../../clock/clock.js';
import type { Status } from '../../server/diagnostics/status.js';
import { apiAddress, ApiProblem, leaderAt } from './ask-api.js';
import { CannotLook, look } from './look.js';
import type { Place } from './options.js';
import { exitCodeOf, paintFor } from './print.js';
import { statusTable } from './table.js';
import { watchStatus } from './watch.js';

const CLEAR = '\u001b[2J\u001b[H';

/** Again and again, until it is stopped. @returns the exit code: of what was known last */
export async function watchAndPrint(place: Place): Promise<number> {
  const stop = new AbortController();
  // Whoever is in a hurry sends it twice.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  try {
    return await watchUntil(stop.signal, place);
  } catch (error) {
    if (stop.signal.aborted) return 1;
    if (!(error instanceof CannotLook || error instanceof ApiProblem)) throw error;
    process.stderr.write(`error: ${error.message}\n`);
    return 1;
  }
}

async function watchUntil(signal: AbortSignal, place: Place): Promise<number> {
  let code = 1;
  let shown = '';
  let told = '';
  const show = (status: Status): void => {
    code = exitCodeOf(status);
    told = '';
    const text = statusTable(status, paintFor(process.stdout));
    if (text === shown) return;
    shown = text;
    process.stdout.write(process.stdout.isTTY ? `${CLEAR}${text}` : `${text}\n`);
  };
  const onTrouble = (reason: string): void => {
    // What is shown may not be so any more: it is shown again, even if it is the same.
    code = 1;
    shown = '';
    if (reason !== told) process.stderr.write(`${reason}; trying again\n`);
    told = reason;
  };
  const { api } = await look({ ...place, cluster: 'never' }, signal);
  if (api === undefined) return 1;
  const named = await apiAddress(place.url, place.token, place.tokenFile);
  await watchStatus({
    ...{ address: api, signal, show, onTrouble, clock: systemClock },
    find: () => leaderAt(named, signal),
  });
  return code;
}
