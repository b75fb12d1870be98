// The simulation's entrance:
//   npm run simulate -- [--seeds N] [--from S] [--workers W]   plays N seeds, beginning with S (a random one)
//   npm run simulate -- --seed S --trace                       plays one seed and prints all that happened
// Ends with 1 when a seed violates an invariant, and prints its trace and the command that plays it again.
import { parseArgs } from 'node:util';
import { startWorker } from './workers.mjs';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '200' },
    from: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
    seed: { type: 'string' },
    trace: { type: 'boolean', default: false },
    twice: { type: 'boolean', default: false },
    workers: { type: 'string', default: '2' },
    failures: { type: 'string', default: '1' },
    mutant: { type: 'string', default: '' },
  },
});

/** How much of the trace of a violation is shown. */
const LAST_LINES = 60;

const count = values.seed === undefined ? Number(values.seeds) : 1;
const from = Number(values.seed ?? values.from);
const traced = values.trace || values.twice;
let next = 0;
let bad = 0;
let cpuMs = 0;
let ranMs = 0;

async function work() {
  const worker = startWorker(values.mutant);
  while (next < count && bad < Number(values.failures)) {
    const seed = from + next;
    next += 1;
    const outcome = await worker.play(seed, traced);
    cpuMs += outcome.cpuMs;
    ranMs += outcome.ranMs;
    if (values.twice) {
      const again = await worker.play(seed, true);
      if (again.digest !== outcome.digest) {
        bad += 1;
        const at = outcome.trace.findIndex((line, index) => line !== again.trace[index]);
        console.log(
          `seed ${seed} was played twice and differed:\n  ${outcome.trace[at]}\n  ${again.trace[at]}`,
        );
      }
    }
    if (values.trace) console.log(outcome.trace.join('\n'), `\ndigest ${outcome.digest}`);
    if (outcome.violation === undefined) continue;
    bad += 1;
    const { invariant, what, at } = outcome.violation;
    console.log(`\nseed ${seed} violates ${invariant} at ${(at / 1000).toFixed(3)} s: ${what}`);
    const { trace } = values.trace ? outcome : await worker.play(seed, true);
    console.log(values.trace ? '' : trace.slice(-LAST_LINES).join('\n'));
    console.log(`again, with all that happened: npm run simulate -- --seed ${seed} --trace`);
  }
  worker.close();
}

const startedAt = Date.now();
if (values.seed === undefined) console.log(`${count} seeds from ${from}`);
await Promise.all(Array.from({ length: Math.min(count, Number(values.workers)) }, work));
const seconds = (Date.now() - startedAt) / 1000;
console.log(
  `${next} seeds, ${bad} violations; ${seconds.toFixed(1)} s, ${(cpuMs / next).toFixed(0)} ms of CPU and ${(ranMs / next / 1000).toFixed(0)} virtual seconds each`,
);
process.exitCode = bad === 0 ? 0 : 1;
