import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { HistoryError } from '../../../src/history/history-error.js';
import { BOUNDS, EMPTY_RECORD } from '../../../src/history/record.js';
import type { HistoryRecord } from '../../../src/history/record.js';
import { parseStored, serialiseStored } from '../../../src/history/record-json.js';
import { approve, hold, keep, pause, rollback, roll, withdraw } from '../../../src/history/transitions.js';
import { anna, AT, idOf, keptOf } from './samples.js';

const A = idOf('a1');
const B = idOf('b2');

function fullRecord(): HistoryRecord {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'kong', name: 'routes', uid: 'u' };
  const source = { name: 'ConfigMap kong/routes', object, resourceVersion: '7', digest: 'd', gitSha: 'abc' };
  const slots = [{ slot: 2, sha256: 'f'.repeat(64), size: 12 }];
  let record = keep({ ...EMPTY_RECORD, term: 3 }, { ...keptOf(A, slots), sources: [source] }, 5);
  record = keep(record, keptOf(B), 5);
  record = rollback(record, A, anna);
  record = approve(record, idOf('c3'), anna);
  record = withdraw(record, idOf('d4'), 'its smoke check failed', anna);
  record = roll(pause(record, anna), idOf('e5'), AT);
  return hold(record, { revision: idOf('f6'), reasons: ['it is empty'], codes: ['empty'], since: AT });
}

const problemOf = (text: string): HistoryError => {
  try {
    parseStored(text, 'Secret kong/history');
  } catch (error) {
    if (error instanceof HistoryError) return error;
    throw error;
  }
  throw new Error('it was read');
};

describe('the stored record', () => {
  test('is read back as it was written', () => {
    const stored = { record: fullRecord(), writes: ['0011223344556677'] };
    expect(parseStored(serialiseStored(stored), 'x')).toEqual(stored);
    const empty = { record: EMPTY_RECORD, writes: [] };
    expect(parseStored(serialiseStored(empty), 'x')).toEqual(empty);
  });

  test('of a newer Silverback is not guessed at', () => {
    const text = serialiseStored({ record: fullRecord(), writes: [] }).replace('"version":1', '"version":2');
    expect(problemOf(text)).toMatchObject({ code: 'newer' });
    expect(problemOf(text).advice).toContain('upgrade');
  });

  test('that somebody changed by hand into something else is corrupt, and the place is told', () => {
    const good = JSON.parse(serialiseStored({ record: fullRecord(), writes: [] })) as Record<string, unknown>;
    const cases: readonly (readonly [object, string])[] = [
      [{ lastGood: 'ffff' }, 'lastGood is no revision'],
      [{ lastGood: idOf('99') }, 'lastGood is none of its revisions'],
      [{ term: -1 }, 'term is no whole number'],
      [{ revisions: {} }, 'revisions is no list'],
      [{ audit: [{ at: 'yesterday', by: 'x', what: 'y' }] }, 'audit[0].at is no time'],
      [{ approvals: ['x'] }, 'approvals[0] is no object'],
    ];
    for (const [change, says] of cases) {
      const { code, message } = problemOf(JSON.stringify({ ...good, ...change }));
      expect([code, message]).toEqual(['corrupt', expect.stringContaining(says)]);
    }
    expect(problemOf('{').message).toContain('it is no JSON');
    expect(problemOf('{}').message).toContain('version is no whole number');
  });

  test('never makes a reader throw anything but a HistoryError, however it is spoilt', () => {
    const text = serialiseStored({ record: fullRecord(), writes: ['aa'] });
    fc.assert(
      fc.property(fc.nat(text.length), fc.nat(40), fc.string({ maxLength: 20 }), (at, gone, put) => {
        try {
          parseStored(text.slice(0, at) + put + text.slice(at + gone), 'x');
        } catch (error) {
          expect(error).toBeInstanceOf(HistoryError);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('stays small: source lists of older revisions go first, last good keeps its own longest', () => {
    const sources = Array.from({ length: 1_500 }, (_, index) => ({
      name: `/etc/kong/größe-äöü-${index}.yaml`,
      digest: 'd'.repeat(64),
    }));
    let record: HistoryRecord = EMPTY_RECORD;
    for (let n = 1; n <= 5; n += 1) record = keep(record, { ...keptOf(idOf(`${n}a`)), sources }, 5);
    const text = serialiseStored({ record, writes: [] });
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(BOUNDS.record);
    const { revisions, lastGood } = parseStored(text, 'x').record;
    expect(revisions.find(({ id }) => id === lastGood)?.sources).toHaveLength(1_500);
    expect(revisions.at(-1)?.sources).toEqual([]);
    expect(revisions.map(({ sourcesDigest }) => sourcesDigest)).toEqual(Array(5).fill('e'.repeat(64)));
  });
});
