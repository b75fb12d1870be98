import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import {
  aheadBy,
  computedPriority,
  documentedPriority,
  rankOf,
} from '../../../../src/config/routing/rank.js';
import type { Rank } from '../../../../src/config/routing/rank.js';
import type { Route } from '../../../../src/config/routing/route.js';

interface Row {
  readonly methods: string[];
  readonly snis: string[];
  readonly hosts: string[];
  readonly headers: number;
  readonly paths: string[];
  readonly regexPriority: number;
  readonly priority: string;
}

const FIXTURE = new URL('../../../fixtures/kong/router-priorities.ndjson', import.meta.url);
const rows = readFileSync(FIXTURE, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Row);

function rank(row: Row): Rank {
  const headers = new Map(Array.from({ length: row.headers }, (_, index) => [`h${index}`, ['v']]));
  const part = { id: undefined, paths: row.paths };
  return rankOf({ ...row, headers, parts: [part] } as unknown as Route, part);
}

test("ranks 400 routes as Kong 3.9.3's own code does in LuaJIT", () => {
  const differing = rows.filter((row) => computedPriority(rank(row)) !== BigInt(`0x${row.priority}`));
  expect(rows).toHaveLength(400);
  expect(differing).toEqual([]);
});

test('says why one comes before the other, and never that a lesser level decides', () => {
  const ranks = rows.map(rank);
  for (const [index, first] of ranks.entries()) {
    const second = ranks[(index * 7 + 1) % ranks.length]!;
    if (computedPriority(first) <= computedPriority(second)) continue;
    expect(aheadBy(first, second)).toMatch(/^(it|its|regular|Kong)/);
  }
});

const base: Rank = { criteria: 1, plainHosts: false, headers: 0, regex: false, regexPriority: 0, length: 0 };

test('has a plain host outweigh more criteria, as it is computed and not as it is documented', () => {
  const plain = { ...base, plainHosts: true };
  const many = { ...base, criteria: 3, length: 5 };
  expect(computedPriority(plain) > computedPriority(many)).toBe(true);
  expect(documentedPriority(plain) < documentedPriority(many)).toBe(true);
});
