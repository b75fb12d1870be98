/** One Kong data plane, reached at one Admin API address. */
export interface GatewayAddress {
  /** What tells it from its fellows for as long as it lives: the Pod's UID, or the URL of a static one. */
  readonly key: string;
  /** What people call it: the Pod's name, or `host:port`. */
  readonly name: string;
  /** Base URL of the Admin API, without a trailing slash, e.g. `https://10.0.0.7:8444`. */
  readonly url: string;
  /** The name its TLS certificate must carry, where that is not the URL's host. */
  readonly serverName?: string;
}

/**
 * Where a request goes.
 * @param path of the Admin API, with a leading slash
 */
export function targetOf(
  { url }: GatewayAddress,
  workspace: string | undefined,
  path: string,
): { readonly origin: string; readonly path: string } {
  const [origin = url] = /^[^/]+\/\/[^/]+/.exec(url) ?? [];
  const prefix = workspace === undefined ? '' : `/${encodeURIComponent(workspace)}`;
  return { origin, path: `${url.slice(origin.length).replace(/\/+$/, '')}${prefix}${path}` };
}
