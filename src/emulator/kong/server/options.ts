import { randomUUID, X509Certificate } from 'node:crypto';
import type { Upstream } from './proxy.js';

/** Runs `fn` once after `ms` milliseconds, unless the returned function is called first. */
export type After = (ms: number, fn: () => void) => () => void;

export interface KongEmulatorOptions {
  /** Reported everywhere; decides what differs between versions over HTTP (the schemas stay those of 3.9). */
  readonly version?: string;
  readonly edition?: 'community' | 'enterprise';
  readonly host?: string;
  /** 0 takes any free port. */
  readonly adminPort?: number;
  readonly statusPort?: number;
  /** HTTPS on the admin port. With `clientCa`, clients need a certificate signed by it. */
  readonly tls?: TlsOptions;
  /** A header that requests to the admin port must carry, as an authenticating proxy in front would demand. */
  readonly requireToken?: { readonly header: string; readonly value: string };
  readonly nodeId?: string;
  /** Available plugins; the 45 bundled ones by default. */
  readonly plugins?: readonly string[];
  /** nginx's client_max_body_size: larger bodies get 413. */
  readonly maxBodyBytes?: number;
  /** nginx's client_body_buffer_size: larger bodies are lost on their way, and Kong gives misleading answers. */
  readonly bufferBytes?: number;
  /** Room for a config in LMDB, measured in bytes of its entities as JSON. */
  readonly lmdbBytes?: number;
  /** How long a load takes from the last byte of the body to the commit. */
  readonly loadMs?: number;
  readonly loadMsPerEntity?: number;
  /** The last part of a load, in which Kong holds its lock: another load that gets there meanwhile gets 429. */
  readonly writeMs?: number;
  /** Bytes of a declarative config file, or what reads them at every start. */
  readonly declarativeConfig?: Uint8Array | (() => Uint8Array);
  /** `off`, as a DB-less one has it; with another, there is no `configuration_hash`, and `/config` is refused. */
  readonly database?: 'off' | 'postgres';
  /** What `GET /` shows of the configuration beside the usual, e.g. `role` or `kic`. */
  readonly configuration?: Readonly<Record<string, unknown>>;
  /** How far its clock is ahead of ours, as Date headers show it. */
  readonly clockAheadMs?: number;
  /** Whether configs are validated; without, everything that parses is accepted (for load tests). */
  readonly validate?: boolean;
  /** The body of a 201: all entities, as Kong sends them, or `{}`. */
  readonly answer?: 'full' | 'small';
  readonly after?: After;
  /** A proxy port (0: any free one) that routes by what is committed, and what answers behind it. */
  readonly proxy?: { readonly port: number; readonly upstream: Upstream };
}

export interface TlsOptions {
  readonly key: string;
  readonly cert: string;
  readonly clientCa?: string;
}

export interface Settings extends Required<
  Omit<KongEmulatorOptions, 'tls' | 'requireToken' | 'plugins' | 'declarativeConfig' | 'proxy'>
> {
  readonly tls: TlsOptions | undefined;
  readonly requireToken: { readonly header: string; readonly value: string } | undefined;
  readonly plugins: readonly string[] | undefined;
  readonly declarativeConfig: Uint8Array | (() => Uint8Array) | undefined;
}

const MIB = 1024 * 1024;

/**
 * Options with their defaults, which are Kong's.
 *
 * @throws Error when the TLS certificate cannot be read
 */
export function settingsOf(options: KongEmulatorOptions): Settings {
  if (options.tls !== undefined) new X509Certificate(options.tls.cert);
  const validate = options.validate ?? true;
  return {
    version: options.version ?? '3.9.3',
    edition: options.edition ?? 'community',
    host: options.host ?? '127.0.0.1',
    adminPort: options.adminPort ?? 0,
    statusPort: options.statusPort ?? 0,
    tls: options.tls,
    requireToken: options.requireToken,
    nodeId: options.nodeId ?? randomUUID(),
    plugins: options.plugins,
    maxBodyBytes: options.maxBodyBytes ?? 10 * MIB,
    bufferBytes: options.bufferBytes ?? 10 * MIB,
    lmdbBytes: options.lmdbBytes ?? Infinity,
    loadMs: options.loadMs ?? 0,
    loadMsPerEntity: options.loadMsPerEntity ?? 0,
    writeMs: options.writeMs ?? 0,
    declarativeConfig: options.declarativeConfig,
    database: options.database ?? 'off',
    configuration: options.configuration ?? {},
    clockAheadMs: options.clockAheadMs ?? 0,
    validate,
    answer: options.answer ?? (validate ? 'full' : 'small'),
    after: options.after ?? timeout,
  };
}

function timeout(ms: number, fn: () => void): () => void {
  const timer = setTimeout(fn, ms);
  return () => clearTimeout(timer);
}
