import { expect, test } from '@jest/globals';
import type { RequestRecord } from '../../../src/emulator/kong/server/journal.js';
import { breachesIn } from '../../e2e/support/invariants.js';
import type { GatewayLog } from '../../e2e/support/invariants.js';

let made = 0;

/** A push of replica `who` (its process is `who_1`) in `term`; without `to`, it is still in progress. */
function push(who: string, term: number, from: number, to?: number): RequestRecord {
  made += 1;
  return {
    id: made,
    at: from,
    ...(to !== undefined && { endedAt: to, status: 201 }),
    port: 'admin',
    connection: made,
    method: 'POST',
    path: '/config',
    query: 'check_hash=1',
    headers: { userAgent: `silverback/1.0.0 (${who}_1; term ${term})` },
    bytesReceived: 100,
  };
}

const log = (...requests: RequestRecord[]): GatewayLog => ({ name: 'kong-1', requests, violations: [] });
const breaches = (requests: RequestRecord[], pauses: Parameters<typeof breachesIn>[1] = []): string[] =>
  breachesIn([log(...requests)], pauses);

test('pushes of one tenure after another are fine', () => {
  expect(breaches([push('a', 1, 0, 10), push('a', 1, 20, 30), push('b', 2, 30, 40)])).toEqual([]);
});

test('a push that begins while one of another replica is in progress is a breach', () => {
  expect(breaches([push('a', 1, 0, 10), push('b', 2, 5, 15)])).toEqual([
    'kong-1: b_1; term 2 began a push at 5 while one of a_1; term 1 was in progress, from 0 to 10',
  ]);
});

test('the order in which they are logged does not matter', () => {
  expect(breaches([push('b', 2, 5, 15), push('a', 1, 0, 10)])).toHaveLength(1);
});

test('a push that never ended overlaps with everything after it', () => {
  expect(breaches([push('a', 1, 0), push('b', 2, 50_000, 50_001)])).toHaveLength(1);
});

test('two terms of one replica are two tenures', () => {
  expect(breaches([push('a', 1, 0, 10), push('a', 3, 5, 15)])).toHaveLength(1);
});

test('a replica that pushes after a later tenure has pushed is a breach, overlapping or not', () => {
  expect(breaches([push('a', 1, 0, 10), push('b', 2, 20, 30), push('a', 1, 40, 50)])).toEqual([
    'kong-1: a_1; term 1 began a push at 40 after a later tenure had',
  ]);
});

test('what was on the wire when its process was stopped is excused', () => {
  const requests = [push('a', 1, 0, 100), push('b', 2, 50, 60)];
  expect(breaches(requests, [{ replica: 'a', at: 5 }])).toEqual([]);
});

test.each([
  ['began after the stop', { replica: 'a', at: -1 }],
  ['was overlapped before the stop', { replica: 'a', at: 55 }],
  ['is of a replica that was not stopped', { replica: 'b', at: 5 }],
])('a push that %s is not excused', (_, pause) => {
  expect(breaches([push('a', 1, 0, 100), push('b', 2, 50, 60)], [pause])).toHaveLength(1);
});

test('loads that overlapped at a gateway are breaches', () => {
  const violations = [{ at: 5, loads: [1, 2] as const, text: 'load 2 began during load 1' }];
  expect(breachesIn([{ name: 'kong-1', requests: [], violations }])).toEqual([
    'kong-1: load 2 began during load 1',
  ]);
});

test('gateways are looked at one by one', () => {
  const logs = [log(push('a', 1, 0, 10)), { ...log(push('b', 2, 5, 15)), name: 'kong-2' }];
  expect(breachesIn(logs)).toEqual([]);
});

test('a push that does not say whose it is fails the check', () => {
  const nobody = { ...push('a', 1, 0, 10), headers: { userAgent: 'curl/8' } };
  expect(() => breaches([nobody])).toThrow('names no tenure');
});

test('probes may overlap', () => {
  const probe = (record: RequestRecord): RequestRecord => ({ ...record, method: 'GET', path: '/status' });
  expect(breaches([probe(push('a', 1, 0, 10)), probe(push('b', 2, 5, 15))])).toEqual([]);
});
