import type { Trouble } from '../happening.js';

/** What can go wrong with a gateway, in classes that are few and known beforehand; log lines have the exact code. */
export const TROUBLE_CLASSES = [
  '400',
  '400-unread',
  '400-database',
  '401',
  '403',
  '404',
  '413',
  '413-lmdb',
  '429',
  '3xx',
  '4xx',
  '5xx',
  'timeout',
  'reset',
  'connection-refused',
  'dns',
  'no-route',
  'tls',
  'fence',
  'gone',
  'shutdown',
  'unconfirmed',
  'not-kong',
  'no-hash',
  'smoke',
  'other',
] as const;

export type TroubleClass = (typeof TROUBLE_CLASSES)[number];

const KNOWN: ReadonlySet<string> = new Set(TROUBLE_CLASSES);

const CODES: Readonly<Record<string, TroubleClass>> = {
  econnreset: 'reset',
  epipe: 'reset',
  und_err_socket: 'reset',
  etimedout: 'timeout',
  und_err_connect_timeout: 'timeout',
  und_err_headers_timeout: 'timeout',
  und_err_body_timeout: 'timeout',
  econnrefused: 'connection-refused',
  enotfound: 'dns',
  eai_again: 'dns',
  ehostunreach: 'no-route',
  enetunreach: 'no-route',
};

const isClass = (code: string): code is TroubleClass => KNOWN.has(code);

export function classOf({ code }: Trouble): TroubleClass {
  if (isClass(code)) return code;
  if (/^3\d\d$/.test(code)) return '3xx';
  if (/^4\d\d$/.test(code)) return '4xx';
  if (/^5\d\d$/.test(code)) return '5xx';
  return CODES[code] ?? 'other';
}

/** The classes that each result of a push comes in. `unknown`: part of it was sent, and no answer came. */
export const PUSH_CLASSES: Readonly<Record<string, readonly string[]>> = {
  accepted: ['2xx'],
  same: ['304'],
  rejected: ['400'],
  refused: ['400-unread', '400-database', '401', '403', '404', '413', '413-lmdb', '3xx', '4xx', 'tls'],
  busy: ['429'],
  failed: ['4xx', '5xx', 'other'],
  unknown: ['timeout', 'reset', 'fence', 'gone', 'shutdown', '5xx', 'tls', 'other'],
  unreachable: ['timeout', 'reset', 'connection-refused', 'dns', 'no-route', 'tls', 'other'],
  withdrawn: ['unsent'],
};

/** Troubles have a class; a result that has none has one class. */
export function classOfPush(result: string, trouble: Trouble | undefined): string {
  return trouble === undefined ? (PUSH_CLASSES[result]?.[0] ?? 'other') : classOf(trouble);
}
