// A child process: one of those who are compared, alone in its process so that its CPU and memory are its own.
//   node bench/fan-out/contestant.mjs NAME
import { readFile } from 'node:fs/promises';

const { open } = await import(`./contestants/${process.argv[2]}.mjs`);
let contestant;

/** Runs it, with the time on the clock and the CPU (own, and that of programs it says it ran), in ms. */
async function timed(run) {
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const { otherCpuMs = 0 } = (await run()) ?? {};
  const wallMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { wallMs, cpuMs: (user + system) / 1000 + otherCpuMs };
}

const COMMANDS = {
  async prepare({ urls, tls, revisions, atOnce }) {
    const read = revisions.map(async ({ id, file }) => ({ id, file, bytes: await readFile(file) }));
    contestant = await open({ urls, tls, revisions: await Promise.all(read), atOnce });
  },
  round: ({ revision }) => timed(() => contestant.round(revision)),
  /** Not timed: to another revision, right before the round, so that everyone begins it as warm as ours, which must. */
  async settle({ revision }) {
    await (contestant.settle ?? contestant.round)(revision);
  },
  /** A round, and how much more memory the process held at most meanwhile than before (bytes). */
  async watched({ revision }) {
    globalThis.gc();
    const before = process.memoryUsage.rss();
    let most = before;
    const watching = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 5);
    await contestant.round(revision);
    clearInterval(watching);
    return { peak: most - before };
  },
  close: () => contestant.close(),
};

process.on('message', async ({ seq, command, ...options }) => {
  try {
    process.send({ seq, result: await COMMANDS[command](options) });
  } catch (error) {
    process.send({ seq, error: error.stack });
  }
});
