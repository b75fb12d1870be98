import { normalizePath } from '../document/migrate-paths.js';

/** A request as Kong's router sees it. */
export interface RoutedRequest {
  readonly scheme: 'http' | 'https';
  readonly method: string;
  /** The Host header without its port; compared as it is written. */
  readonly host: string;
  /** The port that the Host header names, else the one that Kong listens on, where that is known. */
  readonly port: number | undefined;
  /** Percent-decoded but for reserved characters, without dot segments, double slashes and query (kong/tools/uri.lua). */
  readonly path: string;
  readonly hostHeader: string;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly sni: string | undefined;
}

/** What somebody asks about. */
export interface AskedRequest {
  readonly scheme: 'http' | 'https';
  readonly method: string;
  /** With a port, if there is to be one. */
  readonly host: string;
  readonly path: string;
  readonly headers: ReadonlyMap<string, readonly string[]>;
  /** The host's name unless given; for https only. */
  readonly sni: string | undefined;
}

export function routedRequest({ scheme, method, host, path, headers, sni }: AskedRequest): RoutedRequest {
  // As `split_host_port` does (kong/router/transform.lua): IPv6 in brackets stays whole.
  const [, name, port] = /^([^:]*):(\d+)$/.exec(host) ?? [];
  const [bare = '/'] = path.split('?');
  return {
    scheme,
    method,
    host: name ?? host,
    port: port === undefined ? undefined : Number(port),
    path: normalizePath(bare),
    hostHeader: host,
    headers,
    sni: scheme === 'https' ? (sni ?? name ?? host) : undefined,
  };
}
