import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const REAPER = fileURLToPath(new URL('reaper.mjs', import.meta.url));

let reaper: ReturnType<typeof startReaper> | undefined;

/** Of one test file: it ends when this process does, however that comes. */
function startReaper(): ChildProcess & { readonly stdin: Writable } {
  const started = spawn(process.execPath, [REAPER], { stdio: ['pipe', 'ignore', 'inherit'], detached: true });
  // It must not keep this process: neither by itself nor by the pipe, which is a socket.
  started.unref();
  if (started.stdin instanceof Socket) started.stdin.unref();
  return started;
}

function tell(line: string): void {
  reaper ??= startReaper();
  reaper.stdin.write(`${line}\n`);
}

/** Makes sure that the process does not outlive this one, however this one ends. */
export function leash(pid: number | undefined): { readonly release: () => void } {
  if (pid !== undefined) tell(`+${pid}`);
  return {
    release() {
      if (pid !== undefined) tell(`-${pid}`);
    },
  };
}

/** A new folder that does not outlive this process. */
export async function passingFolder(name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `silverback-e2e-${name}-`));
  tell(`folder ${folder}`);
  return folder;
}
