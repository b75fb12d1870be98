import { describe, expect, test } from '@jest/globals';
import { HistoryError } from '../../../src/history/history-error.js';
import { BOUNDS, EMPTY_RECORD, isApproved, withdrawalOf } from '../../../src/history/record.js';
import type { HistoryRecord } from '../../../src/history/record.js';
import {
  abort,
  approve,
  hold,
  keep,
  pause,
  resume,
  roll,
  rollback,
  rollbackTarget,
  withdraw,
} from '../../../src/history/transitions.js';
import { anna, AT, idOf, keptOf } from './samples.js';

const [A, B, C, X] = [idOf('a1'), idOf('b2'), idOf('c3'), idOf('f9')];

const keeping = (...ids: readonly string[]): HistoryRecord =>
  ids.reduce((record, id) => keep(record, keptOf(id), 5), EMPTY_RECORD);

describe('keeping', () => {
  test('makes a revision the newest and last good, and ends its rollout', () => {
    const record = keep(roll(keeping(A), B, AT), keptOf(B), 5);
    expect(record.lastGood).toBe(B);
    expect(record.revisions.map(({ id }) => id)).toEqual([B, A]);
    expect(record.rollout).toBeUndefined();
  });

  test('of a revision that was withdrawn meanwhile does not make it last good', () => {
    const record = keep(withdraw(keeping(A), B, 'aborted', anna), keptOf(B), 5);
    expect(record.lastGood).toBe(A);
  });

  test('drops the oldest beyond the bound, last good never', () => {
    let record = rollback(keeping(A, B), A, anna);
    for (const id of [C, idOf('d4'), X]) record = keep(withdraw(record, id, 'x', anna), keptOf(id), 3);
    expect(record.lastGood).toBe(A);
    expect(record.revisions.map(({ id }) => id)).toEqual([X, idOf('d4'), A]);
  });
});

describe('approving', () => {
  test('is remembered once, and lifts a withdrawal', () => {
    const approved = approve(withdraw(keeping(A), X, 'a canary rejected it', anna), X, anna);
    expect([isApproved(approved, X), withdrawalOf(approved, X)]).toEqual([true, undefined]);
    expect(approve(approved, X, anna)).toBe(approved);
    expect(approved.audit[0]).toEqual({ at: AT, by: 'anna', what: `approved ${X.slice(0, 8)}` });
  });

  test('ends when last good is another one, so that it never lets the same through again months later', () => {
    const approved = approve(approve(keeping(A), X, anna), C, anna);
    expect(keep(approved, keptOf(A), 5).approvals).toEqual(approved.approvals);
    expect(keep(approved, keptOf(X), 5).approvals).toEqual([]);
    const onItsWay = keep(roll(approved, C, AT), keptOf(B), 5);
    expect(onItsWay.approvals.map(({ revision }) => revision)).toEqual([C]);
  });

  test('is undone by a later withdrawal', () => {
    const record = withdraw(approve(keeping(A), X, anna), X, 'its smoke check failed', anna);
    expect(isApproved(record, X)).toBe(false);
    expect(withdrawalOf(record, X)?.why).toBe('its smoke check failed');
  });
});

describe('pausing and resuming', () => {
  test('change the record once, with who and why in the audit', () => {
    const paused = pause(keeping(A), { ...anna, reason: 'release\nfreeze' });
    expect(paused.paused).toEqual({ by: 'anna', at: AT });
    expect(paused.audit[0]?.what).toBe('paused the rollout (release freeze)');
    expect(pause(paused, anna)).toBe(paused);
    const resumed = resume(paused, anna);
    expect(resumed.paused).toBeUndefined();
    expect(resume(resumed, anna)).toBe(resumed);
  });
});

describe('rolling back', () => {
  test('without a rollout goes to the revision before last good, and withdraws the one it leaves', () => {
    const record = keeping(A, B, C);
    expect(rollbackTarget(record)?.id).toBe(B);
    const back = rollback(record, B, anna);
    expect(back.lastGood).toBe(B);
    expect(withdrawalOf(back, C)?.why).toContain('rolled back to b2000000');
    expect(back.audit[0]?.what).toBe('rolled back to b2000000 from c3000000');
    expect(rollbackTarget(back)?.id).toBe(A);
  });

  test('during a rollout goes to last good, and withdraws what was being rolled out', () => {
    const record = roll(keeping(A, B), X, AT);
    expect(rollbackTarget(record)?.id).toBe(B);
    const back = rollback(record, B, anna);
    expect([back.lastGood, withdrawalOf(back, X) !== undefined, withdrawalOf(back, B)]).toEqual([
      B,
      true,
      undefined,
    ]);
  });

  test('to an older revision during a rollout leaves both behind', () => {
    const back = rollback(roll(keeping(A, B), X, AT), A, anna);
    expect([X, B, A].map((id) => withdrawalOf(back, id) !== undefined)).toEqual([true, true, false]);
  });

  test('skips what was withdrawn; to a withdrawn one by name lifts that', () => {
    const record = withdraw(keeping(A, B, C), B, 'bad', anna);
    expect(rollbackTarget(record)?.id).toBe(A);
    expect(withdrawalOf(rollback(record, B, anna), B)).toBeUndefined();
  });

  test('has no target where nothing older is kept, and refuses what is not kept', () => {
    expect(rollbackTarget(keeping(A))).toBeUndefined();
    expect(rollbackTarget(EMPTY_RECORD)).toBeUndefined();
    expect(() => rollback(keeping(A), X, anna)).toThrow(HistoryError);
  });

  test('to where it is already changes nothing', () => {
    const record = keeping(A);
    expect(rollback(record, A, anna)).toBe(record);
  });
});

describe('aborting', () => {
  test('withdraws the revision, ends its rollout, and leaves last good alone', () => {
    const record = abort(roll(keeping(A), X, AT), X, anna);
    expect([record.lastGood, withdrawalOf(record, X)?.why]).toEqual([A, 'its rollout was aborted']);
    expect(record.rollout).toBeUndefined();
    expect(abort(record, X, anna)).toBe(record);
  });
});

describe('holding', () => {
  const held = { revision: X, reasons: ['it is empty'], codes: ['empty'], since: AT };

  test('keeps its time while nothing changes, and ends', () => {
    const record = hold(keeping(A), held);
    expect(hold(record, { ...held, since: '2026-02-02T00:00:00Z' })).toBe(record);
    expect(hold(record, undefined).held).toBeUndefined();
    expect(hold(EMPTY_RECORD, undefined)).toBe(EMPTY_RECORD);
  });

  test('bounds what it takes from outside', () => {
    const record = hold(EMPTY_RECORD, { ...held, reasons: Array<string>(100).fill('x'.repeat(5_000)) });
    expect(record.held?.reasons).toHaveLength(BOUNDS.reasons);
    expect(record.held?.reasons[0]).toHaveLength(BOUNDS.text);
  });
});

test('every list stays bounded, the newest first', () => {
  let record: HistoryRecord = EMPTY_RECORD;
  for (let n = 10; n < 90; n += 1) {
    record = approve(record, idOf(`${n}a`), anna);
    record = withdraw(record, idOf(`${n}b`), 'x', anna);
  }
  const { approvals, withdrawn, audit } = record;
  expect([approvals.length, withdrawn.length, audit.length]).toEqual([20, 20, 50]);
  expect([approvals[0]?.revision, withdrawn[0]?.revision]).toEqual([idOf('89a'), idOf('89b')]);
});
