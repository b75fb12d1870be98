import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Agent } from 'undici';
import type { Dispatcher } from 'undici';
import type { Clock } from '../clock/clock.js';
import { earliestEnd, endOfServer, rememberServers } from './certificates.js';
import type { Certificates } from './certificates.js';
import { resettingConnector } from './connect.js';

/** A secret given as a value, or as a file that is read again when it changes. */
export type SecretSource = { readonly value: string } | { readonly file: string };

/** How to reach and convince an Admin API. All PEM texts. */
export interface CredentialSources {
  readonly token?: SecretSource;
  readonly ca?: SecretSource;
  readonly clientCert?: SecretSource;
  readonly clientKey?: SecretSource;
  readonly skipVerify: boolean;
  /** Extra headers, sent with every request; win over the token's own header. */
  readonly headers: Readonly<Record<string, string>>;
}

interface Material {
  readonly token: string | undefined;
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

/** Reads of what is nice to have never wait before a push, nor a push behind them: they have connections of their own. */
export type Lane = 'push' | 'read';

/** Live credentials: the newest that could be read, and one undici Agent per generation and TLS name of them. */
export interface Credentials {
  /** The Agent to use for a TLS name (`undefined`: the URL's host). */
  dispatcher(serverName: string | undefined, lane?: Lane): Dispatcher;
  headers(): Readonly<Record<string, string>>;
  certificates(): Certificates;
  /** Reads the files again now; at most once per second. */
  refresh(): void;
  close(): Promise<void>;
}

export interface CredentialOptions {
  readonly clock: Clock;
  readonly refreshMs: number;
  readonly connectTimeoutMs: number;
  readonly onRotated: () => void;
  /** A file that cannot be read keeps the material read before; said once per new reason. */
  readonly onUnreadable: (reason: string) => void;
}

async function readSecret(source: SecretSource | undefined): Promise<string | undefined> {
  if (source === undefined) return undefined;
  return 'value' in source ? source.value : await readFile(source.file, 'utf8');
}

async function readMaterial(sources: CredentialSources): Promise<Material> {
  const [token, ca, cert, key] = await Promise.all(
    [sources.token, sources.ca, sources.clientCert, sources.clientKey].map(readSecret),
  );
  return { token: token?.trim(), ca, cert, key };
}

const digest = (material: Material): string =>
  createHash('sha256').update(JSON.stringify(material)).digest('hex');

/** kubelet swaps the files of a Secret in one rename, but certificate and key are two reads: read until they agree. */
async function readSettled(sources: CredentialSources): Promise<Material> {
  let material = await readMaterial(sources);
  for (let round = 0; round < 5; round += 1) {
    const again = await readMaterial(sources);
    if (digest(again) === digest(material)) return material;
    material = again;
  }
  return material;
}

/**
 * Starts with what the sources hold now and follows the files afterwards. New material means a new Agent;
 * requests under way finish on the old one.
 *
 * @throws when a file cannot be read at the start (the message names it).
 */
export async function openCredentials(
  sources: CredentialSources,
  options: CredentialOptions,
): Promise<Credentials> {
  const { clock } = options;
  let material = await readSettled(sources);
  const servers = rememberServers();
  let agents = new Map<string, Agent>();
  let lastRefresh = clock.now();
  let lastReason = '';
  let refreshing = false;
  let closed = false;

  const headersOf = ({ token }: Material): Readonly<Record<string, string>> => {
    const names = Object.keys(sources.headers).map((name) => name.toLowerCase());
    const isGiven = token === undefined || names.includes('kong-admin-token');
    return { ...(!isGiven && { 'Kong-Admin-Token': token }), ...sources.headers };
  };
  let headers = headersOf(material);

  const makeAgent = (serverName: string | undefined): Agent =>
    new Agent({
      connections: 1,
      pipelining: 1,
      allowH2: false,
      // Longer than the periodic pass, shorter than nginx's 75 s: idle connections are reused, never raced.
      keepAliveTimeout: 55_000,
      keepAliveMaxTimeout: 60_000,
      // Deadlines are the caller's, by its own clock.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: resettingConnector(
        {
          timeout: options.connectTimeoutMs,
          rejectUnauthorized: !sources.skipVerify,
          ...(material.ca !== undefined && { ca: material.ca }),
          ...(material.cert !== undefined && { cert: material.cert }),
          ...(material.key !== undefined && { key: material.key }),
          ...(serverName !== undefined && { servername: serverName }),
        },
        (origin, socket) => {
          const end = endOfServer(socket);
          if (end !== undefined) servers.note(origin, end);
        },
      ),
    });

  const refresh = async (): Promise<void> => {
    if (refreshing || closed) return;
    refreshing = true;
    lastRefresh = clock.now();
    try {
      const next = await readSettled(sources);
      lastReason = '';
      if (digest(next) === digest(material)) return;
      material = next;
      headers = headersOf(next);
      const old = agents;
      agents = new Map();
      for (const agent of old.values()) void agent.close();
      options.onRotated();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (reason !== lastReason) options.onUnreadable(reason);
      lastReason = reason;
    } finally {
      refreshing = false;
    }
  };

  let cancel = (): void => undefined;
  const schedule = (): void => {
    cancel = clock.after(options.refreshMs, () => {
      void refresh();
      schedule();
    });
  };
  const files = [sources.token, sources.ca, sources.clientCert, sources.clientKey].some(
    (source) => source !== undefined && 'file' in source,
  );
  if (files) schedule();

  return {
    dispatcher(serverName, lane = 'push') {
      const key = `${lane} ${serverName ?? ''}`;
      const known = agents.get(key);
      if (known !== undefined) return known;
      const agent = makeAgent(serverName);
      agents.set(key, agent);
      return agent;
    },
    headers: () => headers,
    certificates: () => ({
      client: earliestEnd(material.cert),
      ca: earliestEnd(material.ca),
      servers: servers.ends,
    }),
    refresh() {
      if (files && clock.now() - lastRefresh >= 1000) void refresh();
    },
    async close() {
      closed = true;
      cancel();
      await Promise.all([...agents.values()].map((agent) => agent.destroy()));
    },
  };
}
