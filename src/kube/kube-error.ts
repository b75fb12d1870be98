import { isObject } from './object.js';

/**
 * Why a call failed: the API server's own `reason` (`NotFound`, `Conflict`, `AlreadyExists`, `Expired`, `Forbidden`,
 * `TooManyRequests`, …), or one of ours where no answer came or none that could be read.
 */
export type KubeReason = 'Timeout' | 'Unreachable' | 'Aborted' | 'BadAnswer' | (string & {});

/** Every failure of a Kubernetes call. The message says what was asked, and never holds a credential. */
export class KubeError extends Error {
  override readonly name = 'KubeError';

  /**
   * @param status HTTP status; 0 when no answer came (`Timeout`, `Unreachable`, `Aborted`) or it made no sense (`BadAnswer`)
   * @param retryAfterMs how long the server asked us to wait (429 and 503)
   */
  constructor(
    readonly status: number,
    readonly reason: KubeReason,
    message: string,
    readonly retryAfterMs?: number,
  ) {
    super(message);
  }
}

const LONGEST_MESSAGE = 500;

/** Reasons for bodies that are no Status: a proxy's page, an empty answer (apimachinery `StatusReasonFor…`). */
const REASONS: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  409: 'Conflict',
  410: 'Gone',
  413: 'RequestEntityTooLarge',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

/**
 * The error that an HTTP answer stands for.
 * @param asked what was asked, e.g. `GET /api/v1/namespaces/kong/configmaps`, without a query
 * @param body the answer's text: a `Status` object, or anything a proxy may have put there (then not quoted)
 * @param retryAfter the Retry-After header, in seconds as Kubernetes sends it
 */
export function errorFromAnswer(
  asked: string,
  status: number,
  body: string,
  retryAfter: string | undefined,
): KubeError {
  return errorFromStatus(asked, parseJson(body), status, retryAfter);
}

/**
 * The error that a `Status` object stands for, as it comes in an answer or in a watch's ERROR event.
 * @param status the HTTP status, used where the object names none
 */
export function errorFromStatus(
  asked: string,
  object: unknown,
  status: number,
  retryAfter?: string,
): KubeError {
  const fields = isObject(object) && object['kind'] === 'Status' ? object : {};
  const code = typeof fields['code'] === 'number' ? fields['code'] : status;
  const reason =
    typeof fields['reason'] === 'string' && fields['reason'] !== ''
      ? fields['reason']
      : (REASONS[code] ?? 'Unknown');
  const said = typeof fields['message'] === 'string' ? `: ${cut(fields['message'])}` : '';
  return new KubeError(code, reason, `${asked}: ${code} ${reason}${said}`, waitAsked(fields, retryAfter));
}

/** 409 of a POST: somebody else created it first. */
export function isAlreadyExists(error: KubeError): boolean {
  return error.status === 409 && error.reason === 'AlreadyExists';
}

/** 410: the version asked for is no longer kept (`Gone`, `Expired`); list again. */
export function isExpired(error: KubeError): boolean {
  return error.status === 410;
}

function waitAsked(
  status: Readonly<Record<string, unknown>>,
  header: string | undefined,
): number | undefined {
  const details = status['details'];
  const inBody = isObject(details) ? details['retryAfterSeconds'] : undefined;
  const seconds = /^\d{1,6}$/.test(header ?? '') ? Number(header) : inBody;
  return typeof seconds === 'number' && seconds >= 0 ? seconds * 1000 : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function cut(message: string): string {
  return message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE)}…` : message;
}
