/** What TLS needs to know; all texts are PEM. */
export interface TlsMaterial {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly serverName?: string;
  /** Accept any certificate (`insecure-skip-tls-verify`). */
  readonly insecure?: boolean;
}

/** What proves to the API server who we are. Never to be logged. */
export interface Credentials {
  /** Lower-case names: `authorization`, `impersonate-user`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsMaterial;
}

/** Where the API server is, and how to get in. */
export interface KubeConnection {
  readonly server: { readonly origin: string; readonly pathPrefix: string };
  /** The pod's namespace, or the kubeconfig context's. */
  readonly namespace: string | undefined;
  /** For logs: where the credentials come from. */
  readonly source: string;
  /**
   * The credentials to use now. `refused` are those that a 401 just answered: newer ones are then looked for at once.
   * Rejects with a ConnectionError when they cannot be read.
   */
  credentials(refused?: Credentials): Promise<Credentials>;
}

/** No way to reach a cluster: the message says what is wrong, where, and what to do. It holds no credential. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
}
