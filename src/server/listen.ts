import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Server as NetServer } from 'node:net';

export interface Address {
  readonly host: string | undefined;
  readonly port: number;
}

export interface Listening {
  /** `host:port`, with the port that was really taken. */
  readonly address: string;
  close(): Promise<void>;
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

const WORDS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the address is in use; choose another',
  EACCES: 'not permitted; choose a port above 1023',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'the host name does not resolve',
  EAI_AGAIN: 'the host name does not resolve',
};

/** `host:port`, with brackets around IPv6. */
const shown = (host = '', port: number): string => `${host.includes(':') ? `[${host}]` : host}:${port}`;

/** What went wrong with an address, in words. */
export function addressProblem(error: Error, { host, port }: Address): Error {
  const code = 'code' in error ? String(error.code) : 'unknown error';
  return new Error(`cannot listen on ${shown(host, port)}: ${WORDS[code] ?? code}`);
}

/** `host:port`, with the port that a listening server really has. */
export function boundAddress(server: NetServer, { host, port }: Address): string {
  const bound = server.address();
  return shown(host, typeof bound === 'object' && bound !== null ? bound.port : port);
}

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

async function answer(
  routes: Readonly<Record<string, Handler>>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  const handler = Object.hasOwn(routes, path) ? routes[path] : undefined;
  if (handler === undefined) {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('not found\n');
  } else if (request.method !== 'GET' && request.method !== 'HEAD') {
    // A body may follow, of any size: nobody is going to read it.
    response.writeHead(405, { allow: 'GET, HEAD', connection: 'close' }).end();
  } else {
    await handler(request, response);
  }
}

/** What a handler could not do is a 500; half an answer is cut off, lest it be taken for a whole one. */
function fail(response: ServerResponse): void {
  if (response.headersSent) response.destroy();
  else response.writeHead(500, { 'content-type': 'text/plain' }).end('internal error\n');
}

/**
 * Serves GET and HEAD for exact paths; anything else is 404 or 405, and a handler that fails is 500.
 *
 * @param requestTimeoutMs how long a request may take to arrive
 * @throws an Error that says which address cannot be had, and why
 */
export function listen(
  address: Address,
  routes: Readonly<Record<string, Handler>>,
  requestTimeoutMs = 10_000,
): Promise<Listening> {
  return serve(address, (request, response) => answer(routes, request, response), requestTimeoutMs);
}

/**
 * Serves whatever one handler answers; 500 where it fails.
 *
 * @throws an Error that says which address cannot be had, and why
 */
export async function serve(
  address: Address,
  handler: Handler,
  requestTimeoutMs = 10_000,
): Promise<Listening> {
  const timeouts = {
    requestTimeout: requestTimeoutMs,
    headersTimeout: requestTimeoutMs,
    connectionsCheckingInterval: Math.ceil(requestTimeoutMs / 2),
  };
  const server = createServer(timeouts, (request, response) => {
    void (async () => handler(request, response))().catch(() => fail(response));
  });
  await new Promise<void>((resolve, reject) => {
    // It stays on: a connection that cannot be accepted (no file descriptor is left) must not end the process.
    server.on('error', (error) => reject(addressProblem(error, address)));
    server.listen(address.port, address.host, resolve);
  });
  return { address: boundAddress(server, address), close: () => close(server) };
}
