// How long do parsing, validating and sealing take, beside what only loading the text takes? 10,000 services, routes and
// plugins as YAML against js-yaml's `load`, as JSON against `JSON.parse`, each time with a new compiler; then the peak of
// memory of a process that compiles once, and what a change to one document of fifty costs. Ends with 1 when a limit is
// exceeded.
//   npm run build && node --expose-gc bench/validate.mjs
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { load } from 'js-yaml';
import { createCompiler } from '../dist/config/compile.js';
import { flatConfig, nestedConfig, toYaml } from './large-config.mjs';

const COUNT = 10_000;
const ROUNDS = 7;
const DOCUMENTS = 50;
const MAX_YAML_RATIO = 4;
const MAX_JSON_RATIO = 10;
const JSON_GRACE_MS = 300;
const MAX_MEMORY_MB = 600;
const MEGABYTE = 1024 * 1024;
const VARIANTS = { nested: nestedConfig, flat: flatConfig };
const FORMATS = { YAML: toYaml, JSON: JSON.stringify };

const texts = (variant, format) => [
  { file: 'kong.yaml', text: Buffer.from(FORMATS[format](VARIANTS[variant](COUNT))) },
];

function compileOnce(sources, compiler = createCompiler({ deck: false, env: {}, allowEmpty: false })) {
  const { valid, findings } = compiler.compile(sources);
  if (!valid) throw new Error(`what is measured must be valid: ${JSON.stringify(findings[0])}`);
  return compiler;
}

function timed(act) {
  globalThis.gc?.();
  const startedAt = performance.now();
  act();
  return performance.now() - startedAt;
}

const median = (times) => times.toSorted((a, b) => a - b)[times.length >> 1];

/** Medians of both, measured by turns: what slows the machine down slows both. */
function race(one, other) {
  const times = { one: [], other: [] };
  for (let round = -1; round < ROUNDS; round += 1) {
    const [first, second] = [timed(one), timed(other)];
    // The first round is for the engine to warm up.
    if (round >= 0) times.one.push(first);
    if (round >= 0) times.other.push(second);
  }
  return { one: median(times.one), other: median(times.other) };
}

let failed = false;
function judge(what, value, limit) {
  failed ||= value > limit;
  console.log(`${value > limit ? 'TOO MUCH ' : ''}${what}`);
}

function measureFormats(variant) {
  for (const format of ['YAML', 'JSON']) {
    const sources = texts(variant, format);
    const text = sources[0].text.toString();
    const alone = format === 'YAML' ? () => load(text) : () => JSON.parse(text);
    const { one, other } = race(alone, () => void compileOnce(sources));
    const [limit, name] =
      format === 'YAML'
        ? [one * MAX_YAML_RATIO, `${MAX_YAML_RATIO}`]
        : [one * MAX_JSON_RATIO + JSON_GRACE_MS, `${MAX_JSON_RATIO} and ${JSON_GRACE_MS} ms`];
    judge(
      `${variant} ${format}, ${(text.length / MEGABYTE).toFixed(1)} MB: loaded in ${one.toFixed(0)} ms, compiled in ` +
        `${other.toFixed(0)} ms: ${(other / one).toFixed(2)} times as long (limit ${name}: ${limit.toFixed(0)} ms)`,
      other,
      limit,
    );
  }
}

/** The most that a process of its own holds (bytes) while it compiles one text. */
async function peakOf(variant, format) {
  const child = fork(import.meta.filename, ['compile', variant, format], { execArgv: [] });
  const [[peak]] = await Promise.all([once(child, 'message'), once(child, 'exit')]);
  return peak;
}

function measureChange() {
  const { services } = nestedConfig(COUNT);
  const share = COUNT / DOCUMENTS;
  const documents = (change) =>
    Array.from({ length: DOCUMENTS }, (_, at) => ({
      file: `${at}.yaml`,
      text:
        toYaml({ _format_version: '3.0', services: services.slice(at * share, (at + 1) * share) }) +
        (at === 7 ? `# ${change}\n` : ''),
    }));
  const compiler = compileOnce(documents('at first'));
  let edit = 0;
  const { one, other } = race(
    () => void compileOnce(documents('new')),
    () => void compileOnce(documents(`edit ${(edit += 1)}`), compiler),
  );
  console.log(
    `${DOCUMENTS} documents: compiled in ${one.toFixed(0)} ms; again after one changed in ${other.toFixed(0)} ms, ` +
      `${((100 * other) / one).toFixed(0)} % of it`,
  );
}

const [role, variant, format] = process.argv.slice(2);
if (role === 'compile') {
  compileOnce(texts(variant, format));
  process.send(process.resourceUsage().maxRSS * 1024);
  process.disconnect();
} else {
  for (const name of Object.keys(VARIANTS)) measureFormats(name);
  for (const name of Object.keys(VARIANTS)) {
    for (const kind of Object.keys(FORMATS)) {
      const megabytes = (await peakOf(name, kind)) / MEGABYTE;
      judge(
        `${name} ${kind}: ${megabytes.toFixed(0)} MB at the peak (limit ${MAX_MEMORY_MB} MB)`,
        megabytes,
        MAX_MEMORY_MB,
      );
    }
  }
  measureChange();
  if (failed) process.exitCode = 1;
}
