// Every figure that docs/performance.md shows, in one run on one machine: ratios against a peer in the same run, or against a
// limit. Prints a table, writes bench/results.json, and ends with 1 where a limit is missed.
//   npm run bench [-- --only NAME,NAME] [--quick]
import { writeFile } from 'node:fs/promises';
import { cpus, release, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { makeIdentity } from './fan-out/sinks.mjs';
import { measureCompile } from './rows/compile.mjs';
import { measureFailover } from './rows/failover.mjs';
import { measureFanOut } from './rows/fan-out.mjs';
import { measureGrowth } from './rows/growth.mjs';
import { measureLargeConfig } from './rows/large-config.mjs';
import { measureMemory } from './rows/memory.mjs';
import { measurePropagation } from './rows/propagation.mjs';
import { measureScaleUp } from './rows/scale-up.mjs';
import { measureStartUp } from './rows/start-up.mjs';
import { measureSteadyState } from './rows/steady-state.mjs';

const { values } = parseArgs({
  options: { only: { type: 'string' }, quick: { type: 'boolean', default: false } },
});
const tls = await makeIdentity();
const BENCHES = {
  async *'fan-out'() {
    yield* measureFanOut(undefined, values.quick);
    yield* measureFanOut(tls, values.quick);
  },
  memory: () => measureMemory(tls),
  growth: () => measureGrowth(),
  propagation: () => measurePropagation(values.quick),
  failover: async () => [...(await measureFailover(undefined)), ...(await measureFailover(tls))],
  'scale-up': () => measureScaleUp(),
  'steady-state': () => measureSteadyState(),
  '30mb': () => measureLargeConfig(),
  compile: () => measureCompile(),
  'start-up': () => measureStartUp(),
};

const wanted = values.only?.split(',') ?? Object.keys(BENCHES);
const unknown = wanted.filter((name) => !Object.hasOwn(BENCHES, name));
if (unknown.length > 0) {
  console.error(`no such bench: ${unknown.join(', ')}; there are ${Object.keys(BENCHES).join(', ')}`);
  process.exit(2);
}

const isMet = ({ value, atLeast = -Infinity, atMost = Infinity }) => value >= atLeast && value <= atMost;
const shown = (value) => (Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toFixed(2))));

const rows = [];
for (const name of wanted) {
  for await (const row of await BENCHES[name]()) {
    const { row: what, value, atLeast, atMost, unit = '' } = row;
    const limits = [
      atLeast !== undefined && `at least ${shown(atLeast)}`,
      atMost !== undefined && `at most ${shown(atMost)}`,
    ];
    const limit = limits.find(Boolean) ?? 'no limit';
    console.log(
      `${isMet(row) ? '  ok  ' : 'MISSED'} ${shown(value).padStart(7)} ${unit.padEnd(2)} (${limit})  ${what}`,
    );
    rows.push({ bench: name, ...row, met: isMet(row) });
  }
}
const machine = {
  cpus: cpus().length,
  model: cpus()[0]?.model,
  memory: totalmem(),
  linux: release(),
  node: process.version,
};
await writeFile(
  new URL('results.json', import.meta.url),
  `${JSON.stringify({ machine, rows }, undefined, 2)}\n`,
);
process.exitCode = rows.every(isMet) ? 0 : 1;
process.exit();
