import { EMPTY_HASH } from '../config/revision.js';
import type { GatewayState } from '../gateway/state.js';
import type { Member } from '../rollout/care.js';

/**
 * Whether a first revision may be pushed, by what the gateways carry. Where nothing is known to be good yet, a configuration that
 * somebody else put there may be one that users live on.
 *
 * - `wait`: some gateway has not been heard of
 * - `go`: all are empty, or on the revision already, or cannot be reached
 * - `foreign`: these carry something else
 */
export type FirstPush =
  | { readonly kind: 'wait' }
  | { readonly kind: 'go' }
  | { readonly kind: 'foreign'; readonly carriers: readonly Carrier[] };

/** What matters of a gateway. */
export interface Carrier {
  readonly member: Member;
  readonly state: Pick<GatewayState, 'hash' | 'failures'>;
}

/**
 * @param revision the id of what would be pushed
 * @param ours the ids of what was let go before
 */
export function judgeFirstPush(
  gateways: readonly Carrier[],
  revision: string,
  ours: ReadonlySet<string> = new Set(),
): FirstPush {
  const carriers = gateways.filter(
    ({ state: { hash } }) =>
      hash !== undefined && hash !== EMPTY_HASH && hash !== revision && !ours.has(hash),
  );
  if (carriers.length > 0) return { kind: 'foreign', carriers };
  const silent = gateways.some(({ state: { hash, failures } }) => hash === undefined && failures === 0);
  return { kind: silent ? 'wait' : 'go' };
}
