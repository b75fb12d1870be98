// Spoils valid configurations in a million ways, and checks what must hold of each (test/support/mutations.mjs). Prints the seed
// and, of what does not hold, a minimal example; ends with 1 then.
//   npm run fuzz -- [RUNS [SEED]]
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

console.log(`seed ${seed}, ${runs} runs`);
for (const [name, [arbitrary, check, share]] of Object.entries(PROPERTIES)) {
  const startedAt = performance.now();
  const result = fc.check(fc.property(arbitrary, check), {
    numRuns: Math.round(Number(runs) * share),
    seed: Number(seed),
  });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
  console.log(`${name}: ${result.numRuns} runs in ${seconds} s, ${result.failed ? 'FAILED' : 'all hold'}`);
  if (!result.failed) continue;
  process.exitCode = 1;
  const [example] = result.counterexample ?? [];
  console.log(`  ${result.errorInstance?.stack ?? 'no reason'}`);
  console.log(
    `  ${typeof example === 'string' || !(example instanceof Uint8Array) ? JSON.stringify(example) : Buffer.from(example).toString('base64')}`,
  );
}
console.log(`slowest: ${slowest.ms.toFixed(0)} ms`);
