import { describe, expect, it } from '@jest/globals';
import { cases, textOf, verdict } from '../../../support/kong-verdicts.js';
import type { ErrorItem } from '../../../support/kong-verdicts.js';

/** Errors without what is OpenSSL's, libyaml's or an installation's, and without order. */
function comparable(items: readonly ErrorItem[]): string {
  const lines = items.flatMap((item) =>
    item.errors.map(
      ({ type, field, message: text }) =>
        `${item.entity_type} ${item.entity_name ?? ''} ${type} ${field ?? ''} ${text
          .replace(/(invalid certificate|invalid key|could not load private key).*/, '$1')
          .replace(/(Router Expression failed validation).*/s, '$1')
          .replace(/\/[\w/.]*kong-lua-sandbox\.lua/, 'kong-lua-sandbox.lua')
          .replace("'pem', 'jwk'", "'jwk', 'pem'")}`,
    ),
  );
  return lines.sort().join('\n');
}

const corpus = cases();

(corpus.length > 0 ? describe : describe.skip)('the verdicts of a real Kong 3.9.3 (../shared/kong)', () => {
  it('are the emulator’s, with the same words', () => {
    const families = new Map<string, { total: number; agreed: number }>();
    const wrong: string[] = [];
    let told = 0;
    let toldAlike = 0;
    let counted = 0;
    let countedAlike = 0;
    for (const entry of corpus) {
      const found = verdict(textOf(entry));
      const family = families.get(entry.family) ?? { total: 0, agreed: 0 };
      families.set(entry.family, family);
      family.total += 1;
      if (found.status !== entry.status) {
        wrong.push(`${entry.id}: ${found.status} instead of ${entry.status}`);
        continue;
      }
      family.agreed += 1;
      if (entry.errors !== undefined && entry.status === 400) {
        told += 1;
        if (comparable(entry.errors) === comparable(found.errors)) toldAlike += 1;
      }
      if (entry.counts !== undefined) {
        counted += 1;
        const { workspaces: _, ...counts } = entry.counts;
        if (JSON.stringify(sorted(counts)) === JSON.stringify(sorted(found.counts))) countedAlike += 1;
      }
    }
    const total = [...families.values()].reduce((sum, family) => sum + family.total, 0);
    report(
      families,
      wrong,
      `errors alike: ${toldAlike} of ${told}; entity counts alike: ${countedAlike} of ${counted}`,
    );
    expect(1 - wrong.length / total).toBeGreaterThanOrEqual(0.998);
    expect(toldAlike / told).toBeGreaterThanOrEqual(0.995);
    expect(countedAlike).toBe(counted);
  }, 60_000);
});

function report(
  families: ReadonlyMap<string, { total: number; agreed: number }>,
  wrong: readonly string[],
  rest: string,
): void {
  const groups = new Map<string, { total: number; agreed: number }>();
  for (const [name, { total, agreed }] of families) {
    const [group = name] = name.split(':');
    const sum = groups.get(group) ?? { total: 0, agreed: 0 };
    groups.set(group, { total: sum.total + total, agreed: sum.agreed + agreed });
  }
  for (const [name, { total, agreed }] of groups) process.stdout.write(`${name}: ${agreed} of ${total}\n`);
  for (const line of wrong) process.stdout.write(`  ${line}\n`);
  process.stdout.write(`${rest}\n`);
}

function sorted(counts: Readonly<Record<string, number>>): [string, number][] {
  return Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1));
}
