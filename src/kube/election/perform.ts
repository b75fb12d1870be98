import type { Clock } from '../../clock/clock.js';
import type { KubeClient } from '../client/client.js';
import type { CallOptions } from '../client/call.js';
import { LEASES } from '../client/resource.js';
import { KubeError } from '../kube-error.js';
import { changedLease, newLease, parseLease, type Lease, type LeaseClaim } from './lease.js';
import type { Action, Observation } from './step.js';

/** The Lease that an election is about, and how to get at it. */
export interface LeaseAccess {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly leaseName: string;
  readonly namespace: string;
}

/** Carries out a request and gives what it showed. Never rejects. */
export async function performAction(
  access: LeaseAccess,
  action: Exclude<Action, { kind: 'wait' }>,
  signal: AbortSignal,
): Promise<{ readonly observation: Observation; readonly error?: KubeError }> {
  const requestedAt = access.clock.now();
  const options = { timeoutMs: action.timeoutMs, signal };
  try {
    if (action.kind === 'read') {
      return { observation: { kind: 'read', lease: await readLease(access, options) } };
    }
    const lease =
      action.kind === 'create'
        ? await createLease(access, action.claim, options)
        : await updateLease(access, action.lease, action.claim, options);
    return { observation: { kind: 'wrote', lease, requestedAt } };
  } catch (thrown) {
    if (isRefusal(thrown, action.kind)) return { observation: { kind: 'refused' } };
    const error = thrown instanceof KubeError ? thrown : new KubeError(0, 'BadAnswer', String(thrown));
    return { observation: { kind: 'failed', requestedAt, retryAfterMs: error.retryAfterMs }, error };
  }
}

/** The Lease, or undefined when there is none. */
export async function readLease(access: LeaseAccess, options: CallOptions): Promise<Lease | undefined> {
  try {
    return await access.client.get(leasePath(access), parseLease, options);
  } catch (error) {
    if (error instanceof KubeError && error.status === 404) return undefined;
    throw error;
  }
}

export function updateLease(
  access: LeaseAccess,
  lease: Lease,
  claim: LeaseClaim,
  options: CallOptions,
): Promise<Lease> {
  return access.client.update(leasePath(access), changedLease(lease, claim), parseLease, options);
}

function createLease(access: LeaseAccess, claim: LeaseClaim, options: CallOptions): Promise<Lease> {
  const { client, namespace, leaseName } = access;
  return client.create(
    { resource: LEASES, namespace },
    newLease(leaseName, namespace, claim),
    parseLease,
    options,
  );
}

function leasePath({ namespace, leaseName }: LeaseAccess): {
  readonly resource: typeof LEASES;
  readonly namespace: string;
  readonly name: string;
} {
  return { resource: LEASES, namespace, name: leaseName };
}

/** The server has decided against the write, and not applied it: the Lease is not what we thought it was. */
export function isRefusal(error: unknown, kind: 'read' | 'create' | 'update'): boolean {
  if (!(error instanceof KubeError)) return false;
  return error.status === 409 || (error.status === 404 && kind === 'update');
}
