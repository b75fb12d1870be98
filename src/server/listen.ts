import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';

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

/** What went wrong with an address, in words. */
function problemOf(error: unknown, { host, port }: Address): Error {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const where = `${host ?? ''}:${port}`;
  if (code === 'EADDRINUSE')
    return new Error(`cannot listen on ${where}: the address is in use; choose another`);
  if (code === 'EACCES')
    return new Error(`cannot listen on ${where}: not permitted; choose a port above 1023`);
  if (code === 'EADDRNOTAVAIL')
    return new Error(`cannot listen on ${where}: this machine has no such address`);
  return new Error(`cannot listen on ${where}${code === '' ? '' : `: ${code}`}`);
}

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

/**
 * Serves GET and HEAD for exact paths; anything else is 404 or 405.
 *
 * @throws an Error that says which address cannot be had, and why
 */
export async function listen(
  address: Address,
  routes: Readonly<Record<string, Handler>>,
): Promise<Listening> {
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    const handler = Object.hasOwn(routes, path) ? routes[path] : undefined;
    if (handler === undefined) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('not found\n');
    } else if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end();
    } else {
      void Promise.resolve(handler(request, response)).catch(() => response.destroy());
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(problemOf(error, address)));
    server.listen(address.port, address.host, resolve);
  });
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : address.port;
  const shown =
    address.host === undefined ? '' : address.host.includes(':') ? `[${address.host}]` : address.host;
  return { address: `${shown}:${port}`, close: () => close(server) };
}
