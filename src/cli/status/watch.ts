// Follows the event stream, and says each time how everything is now.
import { sleep, systemClock } from '../../clock/clock.js';
import type { StatusEvent } from '../../server/diagnostics/changes.js';
import type { GatewayStatus, Status } from '../../server/diagnostics/status.js';
import { ask, ApiProblem } from './ask-api.js';
import type { ApiAddress } from './ask-api.js';
import { parseGatewaysEvent, parseStatusEvent } from './parse-status.js';

/** Before it is asked anew when the stream broke off (ms). */
const RETRY_MS = 2_000;
/** An event that is longer is none of ours (characters). */
const MAX_EVENT = 64 * 1024 * 1024;

/** An event of a stream: its name and its data (HTML, 9.2.6). */
export interface StreamEvent {
  readonly name: string;
  readonly data: string;
}

/** @throws an Error when the stream breaks off */
export async function* eventsIn(body: AsyncIterable<Uint8Array>): AsyncGenerator<StreamEvent> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true });
    if (rest.length > MAX_EVENT) throw new Error('an event is too long');
    for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
      const lines = rest.slice(0, end).split('\n');
      rest = rest.slice(end + 2);
      const valueOf = (field: string): string[] =>
        lines.filter((line) => line.startsWith(`${field}: `)).map((line) => line.slice(field.length + 2));
      const data = valueOf('data');
      if (data.length > 0) yield { name: valueOf('event')[0] ?? 'message', data: data.join('\n') };
    }
  }
}

async function follow(
  address: ApiAddress,
  signal: AbortSignal,
  show: (status: Status) => void,
): Promise<void> {
  const { body } = await ask(address, '/api/v1/events', signal);
  if (body === null) return;
  let status: StatusEvent | undefined;
  const gateways = new Map<string, GatewayStatus>();
  for await (const { name, data } of eventsIn(body)) {
    if (name === 'status') status = parseStatusEvent(data) ?? status;
    if (name === 'gateways') {
      const { changed = [], gone = [] } = parseGatewaysEvent(data) ?? {};
      for (const left of gone) gateways.delete(left);
      for (const gateway of changed) gateways.set(gateway.name, gateway);
    }
    if (status === undefined || (name !== 'status' && name !== 'gateways')) continue;
    const all = [...gateways.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
    show({ ...status, gateways: all });
  }
}

/**
 * Until `signal`. A stream that breaks off is asked for again.
 * @throws ApiProblem when the API refuses
 */
export async function watchStatus(
  address: ApiAddress,
  signal: AbortSignal,
  show: (status: Status) => void,
  onTrouble: (reason: string) => void,
): Promise<void> {
  const isOver = (): boolean => signal.aborted;
  while (!isOver()) {
    try {
      await follow(address, signal, show);
      onTrouble('the stream has ended');
    } catch (error) {
      if (error instanceof ApiProblem && error.kind === 'refused') throw error;
      if (!isOver()) onTrouble(error instanceof Error ? error.message : String(error));
    }
    await sleep(systemClock, RETRY_MS, signal);
  }
}
