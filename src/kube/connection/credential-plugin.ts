import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import type { Clock } from '../../clock/clock.js';
import { fieldsOf, isObject, textOf, type Fields } from '../object.js';
import type { Credentials } from './connection.js';

interface Credential {
  readonly value: Credentials;
  /** By the wall clock; `undefined`: good until it is refused. */
  readonly expires: number | undefined;
}

/**
 * Credentials from a kubeconfig user's `exec`, kept until they expire. Run here and not by `@kubernetes/client-node`, which gives no
 * hold of the process: one that hangs would go on after it was given up, and keep a command from ending.
 */
export function credentialPlugin(exec: Fields, clock: Clock): (signal: AbortSignal) => Promise<Credentials> {
  let kept: Credential | undefined;
  return async (signal) => {
    const isFresh = kept?.expires === undefined || kept.expires > clock.wall().getTime();
    if (kept === undefined || !isFresh) kept = credentialIn(await outputOf(exec, signal));
    return kept.value;
  };
}

/** Aborted, it kills the process: one that hangs may be deaf to kinder signals, and `execFile` has no other for its own `signal`. */
async function outputOf(exec: Fields, signal: AbortSignal): Promise<string> {
  const options = { env: environmentOf(exec) };
  const run = promisify(execFile)(textOf(exec, 'command') ?? '', argumentsOf(exec), options);
  const { stdin, stdout, stderr } = run.child;
  const kill = (): void => {
    run.child.kill('SIGKILL');
    // What it has started may hold the other ends.
    stdout?.destroy();
    stderr?.destroy();
  };
  signal.addEventListener('abort', kill, { once: true });
  // Nobody will answer what it asks, and it may have ended before it could be told so.
  stdin?.on('error', () => undefined);
  stdin?.end();
  try {
    return (await run).stdout;
  } finally {
    signal.removeEventListener('abort', kill);
  }
}

const listIn = (fields: Fields, name: string): readonly unknown[] => {
  const list = fields[name];
  return Array.isArray(list) ? list : [];
};

const argumentsOf = (exec: Fields): string[] => listIn(exec, 'args').map(String);

/** Ours, the plugin's own, and what Kubernetes tells every plugin (client.authentication.k8s.io). */
function environmentOf(exec: Fields): NodeJS.ProcessEnv {
  const own = listIn(exec, 'env').flatMap((pair) => {
    const [name, value] = isObject(pair) ? [textOf(pair, 'name'), textOf(pair, 'value')] : [];
    return name === undefined || value === undefined ? [] : [[name, value] as const];
  });
  const told = {
    apiVersion: textOf(exec, 'apiVersion'),
    kind: 'ExecCredential',
    spec: { interactive: false },
  };
  return { ...process.env, ...Object.fromEntries(own), KUBERNETES_EXEC_INFO: JSON.stringify(told) };
}

function credentialIn(output: string): Credential {
  const root: unknown = JSON.parse(output);
  const status = fieldsOf(root, 'status');
  const [token, cert, key, until] = [
    'token',
    'clientCertificateData',
    'clientKeyData',
    'expirationTimestamp',
  ].map((name) => textOf(status, name) || undefined);
  if (token === undefined && (cert === undefined || key === undefined))
    throw new Error('neither a token nor a certificate');
  const expires = Date.parse(until ?? '');
  return {
    value: {
      headers: token === undefined ? {} : { authorization: `Bearer ${token.trim()}` },
      tls: { ...(cert !== undefined && { cert }), ...(key !== undefined && { key }) },
    },
    expires: Number.isNaN(expires) ? undefined : expires,
  };
}
