import type { Clock } from '../clock/clock.js';
import type { GatewayState } from '../gateway/state.js';

/** How long it is remembered what was left under way at an address (ms): longer than any load takes. */
const REMEMBERED_MS = 10 * 60_000;

type Left = () => GatewayState;

/** What whoever looked after an address last left there: a load outlives the care for its gateway, and the next care must know of it. */
export interface Predecessors {
  /** @param left asked when the next care begins, for what was cut off has ended by then */
  readonly remember: (url: string, left: Left) => void;
  /** Forgets it, too: from now on the next care knows more. */
  readonly take: (url: string) => Left | undefined;
}

export function createPredecessors(clock: Clock): Predecessors {
  /** By URL; the oldest first. */
  const former = new Map<string, { readonly left: Left; readonly until: number }>();

  return {
    remember(url, left) {
      const now = clock.now();
      for (const [old, { until }] of former) {
        if (until > now) break;
        former.delete(old);
      }
      former.delete(url);
      former.set(url, { left, until: now + REMEMBERED_MS });
    },
    take(url) {
      const before = former.get(url);
      former.delete(url);
      return before !== undefined && before.until > clock.now() ? before.left : undefined;
    },
  };
}
