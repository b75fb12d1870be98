import type { Clock } from '../clock/clock.js';
import { createTokenBucket } from '../kube/events/token-bucket.js';
import type { ObjectRef } from '../report/happening.js';

/** A few Pods at once, then another every quarter of an hour: when many are in trouble, it is the Service's. */
const PODS = { burst: 3, refillMs: 900_000 };
const MOST_REMEMBERED = 20;

/** Which Pods may have Events of their own: those that have some already, and a few more as time goes by. */
export function createPodAdmission(clock: Clock): (pod: ObjectRef) => boolean {
  const bucket = createTokenBucket(clock, PODS);
  const admitted = new Set<string>();
  return ({ namespace, name, uid = '' }) => {
    const key = `${namespace}/${name}/${uid}`;
    if (admitted.has(key)) return true;
    if (!bucket.take()) return false;
    admitted.add(key);
    const [oldest] = admitted;
    if (admitted.size > MOST_REMEMBERED && oldest !== undefined) admitted.delete(oldest);
    return true;
  };
}
