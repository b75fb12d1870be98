import type { IncomingMessage } from 'node:http';
import { htmlPage, message, type Answer } from './answer.js';
import type { ScriptedAnswer } from './faults.js';
import type { Gateway } from './gateway.js';
import type { RequestRecord } from './journal.js';
import type { Incoming } from './listener.js';
import type { After } from './options.js';
import type { GatewayRequest } from './request.js';
import { send } from './send.js';

export interface PortOptions {
  readonly gateway: Gateway;
  readonly port: 'admin' | 'status';
  readonly route: (request: GatewayRequest) => Answer | Promise<Answer>;
}

/** Carries one request through: the journal, faults, nginx's refusals, the body, Kong's answer. */
export async function exchange(incoming: Incoming, options: PortOptions): Promise<void> {
  const { gateway, port } = options;
  const { request, response } = incoming;
  const target = targetOf(request.url ?? '/');
  const record = recordOf(incoming, target, port, gateway.journal.nextId());
  gateway.journal.requests.push(record);
  const started = performance.now();
  const ended = (status: number | 'cut'): void => {
    if (record.status !== undefined) return;
    record.status = status;
    record.endedAt = performance.now();
    gateway.journal.changed();
  };
  response.on('finish', () => ended(response.statusCode));
  response.on('close', () => ended('cut'));
  response.on('error', () => ended('cut'));
  request.on('error', () => ended('cut'));
  gateway.journal.changed();

  const answer = await answerTo(incoming, target, record, options);
  if (answer === undefined || response.destroyed) return;
  await settle(gateway.settings.after, delayOf(gateway, target.path));
  const latency = String(Math.round(performance.now() - started));
  const always = { 'X-Kong-Admin-Latency': latency, Server: `kong/${gateway.settings.version}` };
  const date = new Date(Date.now() + gateway.settings.clockAheadMs).toUTCString();
  send(response, request, answer, { Date: date, ...corsHeaders(request, answer, port), ...always });
}

/** Nothing when the request shall never be answered, or its client is gone. */
async function answerTo(
  incoming: Incoming,
  target: Target,
  record: RequestRecord,
  { gateway, port, route }: PortOptions,
): Promise<Answer | undefined> {
  const { request, connection } = incoming;
  const refused = port === 'admin' ? refusedByNginx(gateway, incoming) : undefined;
  if (refused !== undefined) {
    request.resume();
    return refused;
  }
  if (request.headers.expect === '100-continue') incoming.response.writeContinue();
  const body = await readBody(request, gateway, record, () => connection.reset());
  if (body === undefined) return undefined;
  if (body === 'too large') return tooLarge();
  const { hang } = gateway.faults.active;
  const path = withoutWorkspace(target.path);
  if (
    hang === 'all' ||
    (hang === 'post' && record.method === 'POST') ||
    (hang === 'status' && path === '/status')
  ) {
    return undefined;
  }
  const scripted = gateway.faults.takeAnswer(record.method);
  if (scripted !== undefined) return scriptedAnswer(scripted);
  return route({
    method: record.method,
    path,
    query: new URLSearchParams(target.query),
    contentType: request.headers['content-type'],
    hasBody: body.length > 0,
    body: body.length > gateway.settings.bufferBytes ? undefined : body,
    record,
  });
}

interface Target {
  readonly path: string;
  /** Without its question mark. */
  readonly query: string;
}

function targetOf(url: string): Target {
  const mark = url.indexOf('?');
  return mark === -1 ? { path: url, query: '' } : { path: url.slice(0, mark), query: url.slice(mark + 1) };
}

function recordOf(
  { request, connection }: Incoming,
  target: Target,
  port: 'admin' | 'status',
  id: number,
): RequestRecord {
  const {
    'content-type': contentType,
    'content-length': contentLength,
    'user-agent': userAgent,
  } = request.headers;
  const client = connection.client();
  return {
    id,
    at: performance.now(),
    port,
    connection: connection.id,
    method: request.method ?? '',
    ...target,
    headers: {
      ...(contentType === undefined ? {} : { contentType }),
      ...(contentLength === undefined ? {} : { contentLength }),
      ...(userAgent === undefined ? {} : { userAgent }),
    },
    ...(client === undefined ? {} : { client }),
    bytesReceived: 0,
  };
}

