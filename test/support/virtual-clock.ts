import type { Clock } from '../../src/clock/clock.js';

/** A clock whose time moves only when told, for code that takes a `Clock`. */
export interface VirtualClock extends Clock {
  /** Moves time on by `ms`. What falls due runs in its order, and all promises settle in between. */
  advance(ms: number): Promise<void>;
  /** Moves time from timer to timer until the condition holds; throws when it does not within `withinMs`. */
  until(condition: () => boolean, withinMs?: number): Promise<void>;
  /** Lets all promises settle; time stands still. */
  settle(): Promise<void>;
}

interface Timer {
  readonly at: number;
  readonly fn: () => void;
}

const EPOCH = Date.UTC(2026, 0, 1);

export function createVirtualClock(): VirtualClock {
  let now = 0;
  /** In the order they were set; the earliest of equals runs first. */
  const timers = new Set<Timer>();

  function nextDue(limit: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of timers) {
      if (timer.at <= limit && (next === undefined || timer.at < next.at)) next = timer;
    }
    return next;
  }

  function fire(timer: Timer): void {
    timers.delete(timer);
    now = Math.max(now, timer.at);
    timer.fn();
  }

  async function moveTo(target: number, reached: () => boolean): Promise<void> {
    await settle();
    while (!reached()) {
      const timer = nextDue(target);
      if (timer === undefined) {
        now = target;
        return;
      }
      fire(timer);
      await settle();
    }
  }

  return {
    now: () => now,
    wall: () => new Date(EPOCH + now),
    after(ms, fn) {
      const timer = { at: now + Math.max(0, ms), fn };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance: (ms) => moveTo(now + ms, () => false),
    async until(condition, withinMs = 600_000) {
      const start = now;
      await moveTo(now + withinMs, condition);
      if (!condition()) throw new Error(`not so within ${now - start} virtual ms: ${condition.toString()}`);
    },
    settle,
  };
}

/** All microtasks run before the next turn of the event loop begins. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
