import type { RequestOptions } from 'node:https';

import type { Clock } from '../../clock/clock.js';
import { isObject, textOf } from '../object.js';
import { cachedCredentials } from './cached-credentials.js';
import { ConnectionError, type Credentials, type KubeConnection, type TlsMaterial } from './connection.js';
import { credentialPlugin } from './credential-plugin.js';
import { isPlain, readPlain } from './plain-credentials.js';
import { readKubeconfig, type KubeconfigContext } from './kubeconfig-file.js';

/** A plugin, or a provider of tokens, that does not answer would otherwise hang us for good. */
const PLUGIN_LIMIT_MS = 60_000;
/** Settings that would change what a request means, and that client-node 1.4 does not know. */
const UNSUPPORTED_USER = ['as-uid', 'as-groups', 'as-user-extra'];

/**
 * A cluster as the current context of kubeconfig files describes it. OIDC, and all else but plain tokens, certificates and credential
 * plugins, is `@kubernetes/client-node`'s business. After a 401 the files are read again and plugins run again.
 */
export async function kubeconfigConnection(files: readonly string[], clock: Clock): Promise<KubeConnection> {
  let context = await readKubeconfig(files);
  const where = files.join(', ');
  const server = serverOf(context, where);
  refuseUnsupported(context, where);
  let authenticate = await authenticator(context, clock);

  const credentials = cachedCredentials(clock, async (renew) => {
    if (renew) {
      context = await readKubeconfig(files);
      authenticate = await authenticator(context, clock);
    }
    return withinLimit(clock, authenticate).catch((error: unknown) => {
      throw new ConnectionError(`${where}: ${whyNoCredentials(context, error)}`);
    });
  });
  await credentials();
  return {
    server,
    namespace: context.namespace,
    source: `${where}, context "${context.name}"`,
    credentials,
  };
}

function serverOf({ cluster, clusterName }: KubeconfigContext, where: string): KubeConnection['server'] {
  const text = textOf(cluster, 'server') ?? '';
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw new ConnectionError(`${where}: cluster "${clusterName}" has no server that is an http(s) URL.`);
  }
  return { origin: url.origin, pathPrefix: url.pathname.replace(/\/+$/, '') };
}

function refuseUnsupported({ cluster, clusterName, user, userName }: KubeconfigContext, where: string): void {
  if (textOf(cluster, 'proxy-url')) {
    throw new ConnectionError(
      `${where}: cluster "${clusterName}" has a proxy-url, which is not supported. ` +
        'Use a context that reaches the API server directly, e.g. through kubectl proxy.',
    );
  }
  const unknown = UNSUPPORTED_USER.filter((name) => user[name] !== undefined);
  if (unknown.length > 0) {
    throw new ConnectionError(`${where}: user "${userName}" has ${unknown.join(', ')}: not supported.`);
  }
}

type Authenticate = (signal: AbortSignal) => Promise<Credentials>;

/** A function that gives the credentials of now: read here where they are plain or a plugin's, else by client-node. */
async function authenticator(context: KubeconfigContext, clock: Clock): Promise<Authenticate> {
  const { exec, ...user } = context.user;
  if (isObject(exec)) {
    const plugin = credentialPlugin(exec, clock);
    const beside = await authenticator({ ...context, user }, clock);
    return async (signal) => {
      const [made, own] = await Promise.all([plugin(signal), beside(signal)]);
      return { headers: { ...made.headers, ...own.headers }, tls: { ...own.tls, ...made.tls } };
    };
  }
  if (isPlain(context)) return () => readPlain(context);
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  config.loadFromString(JSON.stringify(forClientNode(context)));
  return async () => {
    const options: RequestOptions = { headers: {} };
    await config.applyToHTTPSOptions(options);
    return { headers: headersOf(options), tls: tlsOf(options) };
  };
}

/**
 * The context as a kubeconfig that client-node reads rightly: it refuses plain http before it looks at credentials, and it knows
 * kubectl's `tokenFile` only as an auth provider.
 */
function forClientNode({ name, clusterName, cluster, userName, user }: KubeconfigContext): object {
  const { tokenFile, ...rest } = user;
  const provider = { name: 'tokenFile', config: { tokenFile } };
  return {
    clusters: [{ name: clusterName, cluster: { ...cluster, server: 'https://unused.invalid' } }],
    users: [
      { name: userName, user: tokenFile === undefined ? user : { ...rest, 'auth-provider': provider } },
    ],
    contexts: [{ name, context: { cluster: clusterName, user: userName } }],
    'current-context': name,
  };
}

function headersOf(options: RequestOptions): Credentials['headers'] {
  const headers = Object.entries(isObject(options.headers) ? options.headers : {}).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name.toLowerCase(), value.trim()] as const] : [],
  );
  const basic = typeof options.auth === 'string' ? Buffer.from(options.auth).toString('base64') : undefined;
  return {
    ...Object.fromEntries(headers),
    ...(basic === undefined ? {} : { authorization: `Basic ${basic}` }),
  };
}

function tlsOf(options: RequestOptions): TlsMaterial {
  return {
    ...(options.ca === undefined ? {} : { ca: pem(options.ca) }),
    ...(options.cert === undefined ? {} : { cert: pem(options.cert) }),
    ...(options.key === undefined ? {} : { key: pem(options.key) }),
    ...(options.servername === undefined ? {} : { serverName: options.servername }),
    ...(options.rejectUnauthorized === false ? { insecure: true } : {}),
  };
}

function pem(value: unknown): string {
  return Buffer.isBuffer(value) ? value.toString('utf8') : typeof value === 'string' ? value : '';
}

/** Never the error's own message: a plugin's output and errors may hold a token. */
function whyNoCredentials({ user, userName }: KubeconfigContext, error: unknown): string {
  const code =
    error instanceof PluginTimeout
      ? 'no answer in 60 s'
      : isObject(error)
        ? textOf(error, 'code')
        : undefined;
  const path = isObject(error) ? textOf(error, 'path') : undefined;
  const detail = [code, path].filter((part) => part !== undefined).join(' ');
  const told = detail === '' ? '' : ` (${detail})`;
  const command = isObject(user['exec']) ? textOf(user['exec'], 'command') : undefined;
  if (command !== undefined) {
    return `the credential plugin "${command}" of user "${userName}" failed${told}. Run it by hand to see why.`;
  }
  return `the credentials of user "${userName}" cannot be read${told}. Check its files, or log in again.`;
}

class PluginTimeout extends Error {}

function withinLimit(clock: Clock, authenticate: Authenticate): Promise<Credentials> {
  const limit = new AbortController();
  return new Promise((resolve, reject) => {
    const cancel = clock.after(PLUGIN_LIMIT_MS, () => {
      reject(new PluginTimeout());
      limit.abort();
    });
    authenticate(limit.signal).then(resolve, reject).finally(cancel);
  });
}
