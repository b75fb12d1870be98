import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A log line of a replica: its event, its words, and its fields. */
export interface ReplicaLine {
  readonly at: number;
  readonly event: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A controller replica: a process of its own, as in a pod of its own. */
export interface Replica {
  readonly name: string;
  readonly pid: number | undefined;
  readonly lines: readonly ReplicaLine[];
  /** What it wrote that was no log line: a crash, most likely. */
  readonly stray: readonly string[];
  readonly running: () => boolean;
  readonly onLine: (listener: (line: ReplicaLine) => void) => () => void;
  readonly signal: (name: NodeJS.Signals) => void;
  /** Resolves with the exit code, or the name of the signal that ended it. */
  readonly exited: Promise<number | string>;
}

const MAIN = fileURLToPath(new URL('../cli/main.js', import.meta.url));

function parseLine(text: string): ReplicaLine | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== 'object' || parsed === null) return undefined;
    const fields: Record<string, unknown> = { ...parsed };
    return { at: performance.now(), event: String(fields['event']), message: String(fields['msg']), fields };
  } catch {
    return undefined;
  }
}

/** Our own environment without what would be taken for settings. */
function bareEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(CONTROLLER|KUBE|DECK)_?/.test(name)),
  );
}

/** Starts `silverback run` with the given arguments as the pod `name`. `main` is the built program's entry point. */
export function startReplica(
  name: string,
  args: readonly string[],
  options: { readonly env?: NodeJS.ProcessEnv; readonly main?: string } = {},
): Replica {
  const child = spawn(process.execPath, [options.main ?? MAIN, 'run', ...args], {
    env: { ...bareEnvironment(), POD_NAME: name, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // Whatever ends this process, by a mistake even, ends the replica.
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  const lines: ReplicaLine[] = [];
  const stray: string[] = [];
  const listeners = new Set<(line: ReplicaLine) => void>();
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = parseLine(text);
    if (line === undefined) return void stray.push(text);
    lines.push(line);
    for (const listener of [...listeners]) listener(line);
  });
  createInterface({ input: child.stderr }).on('line', (text) => stray.push(text));
  const exited = once(child, 'exit').then(([code, signal]: unknown[]) =>
    typeof code === 'number' ? code : String(signal),
  );
  return {
    name,
    pid: child.pid,
    lines,
    stray,
    running: () => child.exitCode === null && child.signalCode === null,
    onLine(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    signal: (signal) => void child.kill(signal),
    exited,
  };
}
