import { qualifiedName, type ResourceKind } from './resources.js';

/** A refusal: what the API server answers with a `Status` object. */
export class StatusError extends Error {
  constructor(
    readonly code: number,
    readonly reason: string,
    message: string,
    readonly retryAfterSeconds?: number,
  ) {
    super(message);
  }
}

export function statusObject({ code, reason, message, retryAfterSeconds }: StatusError): object {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    ...(retryAfterSeconds === undefined ? {} : { details: { retryAfterSeconds } }),
    code,
  };
}

export function notFound(resource: ResourceKind, name: string): StatusError {
  return new StatusError(404, 'NotFound', `${qualifiedName(resource)} "${name}" not found`);
}

export function alreadyExists(resource: ResourceKind, name: string): StatusError {
  return new StatusError(409, 'AlreadyExists', `${qualifiedName(resource)} "${name}" already exists`);
}

export function conflict(resource: ResourceKind, name: string, why: string): StatusError {
  const what = `Operation cannot be fulfilled on ${qualifiedName(resource)} "${name}"`;
  return new StatusError(409, 'Conflict', `${what}: ${why}`);
}

export function invalid(resource: ResourceKind, name: string, why: string): StatusError {
  return new StatusError(422, 'Invalid', `${resource.kind} "${name}" is invalid: ${why}`);
}

export function badRequest(message: string): StatusError {
  return new StatusError(400, 'BadRequest', message);
}

/** `Expired` is the reason for a list or watch from a version that is no longer kept. */
export function expired(version: number): StatusError {
  return new StatusError(410, 'Expired', `too old resource version: ${version}`);
}

export function unauthorized(): StatusError {
  return new StatusError(401, 'Unauthorized', 'Unauthorized');
}
