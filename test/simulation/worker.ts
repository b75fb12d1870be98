// Plays the seeds that it is sent, one after the other, and tells how each ended.
import { runSeed } from './run-seed.js';

process.on('message', (message: { readonly seed: number; readonly trace: boolean }) => {
  const before = process.cpuUsage();
  // Most errors here are meant, and nobody reads where they came from, unless somebody looks.
  Error.stackTraceLimit = message.trace ? 10 : 0;
  void runSeed(message.seed, message).then((outcome) => {
    const { user, system } = process.cpuUsage(before);
    process.send?.({ ...outcome, cpuMs: (user + system) / 1000 });
  });
});
