// The status, from wherever it can be had.
import { SetupError } from '../../controller/cluster.js';
import { KubeError } from '../../kube/kube-error.js';
import { ConnectionError } from '../../kube/connection/connection.js';
import { oneLine } from '../../report/one-line.js';
import type { Status } from '../../server/diagnostics/status.js';
import { wordsFor } from '../history/opened.js';
import { apiAddress, ApiProblem, leaderAt } from './ask-api.js';
import type { ApiAddress } from './ask-api.js';
import type { Place } from './options.js';

export interface Looked {
  readonly status: Status;
  /** Whose API answered; `undefined` where the cluster itself was asked. */
  readonly api: ApiAddress | undefined;
  /** Why it was not the API that answered, where it was meant to. */
  readonly note?: string;
}

/** Nothing could be learnt; `passing`: it may be different in a moment. */
export class CannotLook extends Error {
  constructor(
    message: string,
    readonly passing: boolean,
  ) {
    super(message);
  }
}

const HOW = `is the API there? kubectl -n NAMESPACE port-forward deployment/silverback 10256
or ask the cluster itself: --from-cluster --kong-admin-svc NAMESPACE/NAME --history-secret NAME`;

/** @throws CannotLook */
export async function look(place: Place, signal?: AbortSignal): Promise<Looked> {
  if (place.cluster === 'only') return fromCluster(place);
  try {
    const named = await apiAddress(place.url, place.token, place.tokenFile);
    const { address, status } = await leaderAt(named, signal);
    return { status, api: address };
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    const absent = error.kind === 'absent';
    if (absent && place.cluster === 'instead')
      return fromCluster(place, `${error.message}; the cluster itself was asked`);
    throw new CannotLook(absent ? `${error.message}\n${HOW}` : error.message, absent);
  }
}

async function fromCluster({ values }: Place, note?: string): Promise<Looked> {
  const { statusFromCluster } = await import('./from-cluster.js');
  try {
    return { status: await statusFromCluster(values), api: undefined, ...(note !== undefined && { note }) };
  } catch (error) {
    throw new CannotLook(oneLine(wordsFor(error)), isPassing(error));
  }
}

/** Neither a kubeconfig nor a right comes by waiting. */
function isPassing(error: unknown): boolean {
  if (error instanceof KubeError) return error.status !== 401 && error.status !== 403;
  return !(error instanceof ConnectionError || error instanceof SetupError);
}
