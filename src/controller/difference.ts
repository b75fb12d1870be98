// What a push would change on a gateway that serves something already.
import { sleep } from '../clock/clock.js';
import type { Clock } from '../clock/clock.js';
import type { ChangeCounts } from '../config/diff/change-counts.js';
import type { GatewayAddress } from '../gateway/address.js';
import { readLiveConfig } from '../gateway/live-config.js';
import type { AdminReader } from '../gateway/schemas.js';
import type { Trouble } from '../report/happening.js';
import type { AsyncCompiler } from './compiler.js';

export interface DifferenceOptions {
  readonly clock: Clock;
  readonly reader: AdminReader;
  readonly compiler: Pick<AsyncCompiler, 'compare'>;
}

export type Difference = { readonly changes: ChangeCounts } | { readonly trouble: Trouble };

/** Kong needs 12 s to show 20,000 entities. */
const TIMEOUT_MS = 120_000;

/**
 * Reads `GET /config` of one gateway, which is dear for Kong, and compares it with a revision that was compiled lately.
 *
 * @param stop ends it early
 */
export async function differenceAt(
  { clock, reader, compiler }: DifferenceOptions,
  gateway: GatewayAddress,
  revision: string,
  stop: AbortSignal,
): Promise<Difference> {
  const [deadline, done] = [new AbortController(), new AbortController()];
  void sleep(clock, TIMEOUT_MS, done.signal).then(() => deadline.abort('timeout'));
  const signal = AbortSignal.any([deadline.signal, stop]);
  const read = await readLiveConfig(reader, gateway, signal).finally(() => done.abort());
  if ('trouble' in read) return read;
  const changes = await compiler.compare({ text: read.text, live: true }, revision);
  return changes === undefined ? { trouble: NOT_UNDERSTOOD } : { changes };
}

const NOT_UNDERSTOOD: Trouble = {
  code: 'not-understood',
  reason: 'what it serves is not a configuration that could be checked',
  advice: 'see what `silverback diff URL FILE` says of it',
};
