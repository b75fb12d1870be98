#!/usr/bin/env node
// How far our validation agrees with a real Kong 3.9.3, whose verdicts lie beside the checkout (or where --verdicts says):
//   npm run parity
//   npm run parity -- --mutations 100000 --seed 7    and with the emulator, on mutations of what Kong accepts
// Prints agreement by family, and every disagreement. Exit code: 0 at or above the floors, 1 below, 2 it could not be tried.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createCompiler } from '../dist/config/compile.js';
import { compareWithEmulator } from './parity/mutations.mjs';
import { namesTheSame } from './parity/places.mjs';

const FLOORS = { agreement: 0.995, falseAlarms: 0.001, named: 0.95 };

const { values } = parseArgs({
  options: {
    verdicts: {
      type: 'string',
      default: join(import.meta.dirname, '../../shared/kong/verdicts-open.ndjson'),
    },
    mutations: { type: 'string', default: '0' },
    seed: { type: 'string', default: '1' },
  },
});

function compile(text) {
  return createCompiler({ deck: false, env: {}, allowEmpty: true }).compile([{ file: 'kong.yaml', text }]);
}

const textOf = ({ config, text, text_b64: base64 }) =>
  base64 === undefined ? Buffer.from(text ?? JSON.stringify(config)) : Buffer.from(base64, 'base64');

function readCases() {
  if (!existsSync(values.verdicts)) {
    console.error('there are no verdicts to compare with: --verdicts FILE names them');
    process.exit(2);
  }
  return readFileSync(values.verdicts, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

function compareWithKong(cases) {
  const families = new Map();
  const lists = { 'false alarm': [], missed: [], 'named otherwise': [] };
  const sums = { accepted: 0, told: 0 };
  for (const one of cases) {
    const { valid, findings } = compile(textOf(one));
    const family = families.get(one.family) ?? { total: 0, agreed: 0 };
    families.set(one.family, family);
    family.total += 1;
    const accepted = one.status === 201;
    if (accepted) sums.accepted += 1;
    if (valid === accepted) family.agreed += 1;
    else lists[accepted ? 'false alarm' : 'missed'].push(one.id);
    if (accepted || valid || !(one.errors?.length > 0)) continue;
    sums.told += 1;
    if (!namesTheSame(one.errors, findings)) lists['named otherwise'].push(one.id);
  }
  return { families, lists, sums };
}

const percent = (share) => `${(100 * share).toFixed(2)} %`;

function report({ families, lists, sums }) {
  for (const [name, { total, agreed }] of [...families].sort(([a], [b]) => (a < b ? -1 : 1)))
    console.log(`${name}: ${agreed} of ${total}`);
  for (const [what, ids] of Object.entries(lists)) for (const id of ids) console.log(`${what}: ${id}`);
  const total = [...families.values()].reduce((sum, family) => sum + family.total, 0);
  const agreement = 1 - (lists['false alarm'].length + lists.missed.length) / total;
  const falseAlarms = lists['false alarm'].length / Math.max(1, sums.accepted);
  const named = 1 - lists['named otherwise'].length / Math.max(1, sums.told);
  console.log(
    `agreement ${percent(agreement)} of ${total} (floor ${percent(FLOORS.agreement)}); ` +
      `false alarms ${percent(falseAlarms)} of ${sums.accepted} accepted (limit ${percent(FLOORS.falseAlarms)}); ` +
      `same entity and field ${percent(named)} of ${sums.told} refused (floor ${percent(FLOORS.named)})`,
  );
  return agreement >= FLOORS.agreement && falseAlarms <= FLOORS.falseAlarms && named >= FLOORS.named;
}

const cases = readCases();
let good = report(compareWithKong(cases));
if (Number(values.mutations) > 0)
  good = compareWithEmulator(cases, compile, Number(values.mutations), Number(values.seed)) && good;
process.exitCode = good ? 0 : 1;
