// When a sync must end: at its timeout, or when somebody stops it.
import type { Clock } from '../../clock/clock.js';

export interface Stopper {
  /** Its reason says in words why. */
  readonly signal: AbortSignal;
  /** Where a signal stopped it: 128 and the signal's number, as shells have it. */
  readonly exitCode: () => number | undefined;
  readonly end: () => void;
}

const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

/** The second signal ends the process at once. */
export function stopper(clock: Clock, timeoutMs: number): Stopper {
  const controller = new AbortController();
  let code: number | undefined;
  const cancel = clock.after(timeoutMs, () => controller.abort('the --timeout is over'));
  const listeners = (['SIGINT', 'SIGTERM'] as const).map((name) => {
    const listener = (): void => {
      if (code !== undefined) process.exit(SIGNALS[name]);
      code = SIGNALS[name];
      process.stderr.write(`${name}: no more pushes begin, those that were sent are waited for\n`);
      controller.abort(`stopped by ${name}`);
    };
    process.on(name, listener);
    return [name, listener] as const;
  });
  return {
    signal: controller.signal,
    exitCode: () => code,
    end() {
      cancel();
      for (const [name, listener] of listeners) process.off(name, listener);
    },
  };
}
