import { encodeJson } from '../lua/json.js';
import type { Key, Value } from '../lua/value.js';

/** A body that is written piece by piece, because it may be as large as a hundred megabytes. */
export interface StreamedBody {
  readonly byteLength: number;
  pieces(): Iterable<string>;
}

/** What is sent back; headers that every answer has are added when it is sent. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | StreamedBody;
  /** Said by nginx before Kong saw the request: without Kong's CORS headers. */
  readonly fromNginx?: boolean;
}

const JSON_TYPE = 'application/json; charset=utf-8';

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  413: 'Request Entity Too Large',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
};

/** An answer whose body is already JSON. */
export function jsonText(
  status: number,
  body: string | StreamedBody,
  headers?: Record<string, string>,
): Answer {
  return { status, headers: { 'Content-Type': JSON_TYPE, ...headers }, body };
}

export function json(status: number, value: Value, headers?: Record<string, string>): Answer {
  return jsonText(status, encodeJson(value), headers);
}

/** `{"message": ...}`: what Kong says where nothing more is to be said. */
export function message(status: number, text: string, headers?: Record<string, string>): Answer {
  return json(status, new Map<Key, Value>([['message', text]]), headers);
}

export function notFound(): Answer {
  return message(404, 'Not found');
}

export function unexpected(): Answer {
  return message(500, 'An unexpected error occurred');
}

/** nginx's page for a status, without the server's name in its footer (Kong takes it out). */
export function htmlPage(status: number, title?: string, detail?: string): Answer {
  const reason = `${status} ${REASONS[status] ?? 'Error'}`;
  const lines = [
    '<html>',
    `<head><title>${title ?? reason}</title></head>`,
    '<body>',
    `<center><h1>${reason}</h1></center>`,
    ...(detail === undefined ? [] : [`<center>${detail}</center>`]),
    '</body>',
    '</html>',
    '',
  ];
  return { status, headers: { 'Content-Type': 'text/html; charset=UTF-8' }, body: lines.join('\r\n') };
}
