import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { MAIN } from './troop.js';

/** No condition in these tests needs this long; a busy machine may. */
const PATIENCE_MS = 60_000;

/** A command as somebody runs it, while it runs. */
export interface Command {
  readonly out: () => string;
  readonly err: () => string;
  readonly signal: (name: NodeJS.Signals) => void;
  /** Resolves when `holds` is true; looked at whenever the command writes something. */
  readonly until: (what: string, holds: () => boolean) => Promise<void>;
  /** Resolves once all that it wrote has come, with the exit code or the name of the signal that ended it. */
  readonly ended: Promise<number | string>;
}

export function startCommand(...args: readonly string[]): Command {
  const env = { PATH: process.env['PATH'], HOME: '/nonexistent' };
  const child = spawn(process.execPath, [MAIN, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  // Whatever ends this process, by a mistake even, ends the command.
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  const written = { out: '', err: '' };
  const wakers = new Set<() => void>();
  for (const [name, stream] of [
    ['out', child.stdout],
    ['err', child.stderr],
  ] as const)
    stream.setEncoding('utf8').on('data', (text: string) => {
      written[name] += text;
      for (const wake of [...wakers]) wake();
    });
  const ended = once(child, 'close').then(([code, signal]: unknown[]) =>
    typeof code === 'number' ? code : String(signal),
  );
  return {
    out: () => written.out,
    err: () => written.err,
    signal: (name) => void child.kill(name),
    ended,
    async until(what, holds) {
      if (holds()) return;
      let timer: NodeJS.Timeout | undefined;
      let wake = (): void => undefined;
      const told = new Promise<void>((resolve, reject) => {
        const giveUp = (why: string): void =>
          reject(new Error(`${why} in vain for ${what}; it wrote:\n${written.out}\n${written.err}`));
        wake = () => {
          if (holds()) resolve();
        };
        timer = setTimeout(() => giveUp('waited'), PATIENCE_MS);
        void ended.then(() => giveUp('it ended, waited for'));
      });
      wakers.add(wake);
      try {
        await told;
      } finally {
        clearTimeout(timer);
        wakers.delete(wake);
      }
    },
  };
}
