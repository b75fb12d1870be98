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
  /** When it was set, counted: the earlier of equals runs first. */
  readonly order: number;
  fn: (() => void) | undefined;
}

const EPOCH = Date.UTC(2026, 0, 1);
/** Turns of the event loop are taken in batches: each costs several times what a callback in it does. */
const BATCH = 32;

export function createVirtualClock(): VirtualClock {
  let now = 0;
  let set = 0;
  const timers = createTimers();

  /** Fires timers until `reached`, or up to `target`; all promises settle before each and after the last. */
  function moveTo(target: number, reached: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      let over = false;
      const end = (finish: () => void): void => {
        over = true;
        finish();
      };
      const turn = (): void => {
        if (over) return;
        try {
          if (reached()) {
            end(resolve);
            return;
          }
          const timer = timers.takeDue(target);
          now = Math.max(now, timer?.at ?? target);
          if (timer === undefined) end(resolve);
          else timer.fn?.();
        } catch (error) {
          end(() => reject(error instanceof Error ? error : new Error(String(error))));
        }
      };
      // All microtasks run between two immediates, whether or not these belong to one turn of the event loop.
      const batch = (): void => {
        if (over) return;
        for (let count = 0; count < BATCH; count += 1) setImmediate(turn);
        setImmediate(batch);
      };
      batch();
    });
  }

  return {
    now: () => now,
    wall: () => new Date(EPOCH + now),
    after(ms, fn) {
      const timer: Timer = { at: now + Math.max(0, ms), order: (set += 1), fn };
      timers.add(timer);
      return () => {
        timer.fn = undefined;
      };
    },
    advance: (ms) => moveTo(now + ms, () => false),
    async until(condition, withinMs = 600_000) {
      const start = now;
      await moveTo(now + withinMs, condition);
      if (!condition()) throw new Error(`not so within ${now - start} virtual ms: ${condition.toString()}`);
    },
    settle: () => new Promise((resolve) => setImmediate(resolve)),
  };
}

interface Timers {
  add(timer: Timer): void;
  /** Takes out the next one that is due by `limit`; those that were cancelled are dropped on the way. */
  takeDue(limit: number): Timer | undefined;
}

/** A binary heap, the next timer first. */
function createTimers(): Timers {
  const heap: Timer[] = [];
  const before = (a: Timer, b: Timer): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

  function takeFirst(): void {
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child += 1;
      if (!before(heap[child]!, last)) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = last;
  }

  return {
    add(timer) {
      let index = heap.length;
      while (index > 0) {
        const parent = (index - 1) >> 1;
        if (!before(timer, heap[parent]!)) break;
        heap[index] = heap[parent]!;
        index = parent;
      }
      heap[index] = timer;
    },
    takeDue(limit) {
      for (;;) {
        const first = heap[0];
        if (first === undefined || (first.at > limit && first.fn !== undefined)) return undefined;
        takeFirst();
        if (first.fn !== undefined) return first;
      }
    },
  };
}
