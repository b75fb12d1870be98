/**
 * Outlives the test run, and takes away what it leaves: reads `+pid`, `-pid` and `folder path` lines until its standard
 * input ends, which it does whatever ended the run; then kills those processes and removes those folders.
 */
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';

// A Ctrl-C goes to the whole process group.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});
const pids = new Set();
const folders = new Set();
for await (const line of createInterface({ input: process.stdin })) {
  if (line.startsWith('+')) pids.add(Number(line.slice(1)));
  else if (line.startsWith('-')) pids.delete(Number(line.slice(1)));
  else folders.add(line.slice('folder '.length));
}
for (const pid of pids) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}
for (const folder of folders)
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
