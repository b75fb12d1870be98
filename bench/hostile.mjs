// Does any text keep Silverback busy? Each of these is compiled by a new compiler: it must be answered within two seconds, with
// few findings, in little memory beyond the text's own. Ends with 1 when a limit is exceeded.
//   npm run build && node bench/hostile.mjs
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createCompiler } from '../dist/config/compile.js';
import { HOSTILE } from './hostile-texts.mjs';

const MAX_MS = 2000;
const MAX_FINDINGS = 1001;
/** The reader's limit on a text is 32 MiB; a process that compiles an honest one of that size takes as much. */
const MAX_MEMORY_MB = 1500;
const MEGABYTE = 1024 * 1024;

function measure(name) {
  const { text, deck = false } = HOSTILE[name]();
  const env = { DECK_X: 'x' };
  const sources = (Array.isArray(text) ? text : [text]).map((one, at) => ({ file: `${at}.yaml`, text: one }));
  const [startedAt, cpuBefore] = [performance.now(), process.cpuUsage()];
  const { findings } = createCompiler({ deck, env, allowEmpty: true }).compile(sources);
  const { user, system } = process.cpuUsage(cpuBefore);
  // Whichever is less: a busy machine makes the one longer, the engine's helper threads the other.
  const ms = Math.min(performance.now() - startedAt, (user + system) / 1000);
  const characters = findings.reduce((sum, finding) => sum + JSON.stringify(finding).length, 0);
  const memory = process.resourceUsage().maxRSS / 1024;
  return { ms, findings: findings.length, characters, memory, first: findings[0]?.code };
}

/** In a process of its own: a crash is a failure like another. */
async function inChild(names) {
  const child = fork(import.meta.filename, ['child', ...names], { execArgv: [] });
  const results = new Map();
  let timer;
  const wind = () => {
    clearTimeout(timer);
    timer = setTimeout(() => child.kill('SIGKILL'), 30 * MAX_MS);
  };
  wind();
  child.on('message', ({ name, ...result }) => {
    results.set(name, result);
    wind();
  });
  const [code, signal] = await once(child, 'exit');
  clearTimeout(timer);
  return names.map((name) => [name, results.get(name) ?? { died: signal ?? code }]);
}

function verdict({ died, ms, findings, characters, memory }) {
  if (died !== undefined) return `DIED (${died})`;
  if (ms > MAX_MS) return 'TOO SLOW';
  if (findings > MAX_FINDINGS || characters > MEGABYTE) return 'TOO MANY FINDINGS';
  return memory > MAX_MEMORY_MB ? 'TOO MUCH MEMORY' : '';
}

/** Texts in one field are measured in one process. */
const groupOf = (name) => name.split(':')[0];

function tell(name, result) {
  const fault = verdict(result);
  const { ms = 0, memory = 0, findings = 0, first = 'none' } = result;
  console.log(
    `${ms.toFixed(0).padStart(6)} ms ${memory.toFixed(0).padStart(5)} MB  ${name}: ${findings} findings, first ${first} ${fault}`,
  );
  if (fault !== '') process.exitCode = 1;
}

const [role = '', ...chosen] = process.argv.slice(2);
if (role === 'child') {
  for (const name of chosen) process.send({ name, ...measure(name) });
  process.disconnect();
} else {
  const names = Object.keys(HOSTILE).filter((name) => name.includes(role));
  const groups = new Map();
  for (const name of names) groups.set(groupOf(name), [...(groups.get(groupOf(name)) ?? []), name]);
  for (const group of groups.values()) for (const [name, result] of await inChild(group)) tell(name, result);
}
