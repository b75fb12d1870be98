import { fieldsOf, isObject, parseMeta, textOf, type Fields } from '../object.js';
import { LONGEST_LEASE_MS } from './settings.js';

/** A Lease as it was read. */
export interface Lease {
  readonly uid: string;
  readonly version: string;
  /** Empty when nobody holds it. */
  readonly holder: string;
  /** As it stands there; undefined when it is absent or no whole number. */
  readonly durationSeconds: number | undefined;
  readonly acquireTime: string | undefined;
  readonly renewTime: string | undefined;
  readonly transitions: number;
  /** Everything that came, so that an update changes only what is ours. */
  readonly object: Fields;
}

/** What an election writes into a Lease. */
export interface LeaseClaim {
  readonly holder: string;
  readonly durationSeconds: number;
  readonly acquireTime: string;
  readonly renewTime: string;
  readonly transitions: number;
}

/** A released Lease is held by nobody, for a second (client-go `release`). */
export const RELEASED_SECONDS = 1;
/** leaseTransitions is an int32. */
const MOST_TRANSITIONS = 2 ** 31 - 1;

/** Reads a Lease, one without `spec` included. Throws an Error when it is no stored object. */
export function parseLease(object: unknown): Lease {
  const { uid, resourceVersion } = parseMeta(object);
  const spec = fieldsOf(object, 'spec');
  return {
    uid,
    version: resourceVersion,
    holder: textOf(spec, 'holderIdentity') ?? '',
    durationSeconds: wholeNumber(spec['leaseDurationSeconds']),
    acquireTime: textOf(spec, 'acquireTime'),
    renewTime: textOf(spec, 'renewTime'),
    transitions: Math.max(0, wholeNumber(spec['leaseTransitions']) ?? 0),
    object: isObject(object) ? object : {},
  };
}

/** Equal as long as nobody renewed, took or recreated it; changes of labels and the like do not count. */
export function recordOf(lease: Lease): string {
  const { uid, holder, durationSeconds, acquireTime, renewTime, transitions } = lease;
  return JSON.stringify([uid, holder, durationSeconds, acquireTime, renewTime, transitions]);
}

/**
 * How long the holder may go on without a renewal that others see: what the Lease says. Where it says nothing usable, `own`; and
 * never more than an hour, which no election of ours allows, so that a slip cannot stop takeovers for good.
 */
export function durationMsOf({ durationSeconds }: Lease, own: number): number {
  if (durationSeconds === undefined || durationSeconds <= 0) return own;
  return Math.min(durationSeconds * 1000, LONGEST_LEASE_MS);
}

/** Whether its holder laid it down, as we and client-go do. A Lease that lost its holder otherwise may still have a leader. */
export function isReleased({ holder, durationSeconds }: Lease): boolean {
  return holder === '' && durationSeconds === RELEASED_SECONDS;
}

/** One more transition, within what the field can hold. */
export function nextTransition(transitions: number): number {
  return Math.min(transitions + 1, MOST_TRANSITIONS);
}

/** The object to POST. */
export function newLease(name: string, namespace: string, claim: LeaseClaim): object {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, namespace },
    spec: specOf(claim),
  };
}

/**
 * The object to PUT in place of `lease`. It carries its resourceVersion and its uid: without the uid, Kubernetes makes a new
 * Lease of an update that finds none (a Lease allows create on update), and a deletion would go unnoticed.
 */
export function changedLease(lease: Lease, claim: LeaseClaim): object {
  return { ...lease.object, spec: { ...fieldsOf(lease.object, 'spec'), ...specOf(claim) } };
}

/** A moment as Kubernetes' MicroTime demands it: UTC, six digits, of which JavaScript knows three. */
export function microTime(moment: Date, micros = 0): string {
  return moment.toISOString().replace('Z', `${String(micros).padStart(3, '0')}Z`);
}

function specOf(claim: LeaseClaim): Fields {
  return {
    holderIdentity: claim.holder,
    leaseDurationSeconds: claim.durationSeconds,
    acquireTime: claim.acquireTime,
    renewTime: claim.renewTime,
    leaseTransitions: claim.transitions,
  };
}

function wholeNumber(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined;
}
