import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../clock/clock.js';
import { changesBetween, snapshotOf } from './changes.js';
import type { Snapshot } from './changes.js';
import { ApiError } from './source.js';
import type { DiagnosticsSource } from './source.js';

/** As many may listen at once. */
const MAX_CLIENTS = 32;
/** At most twice a second. */
const TICK_MS = 500;
const HEARTBEAT_MS = 15_000;
/** A client that takes nothing for this long is dropped. */
const PATIENCE_MS = 30_000;

interface Client {
  readonly response: ServerResponse;
  /** What it was told of last. */
  snapshot: Snapshot | undefined;
  seq: number;
  lastSentAt: number;
}

/** The stream of `GET /api/v1/events`. */
export interface Events {
  /** @throws ApiError when too many listen */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
  readonly close: () => void;
}

const eventText = (name: string, data: unknown, id?: number): string =>
  `event: ${name}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`;

/**
 * Tells each client everything at first, then what changed since it was told last. Nothing is kept for a client that reads slowly:
 * it is told again once it has taken what it got, of all that changed meanwhile at once. Nothing is computed while nobody listens.
 */
export function createEvents(source: Pick<DiagnosticsSource, 'status' | 'happenings'>, clock: Clock): Events {
  const clients = new Set<Client>();
  let cancelTick: (() => void) | undefined;

  const drop = (client: Client): void => {
    clients.delete(client);
    if (!client.response.destroyed) client.response.destroy();
  };

  const news = (client: Client, now: Snapshot, changes: ReturnType<typeof changesBetween>): string => {
    const happenings = source.happenings(client.seq);
    client.seq = happenings.at(-1)?.seq ?? client.seq;
    client.snapshot = now;
    return [
      changes.status === undefined ? '' : eventText('status', changes.status),
      changes.gateways === undefined ? '' : eventText('gateways', changes.gateways),
      ...happenings.map((happening) => eventText('happening', happening, happening.seq)),
    ].join('');
  };

  const tell = (): void => {
    const time = clock.now();
    const now = snapshotOf(source.status());
    /** Most were told of the same last. */
    const known = new Map<Snapshot | undefined, ReturnType<typeof changesBetween>>();
    for (const client of clients) {
      const { response } = client;
      if (response.writableLength > 0) {
        if (time - client.lastSentAt > PATIENCE_MS) drop(client);
        continue;
      }
      const changes = known.get(client.snapshot) ?? changesBetween(client.snapshot, now);
      known.set(client.snapshot, changes);
      const text = news(client, now, changes);
      if (text === '' && time - client.lastSentAt < HEARTBEAT_MS) continue;
      response.write(text === '' ? ': still here\n\n' : text);
      client.lastSentAt = time;
    }
  };

  const tick = (): void => {
    cancelTick = undefined;
    try {
      tell();
    } catch {
      // A status that cannot be made must not end the process: whoever listens has to come again.
      for (const client of clients) drop(client);
    }
    if (clients.size > 0) cancelTick = clock.after(TICK_MS, tick);
  };

  return {
    handle(request, response) {
      const full = clients.size >= MAX_CLIENTS;
      if (full)
        throw new ApiError(503, 'too-many-listeners', `${MAX_CLIENTS} listen already; try again later`);
      response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'x-accel-buffering': 'no',
      });
      if (request.method === 'HEAD') {
        response.end();
        return;
      }
      response.flushHeaders();
      const lastId = Number(request.headers['last-event-id']);
      const seq = Number.isSafeInteger(lastId) && lastId > 0 ? lastId : 0;
      const client: Client = { response, snapshot: undefined, seq, lastSentAt: clock.now() };
      response.on('close', () => clients.delete(client));
      response.on('error', () => drop(client));
      clients.add(client);
      // Whoever comes is told at once, and all together when many come at a time.
      if (cancelTick === undefined) cancelTick = clock.after(0, tick);
    },
    close() {
      cancelTick?.();
      cancelTick = undefined;
      for (const client of clients) drop(client);
    },
  };
}
