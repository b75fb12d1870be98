// One event stream, put together again: each time how everything is now.
import type { Clock } from '../../clock/clock.js';
import type { StatusEvent } from '../../server/diagnostics/changes.js';
import type { GatewayStatus, Status } from '../../server/diagnostics/status.js';
import { ask, ApiProblem } from './ask-api.js';
import type { ApiAddress } from './ask-api.js';
import { eventsIn } from './event-stream.js';
import { parseGatewaysEvent, parseStatusEvent } from './parse-status.js';

/** What changed at once comes as two events: one alone would be shown beside what no longer is. Less than the pace of the stream (ms). */
const SETTLE_MS = 100;
/** A comment comes each 15 s: who is silent for longer is gone, though the connection may not show it. */
const SILENCE_MS = 40_000;

/**
 * Until `signal`.
 * @throws ApiProblem when nobody answers, and when the stream ends
 */
export async function follow(
  address: ApiAddress,
  clock: Clock,
  signal: AbortSignal,
  show: (status: Status) => void,
): Promise<void> {
  const silent = new AbortController();
  let cancelSilence = (): void => undefined;
  const heard = (): void => {
    cancelSilence();
    cancelSilence = clock.after(SILENCE_MS, () => silent.abort());
  };
  const board = createBoard(clock, show);
  heard();
  try {
    const { body } = await ask(address, '/api/v1/events', AbortSignal.any([signal, silent.signal]));
    if (body !== null)
      for await (const { name, data } of eventsIn(tapped(body, heard))) board.take(name, data);
  } catch (error) {
    if (error instanceof ApiProblem && error.kind === 'refused') throw error;
    if (silent.signal.aborted) throw new ApiProblem(`${address.url}: nothing has come for a while`, 'absent');
    // What the HTTP client says of a stream that is cut off is one word of its own.
    if (error instanceof ApiProblem) throw error;
  } finally {
    cancelSilence();
    board.close();
  }
  if (!signal.aborted) throw new ApiProblem(`${address.url}: the connection has ended`, 'absent');
}

async function* tapped(body: AsyncIterable<Uint8Array>, heard: () => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    heard();
    yield chunk;
  }
}

function createBoard(
  clock: Clock,
  show: (status: Status) => void,
): { readonly take: (name: string, data: string) => void; readonly close: () => void } {
  let status: StatusEvent | undefined;
  let gateways: Map<string, GatewayStatus> | undefined;
  let cancel = (): void => undefined;

  const settled = (): void => {
    if (status === undefined || gateways === undefined) return;
    const all = [...gateways.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
    show({ ...status, gateways: all });
  };
  return {
    take(name, data) {
      if (name === 'status') status = parseStatusEvent(data) ?? status;
      else if (name === 'gateways') {
        const { changed = [], gone = [] } = parseGatewaysEvent(data) ?? {};
        gateways ??= new Map();
        for (const left of gone) gateways.delete(left);
        for (const gateway of changed) gateways.set(gateway.name, gateway);
      } else return;
      cancel();
      cancel = clock.after(SETTLE_MS, settled);
    },
    close: () => cancel(),
  };
}
