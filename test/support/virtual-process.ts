import type { Clock } from '../../src/clock/clock.js';

/** A process under a virtual clock: with a clock of its own, and it can be stopped, continued and killed. */
export interface VirtualProcess {
  readonly clock: Clock;
  /** Runs what reaches the process from outside: now, when it is continued, or never. */
  deliver(fn: () => void): void;
  /** SIGSTOP: its clock goes on, nothing else does. */
  stop(): void;
  /** SIGCONT: what came meanwhile happens now. */
  resume(): void;
  /** SIGKILL. */
  kill(): void;
  alive(): boolean;
}

export interface ProcessOptions {
  /** How fast its clock runs, 1 being right. */
  readonly rate?: number;
  /** How wrong its wall clock is. */
  readonly wallOffsetMs?: number;
}

export function createVirtualProcess(
  root: Clock,
  { rate = 1, wallOffsetMs = 0 }: ProcessOptions = {},
): VirtualProcess {
  const startedAt = root.now();
  let state: 'running' | 'stopped' | 'killed' = 'running';
  let waiting: (() => void)[] = [];

  function deliver(fn: () => void): void {
    if (state === 'running') fn();
    else if (state === 'stopped') waiting.push(fn);
  }

  return {
    clock: {
      now: () => startedAt + (root.now() - startedAt) * rate,
      wall: () => new Date(root.wall().getTime() + wallOffsetMs),
      after(ms, fn) {
        let cancelled = false;
        const cancel = root.after(ms / rate, () =>
          deliver(() => {
            if (!cancelled) fn();
          }),
        );
        return () => {
          cancelled = true;
          cancel();
        };
      },
    },
    deliver,
    stop() {
      if (state === 'running') state = 'stopped';
    },
    resume() {
      if (state !== 'stopped') return;
      state = 'running';
      const due = waiting;
      waiting = [];
      // One after the other, with all that follows from each in between, as an event loop takes them.
      for (const fn of due) root.after(0, () => deliver(fn));
    },
    kill() {
      state = 'killed';
      waiting = [];
    },
    alive: () => state !== 'killed',
  };
}
