// Spoils valid configurations in a million ways, and checks what must hold of each (test/support/mutations.mjs). Prints the seed
// and, of what does not hold, a minimal example; ends with 1 then.
//   npm run fuzz -- [RUNS [SEED]]
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { createCompiler } from '../dist/config/compile.js';
import {
  checkText,
  checkValue,
  mutatedBytes,
  mutatedText,
  mutatedValue,
} from '../test/support/mutations.mjs';

const [runs = '1000000', seed = String(Date.now() % 2 ** 31)] = process.argv.slice(2);
const compiler = () => createCompiler({ deck: false, env: {}, allowEmpty: true });
let slowest = { ms: 0 };

function timed(check) {
  return (subject) => {
    const startedAt = performance.now();
    check(compiler, subject);
    const ms = performance.now() - startedAt;
    if (ms > slowest.ms) slowest = { ms, subject };
  };
}

const PROPERTIES = {
  values: [mutatedValue, timed(checkValue), 0.3],
  texts: [mutatedText, timed(checkText), 0.5],
  bytes: [mutatedBytes, timed(checkText), 0.2],
};

/** Runs at a time: what they leave behind is only freed between them. */
const CHUNK = 2000;

console.log(`seed ${seed}, ${runs} runs`);
for (const [name, [arbitrary, check, share]] of Object.entries(PROPERTIES)) {
  const startedAt = performance.now();
  const count = Math.round(Number(runs) * share);
  let result;
  for (let done = 0; done < count && result?.failed !== true; done += CHUNK) {
    const options = { numRuns: Math.min(CHUNK, count - done), seed: (Number(seed) + done) | 0 };
    result = fc.check(fc.property(arbitrary, check), options);
    // What a WeakRef points to stays for as long as the event loop does not turn.
    await setImmediate();
  }
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
  console.log(`${name}: ${count} runs in ${seconds} s, ${result?.failed === true ? 'FAILED' : 'all hold'}`);
  if (result?.failed !== true) continue;
  process.exitCode = 1;
  const [example] = result.counterexample ?? [];
  const shown =
    example instanceof Uint8Array ? Buffer.from(example).toString('base64') : JSON.stringify(example);
  console.log(
    `  seed of its ${CHUNK} runs: ${result.seed}\n  ${result.errorInstance?.stack ?? 'no reason'}\n  ${shown}`,
  );
}
console.log(`slowest: ${slowest.ms.toFixed(0)} ms`);
