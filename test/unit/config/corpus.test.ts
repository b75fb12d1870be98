import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { createCompiler } from '../../../src/config/compile.js';
import type { Compilation } from '../../../src/config/compile.js';
import { cases, textOf, verdict } from '../../support/kong-verdicts.js';
import type { Case } from '../../support/kong-verdicts.js';

const corpus = cases();

function compileCase(one: Case): Compilation {
  const { compile } = createCompiler({ deck: false, env: {}, allowEmpty: true });
  return compile([{ file: 'kong.yaml', text: textOf(one) }]);
}

(corpus.length > 0 ? describe : describe.skip)('what a real Kong 3.9.3 says (../shared/kong)', () => {
  const compiled = corpus.map((one) => ({ one, compilation: compileCase(one) }));
  const accepted = compiled.filter(({ one }) => one.status === 201);

  test('nothing that it accepts is refused, but for what exceeds our limits', () => {
    const refused = accepted.filter(({ compilation }) => !compilation.valid).map(({ one }) => one.id);
    expect(refused).toEqual(['y/deep/yaml-flow-3000']);
  });

  test('all that it refuses is found, but for plugins that it does not have: those may be custom ones', () => {
    const missed = compiled
      .filter(({ one, compilation }) => one.status !== 201 && compilation.valid)
      .filter(({ compilation: { findings } }) => findings.every(({ code }) => code !== 'unchecked-plugin'));
    expect(missed.map(({ one }) => one.id)).toEqual([]);
  });

  test('sealing keeps what it accepts acceptable, with as many entities, and sealing again changes nothing', () => {
    const changed: string[] = [];
    let sealed = 0;
    for (const { one, compilation } of accepted) {
      // The emulator stands in for a real Kong here, so it must agree with it about the original.
      if (compilation.revision === undefined || verdict(textOf(one)).status !== 201) continue;
      sealed += 1;
      const { bytes, id, counts } = compilation.revision;
      const answer = verdict(Buffer.from(bytes));
      const again = createCompiler({ deck: false, env: {}, allowEmpty: true });
      const { revision } = again.compile([{ file: 'sealed.json', text: bytes }]);
      const { workspaces: _, ...expected } = { ...one.counts };
      const { workspaces: __, ...ours } = counts;
      if (answer.status !== 201) changed.push(`${one.id}: ${JSON.stringify(answer)}`);
      else if (sorted(answer.counts) !== sorted(expected)) changed.push(`${one.id}: counts`);
      else if (sorted(ours) !== sorted(expected)) changed.push(`${one.id}: our counts`);
      else if (revision?.id !== id) changed.push(`${one.id}: sealed again, it is another`);
    }
    expect(changed).toEqual([]);
    expect(sealed).toBeGreaterThan(1500);
  });

  test('every finding about it is in docs/findings.md', () => {
    const docs = readFileSync(join(import.meta.dirname, '../../../docs/findings.md'), 'utf8');
    const codes = new Set(
      compiled.flatMap(({ compilation }) => compilation.findings.map(({ code }) => code)),
    );
    expect([...codes].filter((code) => !docs.includes(`**\`${code}\`**`))).toEqual([]);
  });

  test('sealing hides no fault: what it refuses, it would refuse sealed', () => {
    const hidden = compiled
      .filter(({ one, compilation }) => one.status !== 201 && compilation.revision !== undefined)
      .filter(({ one }) => verdict(textOf(one)).status !== 201)
      .filter(({ compilation }) => verdict(Buffer.from(compilation.revision?.bytes ?? [])).status === 201)
      .map(({ one }) => one.id);
    expect(hidden).toEqual([]);
  });
});

function sorted(counts: Readonly<Record<string, number>>): string {
  return JSON.stringify(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)));
}
