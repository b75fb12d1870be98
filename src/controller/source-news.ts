import type { Clock } from '../clock/clock.js';

/** Lets others wait for the next change of the sources. */
export interface SourceNews {
  readonly tell: () => void;
  /** True once there is news; false when there is none until then (by the clock, ms). */
  readonly before: (deadline: number) => Promise<boolean>;
}

export function createSourceNews(clock: Clock): SourceNews {
  let waiting: (() => void)[] = [];
  return {
    tell() {
      const woken = waiting;
      waiting = [];
      woken.forEach((wake) => wake());
    },
    before: (deadline) =>
      new Promise((resolve) => {
        const left = deadline - clock.now();
        if (left <= 0) {
          resolve(false);
          return;
        }
        const cancel = clock.after(left, () => resolve(false));
        waiting.push(() => {
          cancel();
          resolve(true);
        });
      }),
  };
}
