import { describe, expect, test } from '@jest/globals';
import type { Revision } from '../../../src/config/revision.js';
import type { KongNode } from '../../../src/gateway/node.js';
import { groupOf } from '../../../src/gateway/node.js';
import { newGate } from '../../../src/rollout/canary.js';
import {
  gateNeeded,
  isLate,
  isOpen,
  isWaiting,
  nextStop,
  phaseOf,
  situationOf,
  withGoal,
} from '../../../src/rollout/standing.js';
import type { Standing } from '../../../src/rollout/standing.js';

const revision = (letter: string): Revision => ({
  id: letter.repeat(32),
  bytes: new Uint8Array(10),
  counts: { services: 1 },
});
const [A, B, C] = [revision('a'), revision('b'), revision('c')];
const OLD: KongNode = { id: 'old', version: '3.4.0', plugins: [] };
const NEW: KongNode = { id: 'new', version: '3.9.3', plugins: [] };

/** B is desired, A is last good. */
const START: Standing = {
  canary: true,
  goal: { desired: B, lastGood: A, paused: false },
  gate: undefined,
  proven: undefined,
  stop: undefined,
  bad: new Set(),
};
const PROVEN: Standing = { ...START, proven: { revision: B, groups: new Set([groupOf(NEW)]) } };

const none = (): boolean => false;

describe('a gate is needed', () => {
  test('for what is desired and neither last good, nor proven, nor bad, nor paused', () => {
    expect(gateNeeded(START, none, 0)).toBe(B);
    expect(gateNeeded({ ...START, goal: { ...START.goal, desired: A } }, none, 0)).toBeUndefined();
    expect(gateNeeded({ ...START, goal: { ...START.goal, paused: true } }, none, 0)).toBeUndefined();
    expect(gateNeeded({ ...START, bad: new Set([B.id]) }, none, 0)).toBeUndefined();
    expect(gateNeeded({ ...START, canary: false }, none, 0)).toBeUndefined();
    expect(gateNeeded(PROVEN, none, 0)).toBeUndefined();
  });

  test('once more for groups that came when it was open', () => {
    expect(gateNeeded(PROVEN, () => true, 0)).toBe(B);
  });

  test('not before a stopped rollout is to be tried again, ever later', () => {
    const once = nextStop(undefined, B.id, 1_000);
    expect(once).toEqual({ revision: B.id, times: 1, until: 61_000 });
    expect(gateNeeded({ ...START, stop: once }, none, 60_999)).toBeUndefined();
    expect(gateNeeded({ ...START, stop: once }, none, 61_000)).toBe(B);
    expect(nextStop(once, B.id, 100_000).until).toBe(220_000);
    expect(nextStop({ ...once, times: 40 }, B.id, 0).until).toBe(600_000);
  });
});

describe('what was proven', () => {
  test('is open to the groups that proved it; one of another group is late; one that has not told is asked first', () => {
    expect(situationOf(PROVEN, NEW, undefined)).toMatchObject({ gate: 'open', proven: B });
    expect(situationOf(PROVEN, OLD, undefined)).toMatchObject({ gate: 'closed', proven: undefined });
    expect(situationOf(PROVEN, undefined, undefined).gate).toBe('unasked');
    expect([NEW, OLD, undefined].map((node) => isLate(PROVEN, node))).toEqual([false, true, false]);
  });

  test('is no longer what is waited for, until something newer is', () => {
    expect([isWaiting(START), isWaiting(PROVEN)]).toEqual([true, false]);
    const newer = withGoal(PROVEN, { ...PROVEN.goal, desired: C });
    expect([isWaiting(newer), isOpen(newer, B), isOpen(newer, C)]).toEqual([true, true, false]);
    expect(situationOf(newer, NEW, newer.proven)).toMatchObject({ gate: 'closed', proven: B, released: B });
  });

  test('is forgotten when it is last good, and when nothing is desired', () => {
    expect(withGoal(PROVEN, { desired: B, lastGood: B, paused: false }).proven).toBeUndefined();
    expect(withGoal(PROVEN, { desired: undefined, lastGood: A, paused: false }).proven).toBeUndefined();
  });
});

test('what is desired anew gets another chance, what is merely paused does not', () => {
  const failed: Standing = { ...START, bad: new Set([B.id, C.id]), stop: nextStop(undefined, B.id, 0) };
  const paused = withGoal(failed, { ...failed.goal, paused: true });
  expect([...paused.bad]).toEqual([B.id, C.id]);
  expect(paused.stop).toBe(failed.stop);
  const again = withGoal(failed, { ...failed.goal, desired: C });
  expect([...again.bad]).toEqual([B.id]);
  expect(again.stop).toBeUndefined();
});

test('where the rollout stands is one word', () => {
  const choosing = { ...START, gate: newGate(B, 0, 3) };
  const stop = nextStop(undefined, B.id, 0);
  const cases: readonly (readonly [Standing, string])[] = [
    [{ ...START, goal: { ...START.goal, desired: A } }, 'idle'],
    [{ ...START, bad: new Set([B.id]) }, 'withdrawn'],
    [{ ...choosing, goal: { ...START.goal, paused: true } }, 'paused'],
    [choosing, 'choosing'],
    [PROVEN, 'rolling'],
    [{ ...START, stop }, 'stopped'],
    [START, 'idle'],
  ];
  expect(cases.map(([standing]) => phaseOf(standing))).toEqual(cases.map(([, word]) => word));
});
