// The diagnostics API, as the commands ask it.
import { lookup } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import type { Status } from '../../server/diagnostics/status.js';
import { parseStatus } from './parse-status.js';

export interface ApiAddress {
  /** Without a trailing slash. */
  readonly url: string;
  readonly token: string | undefined;
}

/** What is wrong, for people; `absent`: nobody answers there, so that another way may be tried. */
export class ApiProblem extends Error {
  constructor(
    message: string,
    readonly kind: 'absent' | 'refused',
  ) {
    super(message);
  }
}

const TIMEOUT_MS = 10_000;

/** @throws ApiProblem for a file that cannot be read, and for a token that no header can carry */
export async function apiAddress(
  url: string,
  token: string | undefined,
  file: string | undefined,
): Promise<ApiAddress> {
  const read =
    file === undefined
      ? token
      : await readFile(file, 'utf8').catch(() => {
          throw new ApiProblem(`${file}: the token cannot be read`, 'refused');
        });
  const word = read?.trim();
  if (word !== undefined && !/^[!-~]+$/.test(word))
    throw new ApiProblem('the token must be one word', 'refused');
  return { url: url.replace(/\/+$/, ''), token: word };
}

/** The reason that undici hides in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (error.name === 'TimeoutError') return 'no answer in time';
  if (cause instanceof AggregateError) return reasonOf(cause.errors[0]);
  if (cause instanceof Error) return reasonOf(cause);
  return 'code' in error && error.code === 'ECONNREFUSED' ? 'nobody listens there' : error.message;
}

/**
 * One request.
 * @throws ApiProblem unless it is answered with 200
 */
export async function ask({ url, token }: ApiAddress, path: string, signal: AbortSignal): Promise<Response> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  let response: Response;
  try {
    response = await fetch(`${url}${path}`, { headers, signal, redirect: 'error' });
  } catch (error) {
    throw new ApiProblem(`${url}: ${reasonOf(error)}`, 'absent');
  }
  if (response.ok) return response;
  const why: Readonly<Record<number, string>> = {
    401: 'it wants its token: --token-file, or --token',
    403: 'it does not know itself under this name: use an IP address, or give the token',
    404: 'this is no diagnostics API of Silverback',
  };
  // A proxy says so of a controller that is being replaced.
  const kind =
    response.status === 502 || response.status === 503 || response.status === 504 ? 'absent' : 'refused';
  throw new ApiProblem(`${url}: ${why[response.status] ?? `it answers ${response.status}`}`, kind);
}

/** @throws ApiProblem */
export async function readStatus(address: ApiAddress, signal?: AbortSignal): Promise<Status> {
  const deadline = AbortSignal.timeout(TIMEOUT_MS);
  const response = await ask(
    address,
    '/api/v1/status',
    signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
  );
  const text = await response.text().catch((error: unknown) => {
    throw new ApiProblem(`${address.url}: ${reasonOf(error)}`, 'absent');
  });
  const status = parseStatus(text);
  if (status === undefined)
    throw new ApiProblem(`${address.url}: this is no status of a Silverback of this version`, 'refused');
  return status;
}

/** The addresses behind a name: a headless Service has one for each replica. */
async function everyone({ url, token }: ApiAddress): Promise<ApiAddress[]> {
  const target = new URL(url);
  if (target.protocol !== 'http:' || isIP(target.hostname) !== 0 || target.hostname.startsWith('['))
    return [];
  const found = await lookup(target.hostname, { all: true }).catch(() => []);
  return found.map(({ address, family }) => {
    target.hostname = family === 6 ? `[${address}]` : address;
    return { url: target.href.replace(/\/+$/, ''), token };
  });
}

/** Who answered, and what. */
export interface Found {
  readonly address: ApiAddress;
  readonly status: Status;
}

/**
 * The leader, where the name leads to several replicas and it is among them; else whoever answers.
 * @throws ApiProblem
 */
export async function leaderAt(address: ApiAddress, signal?: AbortSignal): Promise<Found> {
  const status = await readStatus(address, signal);
  if (status.leadership.leading) return { address, status };
  for (const other of await everyone(address)) {
    const told = await readStatus(other, signal).catch(() => undefined);
    if (told?.leadership.leading === true) return { address: other, status: told };
  }
  return { address, status };
}
