// Kubernetes: whether there are credentials, and whether an API server answers to them.
import { systemClock } from '../../clock/clock.js';
import type { Cluster } from '../../controller/cluster.js';
import { makeCall } from '../../kube/client/call.js';
import { createClient } from '../../kube/client/client.js';
import { openTransport } from '../../kube/client/transport.js';
import type { SendRequest } from '../../kube/client/transport.js';
import type { KubeConnection } from '../../kube/connection/connection.js';
import { loadConnection } from '../../kube/connection/load-connection.js';
import { KubeError } from '../../kube/kube-error.js';
import { isObject, textOf } from '../../kube/object.js';
import { oneLine } from '../../report/one-line.js';
import type { Values } from '../../settings/read.js';
import { checkClock } from './clock-skew.js';
import { resultsOf } from './result.js';
import type { Result } from './result.js';

const { ok, fail, skipped } = resultsOf('kubernetes');

const TIMEOUT_MS = 10_000;

export interface CheckedCluster {
  readonly results: readonly Result[];
  /** There when the API server answered as one. */
  readonly cluster?: Cluster;
}

export async function checkCluster(
  values: Values,
  env: NodeJS.ProcessEnv,
  userAgent: string,
): Promise<CheckedCluster> {
  const found = await findConnection(values, env);
  if (!('connection' in found)) return { results: [found.result] };
  const { connection } = found;
  const transport = openTransport(connection, { userAgent });
  let date: string | undefined;
  const send: SendRequest = async (request) => {
    const answer = await transport.send(request);
    date = answer.date;
    return answer;
  };
  const sentAt = Date.now();
  const reached = await reach(send, connection);
  const results = [found.result, reached];
  if (reached.verdict === 'fail') {
    await transport.close();
    return { results };
  }
  return {
    results: [
      ...results,
      checkClock('kubernetes', 'the API server', { date, sentAt, receivedAt: Date.now() }),
    ],
    cluster: {
      client: createClient({ send: (request) => transport.send(request), clock: systemClock }),
      namespace: connection.namespace,
      close: () => transport.close(),
    },
  };
}

async function findConnection(
  { kubeconfig }: Values,
  env: NodeJS.ProcessEnv,
): Promise<{ readonly result: Result; readonly connection: KubeConnection } | { readonly result: Result }> {
  try {
    const connection = await loadConnection({
      env,
      clock: systemClock,
      ...(kubeconfig !== undefined && { kubeconfig }),
    });
    // Only now are certificates and tokens read that a kubeconfig names.
    await connection.credentials();
    const namespace = connection.namespace === undefined ? '' : `, namespace ${connection.namespace}`;
    return { result: ok('credentials', `from ${oneLine(connection.source)}${namespace}`), connection };
  } catch (error) {
    const message = oneLine(error instanceof Error ? error.message : String(error));
    return {
      result: fail('credentials', message, {
        fix: 'give --kubeconfig, or set KUBECONFIG; in a pod, let it mount the token of its service account',
      }),
    };
  }
}

/** `GET /version` is open to everybody who is known (ClusterRole system:public-info-viewer); a 403 is an answer, too. */
async function reach(send: SendRequest, { server }: KubeConnection): Promise<Result> {
  try {
    const request = { method: 'GET', path: '/version' } as const;
    const version = await makeCall({ send, clock: systemClock }, request, { timeoutMs: TIMEOUT_MS });
    const shown = isObject(version) ? textOf(version, 'gitVersion') : undefined;
    if (shown === undefined)
      return fail('api-server', `${server.origin} answers, but not as a Kubernetes API server does`, {
        fix: 'check the server of the kubeconfig',
      });
    return ok('api-server', `${server.origin} answers: Kubernetes ${oneLine(shown).slice(0, 64)}`);
  } catch (error) {
    if (!(error instanceof KubeError)) throw error;
    if (error.status === 403) return ok('api-server', `${server.origin} answers`);
    return fail('api-server', `${server.origin}: ${oneLine(error.message)}`, { fix: fixFor(error) });
  }
}

function fixFor({ status, message }: KubeError): string {
  if (status === 401)
    return 'the credentials are not accepted: log in again, or renew the token of the kubeconfig or the service account';
  if (/CERT|SELF_SIGNED|UNABLE_TO|ALTNAME/.test(message))
    return 'the certificate of the API server is not trusted: check certificate-authority(-data) and the server of the kubeconfig';
  if (/is no JSON/.test(message)) return 'check the server of the kubeconfig: something else answers there';
  return 'check the server of the kubeconfig, and that nothing (a network policy, a firewall, a proxy) keeps us from it';
}

/** Why what needs a cluster is not looked at. */
export const withoutCluster = (check: string): Result => skipped(check, 'the API server cannot be used');
