// Follows the event stream of whoever leads, for as long as somebody watches.
import { sleep } from '../../clock/clock.js';
import type { Clock } from '../../clock/clock.js';
import type { Status } from '../../server/diagnostics/status.js';
import { ApiProblem } from './ask-api.js';
import type { ApiAddress, Found } from './ask-api.js';
import { follow } from './follow.js';

/** Before it is asked anew when the stream broke off (ms). */
const RETRY_MS = 2_000;

export interface Watching {
  /** Whom to follow at first. */
  readonly address: ApiAddress;
  /** Whom to follow when that one is gone, or does not lead. Rejects with an ApiProblem. */
  readonly find: () => Promise<Found>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly show: (status: Status) => void;
  /** Nothing is known for now; it is tried again. */
  readonly onTrouble: (reason: string) => void;
}

/**
 * Until `signal`. A stream that breaks off is asked for again.
 * @throws ApiProblem when the API refuses
 */
export async function watchStatus({
  find,
  clock,
  signal,
  show,
  onTrouble,
  ...first
}: Watching): Promise<void> {
  const isOver = (): boolean => signal.aborted;
  let address: ApiAddress | undefined = first.address;
  while (!isOver()) {
    try {
      address ??= (await find()).address;
      address = await followLeader(address, { find, clock, signal, show });
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.kind === 'refused') throw error;
      if (isOver()) return;
      onTrouble(error.message);
      address = undefined;
      await sleep(clock, RETRY_MS, signal);
    }
  }
}

/** @returns another that leads, once there is one; `undefined` at the end */
async function followLeader(
  address: ApiAddress,
  { find, clock, signal, show }: Pick<Watching, 'find' | 'clock' | 'signal' | 'show'>,
): Promise<ApiAddress | undefined> {
  const moved = new AbortController();
  let next: ApiAddress | undefined;
  let sought: string | undefined;
  const seek = async (): Promise<void> => {
    const found = await find().catch(() => undefined);
    if (found === undefined || !found.status.leadership.leading || found.address.url === address.url) return;
    next = found.address;
    moved.abort();
  };
  await follow(address, clock, AbortSignal.any([signal, moved.signal]), (status) => {
    show(status);
    const { leading, holder } = status.leadership;
    if (!leading && holder !== sought) void seek();
    sought = leading ? undefined : holder;
  });
  return next;
}
