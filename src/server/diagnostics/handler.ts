import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Handler } from '../listen.js';
import { sendFile } from './dashboard.js';
import type { StaticFile } from './dashboard.js';
import type { Events } from './events.js';
import { admit } from './guard.js';
import type { GuardRules } from './guard.js';
import { ApiError } from './source.js';
import type { DiagnosticsSource } from './source.js';

export interface HandlerOptions {
  readonly source: DiagnosticsSource;
  readonly events: Events;
  /** The description of the API. */
  readonly openapi: object;
  readonly files: ReadonlyMap<string, StaticFile>;
  /** Asked for each request: tokens rotate. */
  readonly rules: () => Promise<GuardRules>;
}

/** Nothing but our own files and answers may be loaded, and nobody may frame us. */
const CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': CSP,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

const JSON_TYPE = 'application/json; charset=utf-8';

function send(response: ServerResponse, status: number, type: string, text: string): void {
  const body = Buffer.from(text);
  response.writeHead(status, { 'content-type': type, 'content-length': body.length }).end(body);
}

const sendJson = (response: ServerResponse, value: unknown, status = 200): void =>
  send(response, status, JSON_TYPE, `${JSON.stringify(value)}\n`);

function sendError(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { status, code, message } =
    error instanceof ApiError ? error : new ApiError(500, 'internal', 'this could not be answered');
  if (status === 401) response.setHeader('www-authenticate', 'Bearer realm="silverback"');
  if (status === 405) response.setHeader('allow', 'GET, HEAD');
  if (status === 503) response.setHeader('retry-after', '5');
  // A body may follow, of any size: nobody is going to read it.
  if (request.method !== 'GET' && request.method !== 'HEAD') response.setHeader('connection', 'close');
  sendJson(response, { error: { code, message } }, status);
}

/** The one value of a parameter; other parameters and repetitions are mistakes worth telling. */
function parameters(query: URLSearchParams, allowed: readonly string[]): Readonly<Record<string, string>> {
  const given: Record<string, string> = {};
  for (const [name, value] of query) {
    if (!allowed.includes(name)) {
      const known = allowed.length === 0 ? 'there are none' : `there are ${allowed.join(', ')}`;
      throw new ApiError(400, 'unknown-parameter', `a parameter of this request is not known: ${known}`);
    }
    if (Object.hasOwn(given, name))
      throw new ApiError(400, 'repeated-parameter', `${name} is given more than once`);
    given[name] = value;
  }
  return given;
}

function sequence(text: string | undefined): number {
  if (text === undefined) return 0;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new ApiError(400, 'bad-sequence', 'after must be the seq of a happening: a whole number');
}

type Route = (
  query: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
) => void | Promise<void>;

function routesOf({ source, events, openapi }: HandlerOptions): ReadonlyMap<string, Route> {
  return new Map<string, Route>([
    ['/openapi.json', (_query, _request, response) => sendJson(response, openapi)],
    [
      '/api/v1/status',
      async (query, _request, response) => {
        parameters(query, []);
        await source.settled();
        sendJson(response, source.status());
      },
    ],
    [
      '/api/v1/events',
      (query, request, response) => {
        parameters(query, []);
        events.handle(request, response);
      },
    ],
    [
      '/api/v1/happenings',
      (query, _request, response) => {
        const { after } = parameters(query, ['after']);
        sendJson(response, { happenings: source.happenings(sequence(after)) });
      },
    ],
    [
      '/api/v1/settings',
      (query, _request, response) => {
        parameters(query, []);
        sendJson(response, source.settings());
      },
    ],
    [
      '/api/v1/config',
      async (query, _request, response) => {
        const { revision } = parameters(query, ['revision']);
        send(response, 200, 'text/yaml; charset=utf-8', await source.config(revision));
      },
    ],
    [
      '/api/v1/diff',
      async (query, _request, response) => {
        const { from, to } = parameters(query, ['from', 'to']);
        if (from === undefined || to === undefined)
          throw new ApiError(400, 'missing-parameter', 'from and to are needed: two revisions');
        send(response, 200, JSON_TYPE, await source.diff(from, to));
      },
    ],
  ]);
}

/** Served without a token: no data is in them. */
const OPEN = new Set(['/openapi.json']);

/** Answers `GET` and `HEAD` for the dashboard and the API, to whoever may ask. */
export function diagnosticsHandler(options: HandlerOptions): Handler {
  const { files, rules } = options;
  const routes = routesOf(options);

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const target = request.url ?? '/';
    const mark = target.indexOf('?');
    const path = mark < 0 ? target : target.slice(0, mark);
    const file = files.get(path);
    admit(request.headers, await rules(), file !== undefined || OPEN.has(path));
    const route = routes.get(path);
    if (file === undefined && route === undefined)
      throw new ApiError(404, 'not-found', 'there is nothing here; /openapi.json tells what there is');
    if (request.method !== 'GET' && request.method !== 'HEAD')
      throw new ApiError(405, 'method-not-allowed', 'only GET and HEAD are answered');
    if (file !== undefined) sendFile(file, request, response);
    else await route?.(new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1)), request, response);
  };

  return async (request, response) => {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    try {
      await answer(request, response);
    } catch (error) {
      sendError(request, response, error);
    }
  };
}
