import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { TlsOptions } from './options.js';

/** A request with the connection it came on. */
export interface Incoming {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly connection: Connection;
}

export interface Connection {
  readonly id: number;
  /** Of a client certificate: its common name. Nothing without one. */
  client(): string | undefined;
  /** Whether the client certificate, if there is one, was signed by the CA. */
  trusted(): boolean;
  /** Ends the TCP connection with a reset. */
  reset(): void;
}

/** A port that can be closed, with everything on it, and opened again. */
export interface Listener {
  readonly port: number;
  open(): Promise<void>;
  close(): Promise<void>;
}

let connections = 0;

/** Listens at a port; 0 takes any free one, and keeps it when opened again. */
export async function createListener(
  host: string,
  wantedPort: number,
  tls: TlsOptions | undefined,
  handle: (incoming: Incoming) => void,
): Promise<Listener> {
  const sockets = new Map<Socket, number>();
  let port = wantedPort;
  let server: Server | undefined;

  const connectionOf = (socket: Socket): Connection => {
    const raw = socket instanceof TLSSocket ? rawSocket(socket, sockets) : socket;
    return {
      id: (raw === undefined ? undefined : sockets.get(raw)) ?? 0,
      client: () => (socket instanceof TLSSocket ? commonName(socket) : undefined),
      trusted: () => socket instanceof TLSSocket && socket.authorized,
      reset: () => (raw ?? socket).resetAndDestroy(),
    };
  };
  const onRequest = (request: IncomingMessage, response: ServerResponse): void =>
    handle({ request, response, connection: connectionOf(request.socket) });

  const open = async (): Promise<void> => {
    if (server !== undefined) return;
    const opened: Server = tls === undefined ? createHttpServer() : createHttpsServer(serverTls(tls));
    server = opened;
    opened.keepAliveTimeout = 0;
    opened.requestTimeout = 0;
    opened.headersTimeout = 0;
    opened.on('request', onRequest);
    opened.on('checkContinue', onRequest);
    opened.on('connection', (socket: Socket) => {
      connections += 1;
      sockets.set(socket, connections);
      socket.on('close', () => sockets.delete(socket));
      socket.on('error', () => socket.destroy());
    });
    await new Promise<void>((resolve, reject) => {
      opened.once('error', reject);
      opened.listen(port, host, resolve);
    });
    port = portOf(opened.address());
  };
  const close = async (): Promise<void> => {
    const closing = server;
    if (closing === undefined) return;
    server = undefined;
    const closed = new Promise<void>((resolve) => closing.close(() => resolve()));
    for (const socket of sockets.keys()) socket.destroy();
    await closed;
  };
  let last: Promise<void> = Promise.resolve();
  const inTurn = (step: () => Promise<void>) => (): Promise<void> => {
    last = last.then(step);
    return last;
  };
  await open();
  return {
    get port() {
      return port;
    },
    open: inTurn(open),
    close: inTurn(close),
  };
}

/** Like nginx: a client without a proper certificate is let in and told so over HTTP. */
function serverTls({ key, cert, clientCa }: TlsOptions): object {
  if (clientCa === undefined) return { key, cert };
  return { key, cert, ca: clientCa, requestCert: true, rejectUnauthorized: false };
}

function rawSocket(socket: TLSSocket, sockets: ReadonlyMap<Socket, number>): Socket | undefined {
  for (const raw of sockets.keys()) {
    if (raw.remotePort === socket.remotePort && raw.remoteAddress === socket.remoteAddress) return raw;
  }
  return undefined;
}

function commonName(socket: TLSSocket): string | undefined {
  const certificate = socket.getPeerCertificate();
  const subject: unknown = Object.keys(certificate).length === 0 ? undefined : certificate.subject.CN;
  return typeof subject === 'string' ? subject : undefined;
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}
