// A server that plays the contract of the diagnostics API, so that a test can say what the fleet looks like.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import type { HappeningStatus, Status } from '../../../src/server/diagnostics/status.js';

const BUILT = join(import.meta.dirname, '../../../dist/server/dashboard');
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export interface ContractServer {
  readonly url: string;
  /** Tells whoever listens what has changed. */
  readonly show: (status: Status) => void;
  readonly happen: (happening: HappeningStatus) => void;
  /** Cuts every connection, and answers nothing until `up`. */
  readonly down: () => Promise<void>;
  readonly up: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface ContractOptions {
  readonly token?: string;
  readonly settings?: readonly object[];
  readonly diff?: object;
}

const eventText = (name: string, data: object): string => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;

function changesText(before: Status | undefined, { gateways, ...overview }: Status): string {
  const known = new Map(before?.gateways.map((one) => [one.name, JSON.stringify(one)]));
  const changed = gateways.filter((one) => known.get(one.name) !== JSON.stringify(one));
  const gone = [...known.keys()].filter((name) => !gateways.some((one) => one.name === name));
  return eventText('status', overview) + eventText('gateways', { changed, gone });
}

export async function startContractServer(
  first: Status,
  options: ContractOptions = {},
): Promise<ContractServer> {
  let status = first;
  const happenings: HappeningStatus[] = [];
  const listeners = new Set<ServerResponse>();

  const json = (response: ServerResponse, code: number, value: unknown): void =>
    void response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(value));

  const sendFile = async (path: string, response: ServerResponse): Promise<void> => {
    const name = path === '/' ? 'index.html' : path.slice(1);
    const body = await readFile(join(BUILT, name)).catch(() => undefined);
    if (body === undefined) json(response, 404, { error: { code: 'not-found', message: 'nothing here' } });
    else response.writeHead(200, { 'content-type': TYPES[extname(name)] ?? 'text/plain' }).end(body);
  };

  const api = (pathname: string, response: ServerResponse): void => {
    switch (pathname) {
      case '/api/v1/events':
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(changesText(undefined, status));
        for (const one of happenings) response.write(eventText('happening', one));
        listeners.add(response);
        response.on('close', () => listeners.delete(response));
        break;
      case '/api/v1/settings':
        json(
          response,
          200,
          options.settings ?? [{ name: 'history-secret', value: 'silverback-history', default: false }],
        );
        break;
      case '/api/v1/diff':
        json(response, 200, options.diff ?? {});
        break;
      default:
        json(response, 404, { error: { code: 'not-found', message: 'nothing here' } });
    }
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname } = new URL(request.url ?? '/', 'http://server');
    response.setHeader('content-security-policy', CSP);
    const { token } = options;
    if (!pathname.startsWith('/api/')) await sendFile(pathname, response);
    else if (token !== undefined && request.headers.authorization !== `Bearer ${token}`)
      json(response, 401, { error: { code: 'unauthorized', message: 'a token is needed' } });
    else api(pathname, response);
  };

  const server = createServer((request, response) => void answer(request, response));
  const listen = (port: number): Promise<void> =>
    new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    show(next) {
      for (const response of listeners) response.write(changesText(status, next));
      status = next;
    },
    happen(one) {
      happenings.push(one);
      for (const response of listeners) response.write(eventText('happening', one));
    },
    down: stop,
    up: () => listen(port),
    close: stop,
  };
}
