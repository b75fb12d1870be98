// Parse, validate, merge and seal: what each costs, and whether the whole grows in step with the configuration. Each size runs in a
// process of its own, so that one size's garbage is not another's.
//   node --expose-gc bench/rows/compile.mjs FORMAT ENTITIES    (the child)
import { startChild } from '../harness/child.mjs';
import { configuration } from '../harness/configurations.mjs';
import { median } from '../harness/figures.mjs';
import { toYaml } from '../large-config.mjs';

const SIZES = [1_000, 10_000, 50_000];
const ROUNDS = 5;
const STAGES = ['parse', 'validate', 'merge', 'seal'];

async function measureStages(format, entities) {
  const { prepare, readDocument } = await import('../../dist/config/prepare.js');
  const { merge } = await import('../../dist/config/merge/merge.js');
  const { seal } = await import('../../dist/config/seal/seal.js');
  const config = configuration(entities);
  const text = Buffer.from(format === 'YAML' ? toYaml(config) : JSON.stringify(config));
  const dialect = { deck: false, env: {} };
  const rounds = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    globalThis.gc();
    const times = [performance.now()];
    const read = readDocument(text, dialect);
    times.push(performance.now());
    const prepared = prepare(read, undefined);
    times.push(performance.now());
    const { merged, problems } = merge([{ file: 'kong', confidential: false, prepared }]);
    times.push(performance.now());
    const revision = seal(merged);
    times.push(performance.now());
    if (prepared.problems.length + problems.length > 0 || revision.bytes.length === 0)
      throw new Error('what is measured must be valid');
    // The first is warming up.
    if (round > 0) rounds.push(STAGES.map((_, i) => times[i + 1] - times[i]));
  }
  return STAGES.map((_, i) => median(rounds.map((stages) => stages[i])));
}

export async function measureCompile() {
  const rows = [];
  for (const format of ['YAML', 'JSON']) {
    const totals = new Map();
    for (const entities of SIZES) {
      const child = startChild(import.meta.filename, { execArgv: ['--expose-gc'] });
      const stages = await child.call('stages', { format, entities });
      child.end();
      const total = stages.reduce((sum, stage) => sum + stage, 0);
      totals.set(entities, total);
      const shares = STAGES.map((stage, i) => `${stage} ${((stages[i] / total) * 100).toFixed(0)} %`).join(
        ', ',
      );
      rows.push({ row: `compile: ${entities} entities of ${format} (${shares})`, value: total, unit: 'ms' });
    }
    rows.push({
      row: `compile: 50,000 entities of ${format} by 10,000`,
      value: totals.get(50_000) / totals.get(10_000),
      atMost: 5.5,
    });
  }
  return rows;
}

// The child's side. `process.send` is there only for whoever was forked.
if (process.send !== undefined && process.argv[1] === import.meta.filename) {
  process.on('message', async ({ seq, format, entities }) => {
    try {
      process.send({ seq, result: await measureStages(format, entities) });
    } catch (error) {
      process.send({ seq, error: error.stack });
    }
  });
}
