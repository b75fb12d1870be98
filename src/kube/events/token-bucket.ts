import type { Clock } from '../../clock/clock.js';

export interface TokenBucket {
  /** Takes a token; false when there is none. */
  take(): boolean;
}

/** `burst` tokens at first, then one every `refillMs`, never more than `burst`. */
export function createTokenBucket(
  clock: Clock,
  { burst, refillMs }: { readonly burst: number; readonly refillMs: number },
): TokenBucket {
  let tokens = burst;
  let countedAt = clock.now();
  return {
    take() {
      const gained = Math.floor((clock.now() - countedAt) / refillMs);
      tokens = Math.min(burst, tokens + gained);
      countedAt += gained * refillMs;
      if (tokens === 0) return false;
      tokens -= 1;
      return true;
    },
  };
}