/** What never gets as far as Kong: no client certificate, no token, a body that is too large by its own word. */
function refusedByNginx(gateway: Gateway, { request, connection }: Incoming): Answer | undefined {
  const { tls, requireToken, maxBodyBytes } = gateway.settings;
  if (tls?.clientCa !== undefined && !connection.trusted()) {
    const words =
      connection.client() === undefined
        ? 'No required SSL certificate was sent'
        : 'The SSL certificate error';
    const page = htmlPage(400, `400 ${words}`, words);
    return { ...page, headers: { ...page.headers, Connection: 'close' }, fromNginx: true };
  }
  if (
    requireToken !== undefined &&
    request.headers[requireToken.header.toLowerCase()] !== requireToken.value
  ) {
    return { ...message(401, 'Unauthorized'), fromNginx: true };
  }
  return Number(request.headers['content-length'] ?? 0) > maxBodyBytes ? tooLarge() : undefined;
}

function tooLarge(): Answer {
  const page = htmlPage(413);
  return { ...page, headers: { ...page.headers, Connection: 'close' }, fromNginx: true };
}

/** Kong Enterprise's workspaces: `/default/config` is `/config`. */
function withoutWorkspace(path: string): string {
  return path.replace(/^\/default(?=\/)/, '');
}

/** The whole body; `too large` when it outgrows nginx's limit; nothing when the client went away. */
function readBody(
  request: IncomingMessage,
  gateway: Gateway,
  record: RequestRecord,
  reset: () => void,
): Promise<Buffer | 'too large' | undefined> {
  const chunks: Buffer[] = [];
  const { after, maxBodyBytes } = gateway.settings;
  return new Promise((resolve) => {
    request.on('data', (chunk: Buffer) => {
      record.bytesReceived += chunk.length;
      gateway.journal.changed();
      const { bodyBytesPerSecond, resetAfterBytes } = gateway.faults.active;
      if (
        resetAfterBytes !== undefined &&
        record.method === 'POST' &&
        record.bytesReceived >= resetAfterBytes
      ) {
        reset();
        resolve(undefined);
        return;
      }
      if (record.bytesReceived > maxBodyBytes) {
        chunks.length = 0;
        resolve('too large');
        return;
      }
      chunks.push(chunk);
      if (bodyBytesPerSecond === undefined) return;
      request.pause();
      after((chunk.length / bodyBytesPerSecond) * 1000, () => request.resume());
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('close', () => resolve(undefined));
  });
}

/** What Kong says with a status, where nothing else is asked for. */
const KONG_WORDS: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  404: 'Not found',
  405: 'Method not allowed',
  429: 'Currently loading previous configuration',
  500: 'An unexpected error occurred',
  503: 'Kong currently exiting',
  504: 'Timed out while loading configuration',
};

function scriptedAnswer({ status, retryAfter, html, message: text }: ScriptedAnswer): Answer {
  const headers = retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) };
  const answer = html === true ? htmlPage(status) : message(status, text ?? KONG_WORDS[status] ?? 'fault');
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

function delayOf({ faults }: Gateway, path: string): number {
  const { delayMs = 0, statusDelayMs = 0 } = faults.active;
  return delayMs + (withoutWorkspace(path) === '/status' ? statusDelayMs : 0);
}

function settle(after: After, ms: number): Promise<void> {
  return ms > 0 ? new Promise((resolve) => after(ms, resolve)) : Promise.resolve();
}

function corsHeaders(
  request: IncomingMessage,
  answer: Answer,
  port: 'admin' | 'status',
): Record<string, string> {
  if (answer.fromNginx === true) return {};
  const origin = { 'Access-Control-Allow-Origin': request.headers.origin ?? '*' };
  return port === 'status' ? origin : { ...origin, 'Access-Control-Allow-Credentials': 'true' };
}
