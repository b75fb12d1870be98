import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { addressProblem, boundAddress } from './listen.js';
import type { Address, Listening } from './listen.js';
import type { ServingCertificate } from './serving-certificate.js';

export interface WebhookOptions {
  readonly path: string;
  readonly certificate: ServingCertificate;
  /** What the parsed body is answered with, as JSON; what it throws as BadRequest is a 400. */
  readonly answer: (body: unknown) => Promise<object>;
}

export interface Webhook extends Listening {
  /** For connections from now on. */
  readonly use: (certificate: ServingCertificate) => void;
}

/** The caller's own mistake, in words for its log. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest';
}

/** Two objects of etcd's 1.5 MiB as JSON, with every character escaped; more is nobody's ConfigMap. */
const LONGEST_BODY = 16 * 1024 * 1024;
/** Bodies in memory, and reviews that wait for each other, are bounded; whoever is turned away has a failurePolicy. */
const AT_ONCE = 8;
/** Of a caller that does not say how long it waits; Kubernetes' own default is 10 s. */
const USUAL_TIMEOUT_MS = 10_000;
const LONGEST_TIMEOUT_MS = 30_000;

class TooLong extends Error {}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes: unknown = chunk;
    if (!Buffer.isBuffer(bytes)) continue;
    size += bytes.length;
    if (size > LONGEST_BODY) throw new TooLong();
    chunks.push(bytes);
  }
  return Buffer.concat(chunks, size);
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new BadRequest('the body is no JSON');
  }
}

/** The API server says how long it waits (`?timeout=10s`); a tenth before that, an answer is of use to it still. */
export function patienceMs(url: string): number {
  const said = /[?&]timeout=(\d{1,3})(?:\.\d+)?s(?:&|$)/.exec(url)?.[1];
  const ms = said === undefined ? USUAL_TIMEOUT_MS : Math.min(Number(said) * 1000, LONGEST_TIMEOUT_MS);
  return ms * 0.9;
}

function inTime<T>(work: Promise<T>, ms: number): Promise<T | 'late'> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve('late'), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function send(response: ServerResponse, status: number, text: string): void {
  if (response.headersSent || response.destroyed) return;
  // A body that nobody has read to its end may still be coming.
  response.writeHead(status, { 'content-type': 'text/plain', connection: 'close' }).end(`${text}\n`);
}

function sendFailure(response: ServerResponse, error: unknown): void {
  if (error instanceof BadRequest) send(response, 400, error.message);
  else if (error instanceof TooLong) send(response, 413, `the body is longer than ${LONGEST_BODY} bytes`);
  else send(response, 500, 'internal error');
}

/**
 * Serves POSTs of JSON over TLS at one path, a few at a time and each for as long as its caller waits: what is too much, too long
 * or too late is refused with a status, never by a crash.
 *
 * @throws an Error that says which address cannot be had, and why
 */
export async function listenForReviews(address: Address, options: WebhookOptions): Promise<Webhook> {
  let running = 0;

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const review = options.answer(parseJson(await readBody(request)));
    const answer = await inTime(review, patienceMs(request.url ?? ''));
    if (answer === 'late') {
      send(response, 503, 'the review took too long');
      // What is not waited for any more still takes its place until it is done.
      await review;
    } else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  };

  const take = (request: IncomingMessage, response: ServerResponse): void => {
    const [path] = (request.url ?? '').split('?');
    if (path !== options.path) send(response, 404, 'not found');
    else if (request.method !== 'POST') send(response, 405, 'only POST');
    else if (running >= AT_ONCE) send(response, 503, 'too many reviews at once');
    else {
      running += 1;
      serve(request, response)
        .catch((error: unknown) => sendFailure(response, error))
        .finally(() => (running -= 1));
    }
  };

  const server = createServer(
    {
      ...options.certificate,
      minVersion: 'TLSv1.2',
      handshakeTimeout: 10_000,
      requestTimeout: LONGEST_TIMEOUT_MS,
      headersTimeout: 10_000,
      connectionsCheckingInterval: 5_000,
    },
    take,
  );
  // A handshake that fails is the other side's affair.
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.on('error', (error) => reject(addressProblem(error, address)));
    server.listen(address.port, address.host, resolve);
  });
  return {
    address: boundAddress(server, address),
    use: (certificate) => server.setSecureContext({ ...certificate, minVersion: 'TLSv1.2' }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        setTimeout(() => server.closeAllConnections(), 1_000).unref();
      }),
  };
}
