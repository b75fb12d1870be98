import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { HistoryError, TooLarge } from '../../../src/history/history-error.js';
import { pack, SLOT_BYTES, unpack } from '../../../src/history/pack.js';
import { EMPTY_RECORD } from '../../../src/history/record.js';
import type { HistoryRecord, KeptRevision } from '../../../src/history/record.js';
import { planSlots, stillFree } from '../../../src/history/slots.js';
import { idOf, keptOf, revisionOf } from './samples.js';

const inSlots = (id: string, ...slots: readonly number[]): KeptRevision =>
  keptOf(
    idOf(id),
    slots.map((slot) => ({ slot, sha256: 'a'.repeat(64), size: 1 })),
  );
const recordOf = (lastGood: string, ...revisions: readonly KeptRevision[]): HistoryRecord => ({
  ...EMPTY_RECORD,
  lastGood: idOf(lastGood),
  revisions,
});

describe('slots for a new revision', () => {
  test('are free ones, and nothing is given up while there are enough', () => {
    const record = recordOf('bb', inSlots('bb', 3), inSlots('aa', 0));
    expect(planSlots(record, idOf('cc'), 2, 5)).toEqual({ slots: [1, 2], drop: [] });
  });

  test('come from older revisions, the oldest first, and never from last good', () => {
    const record = recordOf('aa', inSlots('cc', 2), inSlots('bb', 1), inSlots('aa', 0));
    expect(planSlots(record, idOf('dd'), 1, 3)).toEqual({ slots: [1], drop: [idOf('bb')] });
    expect(planSlots(record, idOf('dd'), 2, 3)).toEqual({ slots: [1, 2], drop: [idOf('bb'), idOf('cc')] });
  });

  test('that cannot be found beside last good are told as how many are needed', () => {
    const record = recordOf('aa', inSlots('aa', 0, 1));
    const attempt = (): unknown => planSlots(record, idOf('dd'), 3, 4);
    expect(attempt).toThrow(TooLarge);
    expect(attempt).toThrow(
      'revision dd000000 needs 3 of the 4 history slots (960 KiB each, compressed), and last good aa000000 must stay in its 2 meanwhile: it is not kept',
    );
    expect(() => planSlots(EMPTY_RECORD, idOf('dd'), 5, 4)).toThrow('needs 5 of the 4 history slots');
  });

  test('are never ones that stay named, whatever there is', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 6 });
    fc.assert(
      fc.property(sizes, fc.nat(5), fc.integer({ min: 1, max: 5 }), (taken, good, need) => {
        let next = 0;
        const revisions = taken.map((size, n) =>
          inSlots(`${n}a`, ...Array.from({ length: size }, () => next++)),
        );
        const lastGood = revisions[good]?.id;
        const record = { ...EMPTY_RECORD, lastGood, revisions };
        try {
          const plan = planSlots(record, idOf('ff'), need, 12 + 6);
          expect(plan.slots).toHaveLength(need);
          expect(plan.drop).not.toContain(lastGood);
          const stay = revisions.filter(({ id }) => !plan.drop.includes(id));
          expect(stillFree({ ...record, revisions: stay }, plan)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(TooLarge);
          expect((revisions[good]?.slots.length ?? 0) + need).toBeGreaterThan(18);
        }
      }),
    );
  });
});

describe('packing', () => {
  test('cuts into pieces that fit, and gives the very bytes back', async () => {
    const revision = revisionOf(randomBytes(2_000_000).toString('base64'));
    const pieces = await pack(revision.bytes);
    expect(pieces.length).toBeGreaterThan(1);
    for (const { bytes } of pieces) expect(bytes.length).toBeLessThanOrEqual(SLOT_BYTES);
    const kept = { ...keptOf(revision.id), bytes: revision.bytes.length };
    const parts = pieces.map(({ bytes }) => bytes);
    expect(Buffer.compare(Buffer.from(await unpack(parts, kept)), Buffer.from(revision.bytes))).toBe(0);
    await expect(unpack(parts.toReversed(), kept)).rejects.toBeInstanceOf(HistoryError);
    await expect(unpack(parts.slice(0, 1), kept)).rejects.toBeInstanceOf(HistoryError);
  });

  test('does not unpack more than was kept', async () => {
    const bomb = await pack(new Uint8Array(50_000_000));
    const kept = { ...keptOf(idOf('aa')), bytes: 10 };
    await expect(
      unpack(
        bomb.map(({ bytes }) => bytes),
        kept,
      ),
    ).rejects.toMatchObject({ code: 'corrupt' });
  });
});
