// Mutates configurations that Kong accepts, and compares our verdict with the emulator's: two readings of the same rules.
import { parseText } from '../../dist/emulator/kong/declarative/text.js';
import { configModel } from '../../dist/emulator/kong/declarative/model.js';
import { asMap, isKongBreaking } from '../../dist/emulator/kong/lua/value.js';
import { loadCatalog } from '../../dist/emulator/kong/schema/catalog.js';
import { evaluate, md5 } from '../../dist/emulator/kong/server/evaluate.js';

const OPTIONS = { validate: true, flatten: true, emptyListIsList: true, zerosWhenEmpty: true };
const ODD = [null, 0, 1, -1, 1.5, '', ' ', 'a', true, false, [], {}, [1], { a: 1 }, '{vault://env/x}'];
/** A custom plugin is unchecked for us, and not installed at the emulator. */
const NOT_INSTALLED = /not enabled; add it/;

const model = configModel(loadCatalog(), Date.now);

/** @returns what the emulator would answer: whether it accepts, and in which words it does not */
function emulated(text) {
  try {
    const parsed = parseText(text);
    if (!parsed.ok) return { accepted: false, words: parsed.message };
    const result = evaluate(model, asMap(parsed.value), text, md5(text), OPTIONS);
    return 'refusal' in result
      ? { accepted: false, words: JSON.stringify(result.refusal.body) }
      : { accepted: true, words: '' };
  } catch (error) {
    if (isKongBreaking(error)) return { accepted: false, words: error.message };
    throw error;
  }
}

/** A generator of numbers in [0, 1) that a seed repeats (mulberry32). */
function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Every value that occurs, and those that occur under each key. */
function gather(configs) {
  const all = [];
  const byKey = new Map();
  const visit = (value, key) => {
    all.push(value);
    if (key !== undefined) byKey.set(key, [...(byKey.get(key) ?? []), value].slice(-500));
    if (typeof value !== 'object' || value === null) return;
    for (const [name, child] of Object.entries(value)) visit(child, Array.isArray(value) ? key : name);
  };
  for (const config of configs) visit(config);
  return { all, byKey };
}

function slotsOf(value, slots = []) {
  if (typeof value !== 'object' || value === null) return slots;
  for (const key of Object.keys(value)) {
    slots.push([value, key]);
    slotsOf(value[key], slots);
  }
  return slots;
}

function mutate(config, { all, byKey }, configs, random) {
  const pick = (list) => list[Math.floor(random() * list.length)];
  const slots = slotsOf(config);
  if (slots.length === 0) return;
  const [owner, key] = pick(slots);
  const dice = random();
  if (key === '_format_version' && dice < 0.9) return;
  if (dice < 0.45 && byKey.has(key)) owner[key] = structuredClone(pick(byKey.get(key)));
  else if (dice < 0.6) owner[key] = structuredClone(pick(all));
  else if (dice < 0.7) delete owner[key];
  else if (dice < 0.8) owner[key] = structuredClone(pick(ODD));
  else {
    for (const [type, list] of Object.entries(pick(configs)))
      if (Array.isArray(list))
        config[type] = [...(Array.isArray(config[type]) ? config[type] : []), ...structuredClone(list)];
  }
}

/** @returns whether all verdicts agree; prints those that do not */
export function compareWithEmulator(cases, compile, runs, seed) {
  const random = randomFrom(seed);
  const whole = cases.filter(({ config }) => typeof config === 'object' && config !== null);
  const configs = whole.filter(({ status }) => status === 201).map(({ config }) => config);
  const values = gather(whole.map(({ config }) => config));
  let accepted = 0;
  let disagreed = 0;
  for (let run = 0; run < runs; run += 1) {
    const config = structuredClone(configs[Math.floor(random() * configs.length)]);
    for (let left = 1 + Math.floor(random() * 2); left > 0; left -= 1)
      mutate(config, values, configs, random);
    const text = Buffer.from(JSON.stringify(config));
    const verdict = emulated(text);
    const { valid, findings } = compile(text);
    if (verdict.accepted) accepted += 1;
    if (valid === verdict.accepted || NOT_INSTALLED.test(verdict.words)) continue;
    disagreed += 1;
    const ours = findings.find(({ severity }) => severity === 'error')?.message ?? 'nothing';
    console.log(`mutation ${run}: the emulator ${verdict.accepted ? 'accepts it' : `says ${verdict.words}`}`);
    console.log(`  we say: ${ours}\n  ${text.toString().slice(0, 2000)}`);
  }
  console.log(`${runs} mutations (seed ${seed}), ${accepted} accepted: ${disagreed} verdicts differ`);
  return disagreed === 0;
}
