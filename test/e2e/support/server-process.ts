import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync, closeSync, readFileSync } from 'node:fs';
import { leash } from './leash.js';

/** A server that can be stopped the hard way and started again with the same arguments. */
export interface ServerProcess {
  readonly start: () => Promise<void>;
  readonly stop: (signal?: NodeJS.Signals) => Promise<void>;
  /** From when it said that it is ready until it is stopped. */
  readonly isReady: () => boolean;
}

const PATIENCE_MS = 120_000;
const LOOK_EVERY_MS = 50;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * @param logFile takes what it writes; the end of it is told when it does not become ready
 * @param ready asked until it says so
 */
export function serverProcess(
  program: string,
  args: readonly string[],
  logFile: string,
  ready: () => Promise<boolean>,
): ServerProcess {
  let child: ChildProcess | undefined;
  let exited: Promise<unknown> = Promise.resolve();
  let isReady = false;

  const failed = (why: string): Error => {
    const log = readFileSync(logFile, 'utf8').split('\n').slice(-25).join('\n');
    return new Error(`${program} ${why}; it wrote:\n${log}`);
  };

  async function untilReady(of: ChildProcess): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS;
    while (!(await ready().catch(() => false))) {
      if (of.exitCode !== null || of.signalCode !== null) throw failed('has ended');
      if (performance.now() > deadline) throw failed(`was not ready within ${PATIENCE_MS / 1000} s`);
      await sleep(LOOK_EVERY_MS);
    }
  }

  return {
    async start() {
      const log = openSync(logFile, 'a');
      const started = spawn(program, args, { stdio: ['ignore', log, log] });
      closeSync(log);
      const { release } = leash(started.pid);
      exited = once(started, 'exit').finally(release);
      child = started;
      await untilReady(started);
      isReady = true;
    },
    async stop(signal = 'SIGKILL') {
      isReady = false;
      child?.kill('SIGCONT');
      child?.kill(signal);
      await exited;
    },
    isReady: () => isReady,
  };
}
