import { createHash } from 'node:crypto';

import { Agent } from 'undici';

import type { Credentials, KubeConnection, TlsMaterial } from '../connection/connection.js';

/** One HTTP request to the API server. */
export interface KubeRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With its query. */
  readonly path: string;
  readonly contentType?: string;
  readonly body?: string;
  /** Aborting it ends the request, or the answer's body if that is still flowing. */
  readonly signal: AbortSignal;
}

export interface KubeAnswer {
  readonly status: number;
  /** The Retry-After header. */
  readonly retryAfter: string | undefined;
  /** The Date header, where somebody compares clocks. */
  readonly date?: string | undefined;
  /** To be read to its end, or abandoned by leaving the loop. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** What the client needs of the network; a simulator brings its own. Rejects only when no answer came. */
export type SendRequest = (request: KubeRequest) => Promise<KubeAnswer>;

export interface Transport {
  readonly send: SendRequest;
  /** Ends every connection at once; requests and watches under way fail. */
  close(): Promise<void>;
}

/** Finds a half-open connection within about a minute, long before a quiet watch reaches its own limit. */
const KEEP_ALIVE_PROBE_MS = 30_000;
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * HTTP/1.1 with keep-alive to the API server: one undici Agent per generation of TLS material (the old one lets its requests
 * finish), the credentials read anew for each request (the connection caches them), and one more try after a 401 with
 * credentials read again. Nothing here has a time limit but connecting: the caller's signal ends a request.
 */
export function openTransport(
  connection: KubeConnection,
  options: { readonly userAgent: string },
): Transport {
  let current: { readonly generation: string; readonly agent: Agent } | undefined;
  const retired = new Set<Agent>();

  function agentFor(tls: TlsMaterial): Agent {
    const generation = generationOf(tls);
    if (current?.generation === generation) return current.agent;
    if (current !== undefined) retire(current.agent);
    current = { generation, agent: newAgent(tls) };
    return current.agent;
  }

  function retire(agent: Agent): void {
    retired.add(agent);
    void agent.close().finally(() => retired.delete(agent));
  }

  async function sendWith(credentials: Credentials, request: KubeRequest): Promise<KubeAnswer> {
    const answer = await agentFor(credentials.tls).request({
      origin: connection.server.origin,
      path: `${connection.server.pathPrefix}${request.path}`,
      method: request.method,
      headers: {
        accept: 'application/json',
        'user-agent': options.userAgent,
        ...(request.contentType === undefined ? {} : { 'content-type': request.contentType }),
        ...credentials.headers,
      },
      body: request.body ?? null,
      signal: request.signal,
    });
    const { 'retry-after': retryAfter, date } = answer.headers;
    return {
      status: answer.statusCode,
      retryAfter: typeof retryAfter === 'string' ? retryAfter : undefined,
      date: typeof date === 'string' ? date : undefined,
      body: answer.body,
    };
  }

  return {
    async send(request) {
      const credentials = await connection.credentials();
      const answer = await sendWith(credentials, request);
      if (answer.status !== 401) return answer;
      const renewed = await connection.credentials(credentials);
      if (sameCredentials(renewed, credentials)) return answer;
      await drain(answer.body);
      return sendWith(renewed, request);
    },
    async close() {
      const agents = [...retired, ...(current === undefined ? [] : [current.agent])];
      current = undefined;
      await Promise.all(agents.map((agent) => agent.destroy()));
    },
  };
}

function newAgent(tls: TlsMaterial): Agent {
  return new Agent({
    allowH2: false,
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_PROBE_MS,
    connect: {
      timeout: CONNECT_TIMEOUT_MS,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_PROBE_MS,
      ...(tls.ca === undefined ? {} : { ca: tls.ca }),
      ...(tls.cert === undefined ? {} : { cert: tls.cert }),
      ...(tls.key === undefined ? {} : { key: tls.key }),
      ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
      ...(tls.insecure === true ? { rejectUnauthorized: false } : {}),
    },
  });
}

/** By content, so that files written again with the same content cost no new connections. */
function generationOf(tls: TlsMaterial): string {
  const parts = [tls.ca, tls.cert, tls.key, tls.serverName, String(tls.insecure ?? false)];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

function sameCredentials(one: Credentials, other: Credentials): boolean {
  return (
    JSON.stringify(one.headers) === JSON.stringify(other.headers) &&
    generationOf(one.tls) === generationOf(other.tls)
  );
}

async function drain(body: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _chunk of body);
}
