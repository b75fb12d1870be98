import { randomUUID } from 'node:crypto';

/** An identity that no other process has: a container that starts again in the same pod must not inherit a Lease. */
export function newIdentity(podName: string, uuid: string = randomUUID()): string {
  return `${podName}_${uuid}`;
}
