import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Server, Socket } from 'node:net';

import type { ApiAnswer, KubeApi } from './api.js';
import type { Fault, Faults, SeenRequest } from './faults.js';
import { statusObject, StatusError, unauthorized } from './status.js';
import type { Watch } from './watch.js';

/** A request that came in, with what became of it. */
export interface LoggedRequest extends SeenRequest {
  /** Monotonic ms. */
  readonly at: number;
  /** The status that was answered; undefined while there is no answer, or when none was sent. */
  status: number | undefined;
}

export interface ServerTls {
  readonly key: string;
  readonly cert: string;
  /** With it, clients must show a certificate that it signed. */
  readonly clientCa?: string;
}

export interface ServerOptions {
  readonly api: KubeApi;
  readonly faults: Faults;
  /** Bearer token -> client's name; with any, requests without a known token get 401. */
  readonly tokens: ReadonlyMap<string, string>;
  readonly after: (ms: number, fn: () => void) => () => void;
  readonly log: (request: LoggedRequest) => void;
  readonly tls: ServerTls | undefined;
  readonly clockAheadMs: () => number;
}

export interface ApiServer {
  readonly server: Server;
  /** Ends the connections of watches that match. */
  cutWatches(match: (request: SeenRequest) => boolean): void;
  cutConnections(): void;
}

const LONGEST_BODY = 3 * 1024 * 1024;

/** The API over HTTP(S), with its faults. */
export function createApiServer(options: ServerOptions): ApiServer {
  const { api, faults, tokens } = options;
  const sockets = new Set<Socket>();
  const watching = new Map<ServerResponse, SeenRequest>();

  async function onRequest(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const seen = seenRequest(incoming, tokens);
    options.log(seen);
    const body = await readBody(incoming);
    const met = faults.meet(seen);
    for (const fault of met) {
      if (fault.kind === 'delay') await new Promise<void>((resolve) => options.after(fault.ms, resolve));
    }
    await faults.unpaused(seen);
    const meets = (kind: Fault['kind']): boolean => met.some((fault) => fault.kind === kind);
    if (meets('partition')) {
      cutWhenLifted(seen, response);
      return;
    }
    const answer = meets('cut') ? undefined : answerTo(seen, incoming, body, met);
    if (answer === undefined || meets('swallow')) {
      response.destroy();
      return;
    }
    seen.status = answer.status;
    if ('watch' in answer) stream(seen, answer.watch, response);
    else {
      response.setHeader('Date', new Date(Date.now() + options.clockAheadMs()).toUTCString());
      send(answer, response);
    }
  }

  function answerTo(
    { method, client }: SeenRequest,
    { url: path = '', headers }: IncomingMessage,
    body: string,
    met: readonly Fault[],
  ): ApiAnswer {
    if (tokens.size > 0 && client === undefined) return answerOf(unauthorized());
    const refusal = met.find((fault) => fault.kind === 'fail');
    if (refusal !== undefined) {
      const { status, retryAfterSeconds } = refusal;
      return answerOf(new StatusError(status, 'InternalError', 'an injected fault', retryAfterSeconds));
    }
    return api.handle({ method, path, contentType: headers['content-type'], body, client });
  }

  function stream(seen: SeenRequest, watch: Watch, response: ServerResponse): void {
    // Its client left during a pause: nobody would ever close it.
    if (response.destroyed) return;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    watching.set(response, seen);
    const held: (() => void)[] = [];
    const silent = (): boolean => faults.has('pause', seen) || faults.has('partition', seen);
    const pass = (write: () => void): void => {
      if (silent() || held.length > 0) held.push(write);
      else write();
    };
    let partitioned = false;
    const onFaults = (): void => {
      if (silent()) partitioned ||= faults.has('partition', seen);
      else if (partitioned) response.destroy();
      else for (const write of held.splice(0)) write();
    };
    const unsubscribe = faults.subscribe(onFaults);
    const close = watch.open({
      line: (text) => pass(() => response.write(text)),
      end: () => pass(() => response.end()),
    });
    response.on('close', () => {
      watching.delete(response);
      unsubscribe();
      close();
    });
  }

  function cutWhenLifted(seen: SeenRequest, response: ServerResponse): void {
    const check = (): void => {
      if (faults.has('partition', seen)) return;
      unsubscribe();
      response.destroy();
    };
    const unsubscribe = faults.subscribe(check);
    response.on('close', unsubscribe);
    check();
  }

  const listener = (incoming: IncomingMessage, response: ServerResponse): void => {
    onRequest(incoming, response).catch(() => response.destroy());
  };
  const server =
    options.tls === undefined
      ? createHttpServer(listener)
      : createHttpsServer(tlsOptions(options.tls), listener);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  return {
    server,
    cutWatches(match) {
      for (const [response, seen] of watching) if (match(seen)) response.destroy();
    },
    cutConnections() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

function seenRequest(
  { method = 'GET', url = '/', headers }: IncomingMessage,
  tokens: ReadonlyMap<string, string>,
): LoggedRequest {
  const [path = '', query = ''] = url.split('?', 2);
  const token = /^Bearer (.*)$/.exec(headers.authorization ?? '')?.[1] ?? '';
  return {
    at: performance.now(),
    method,
    path,
    query,
    userAgent: headers['user-agent'] ?? '',
    client: tokens.get(token),
    watch: /(^|&)watch=(1|true)(&|$)/.test(query),
    status: undefined,
  };
}

function tlsOptions({ key, cert, clientCa }: ServerTls): object {
  return clientCa === undefined
    ? { key, cert }
    : { key, cert, ca: clientCa, requestCert: true, rejectUnauthorized: true };
}

function answerOf(error: StatusError): Exclude<ApiAnswer, { watch: Watch }> {
  const { code, retryAfterSeconds } = error;
  const wait = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  return { status: code, body: statusObject(error), ...wait };
}

function send(answer: Exclude<ApiAnswer, { watch: Watch }>, response: ServerResponse): void {
  const isText = typeof answer.body === 'string';
  const body = isText ? answer.body : JSON.stringify(answer.body);
  response.writeHead(answer.status, {
    'content-type': isText ? 'text/plain' : 'application/json',
    ...(answer.retryAfterSeconds === undefined ? {} : { 'retry-after': String(answer.retryAfterSeconds) }),
  });
  response.end(body);
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > LONGEST_BODY) throw new Error('the request is too large');
  }
  return Buffer.concat(chunks).toString('utf8');
}
