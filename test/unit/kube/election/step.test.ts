import { describe, expect, test } from '@jest/globals';

import { parseLease, type Lease } from '../../../../src/kube/election/lease.js';
import { DEFAULT_TIMES } from '../../../../src/kube/election/settings.js';
import {
  initialState,
  step,
  type Action,
  type ElectionState,
  type Observation,
} from '../../../../src/kube/election/step.js';

const ME = { identity: 'me_1', ...DEFAULT_TIMES };
const WALL = new Date('2026-01-01T00:00:00.123Z');

/** Runs observations, each at its moment, and gives the last state and action. */
function after(...steps: readonly (readonly [number, Observation])[]): {
  state: ElectionState;
  action: Action;
} {
  return steps.reduce<{ state: ElectionState; action: Action }>(
    ({ state }, [now, observation]) => step(state, observation, { now, wall: WALL, chance: 0.5 }, ME),
    { state: initialState(), action: { kind: 'wait', until: 0 } },
  );
}

function lease(spec: Record<string, unknown> | undefined, metadata: Record<string, unknown> = {}): Lease {
  const meta = { name: 'lease', namespace: 'kong', uid: 'u1', resourceVersion: '1', ...metadata };
  return parseLease({ metadata: meta, ...(spec === undefined ? {} : { spec }) });
}

function held(by: string, more: Record<string, unknown> = {}, metadata: Record<string, unknown> = {}): Lease {
  const times = { acquireTime: '2020-01-01T00:00:00.000000Z', renewTime: '2020-01-01T00:00:00.000000Z' };
  return lease(
    { holderIdentity: by, leaseDurationSeconds: 15, leaseTransitions: 4, ...times, ...more },
    metadata,
  );
}

const read = (seen: Lease | undefined): Observation => ({ kind: 'read', lease: seen });
const woke: Observation = { kind: 'woke' };

/** What the server stores when the action's write succeeds. */
function applied(action: Action, version: string): Lease {
  if (action.kind !== 'create' && action.kind !== 'update') throw new Error(`no write: ${action.kind}`);
  const { holder, durationSeconds, acquireTime, renewTime, transitions } = action.claim;
  return lease(
    {
      holderIdentity: holder,
      leaseDurationSeconds: durationSeconds,
      acquireTime,
      renewTime,
      leaseTransitions: transitions,
    },
    { resourceVersion: version },
  );
}

/** A process that took a free Lease at 0; the answer came at 40. */
function leader(): { state: ElectionState; mine: Lease } {
  const { action } = after([0, read(undefined)]);
  const mine = applied(action, '2');
  const { state } = after([0, read(undefined)], [40, { kind: 'wrote', lease: mine, requestedAt: 0 }]);
  return { state, mine };
}

function next(
  state: ElectionState,
  now: number,
  observation: Observation,
  chance = 0.5,
): { state: ElectionState; action: Action } {
  return step(state, observation, { now, wall: WALL, chance }, ME);
}

describe('a candidate', () => {
  test('looks first', () => {
    expect(after([0, woke]).action).toEqual({ kind: 'read', timeoutMs: 5000 });
  });

  test('creates a Lease where there is none, as the first tenure', () => {
    expect(after([0, read(undefined)]).action).toMatchObject({
      kind: 'create',
      claim: {
        holder: 'me_1',
        durationSeconds: 15,
        transitions: 0,
        renewTime: '2026-01-01T00:00:00.123000Z',
      },
    });
  });

  test('waits a whole lease for one that is not there, when it is known that there were leaders', () => {
    const me = { ...ME, ledBefore: true };
    const moment = (now: number): Parameters<typeof step>[2] => ({ now, wall: WALL, chance: 0.5 });
    const first = step(initialState(), read(undefined), moment(0), me);
    expect(first.action.kind).toBe('wait');
    expect(first.state.guardUntil).toBe(15_000);
    const looked = [3200, 6400, 9600, 12_800].reduce(
      (state, now) => step(state, read(undefined), moment(now), me).state,
      first.state,
    );
    expect(step(looked, woke, moment(14_999), me).action.kind).toBe('wait');
    expect(step(looked, woke, moment(15_000), me).action.kind).toBe('create');
  });

  test('waits a whole lease for one that its watch saw, and that is not there when it looks', () => {
    const gone = after([0, { kind: 'hinted', version: '7' }], [100, read(undefined)]);
    expect(gone.state.guardUntil).toBe(15_100);
  });

  test('takes a Lease that has no spec at once', () => {
    expect(after([0, read(lease(undefined))]).action).toMatchObject({
      kind: 'update',
      claim: { transitions: 1 },
    });
  });

  test("waits out a live holder's own duration, counted from when it saw the record", () => {
    const other = held('other', { leaseDurationSeconds: 30 });
    const seen = after([1000, read(other)]);
    expect(seen.action).toEqual({ kind: 'wait', until: 1000 + 2000 * 1.6 });
    expect(next(seen.state, 30_999, read(other)).action.kind).toBe('wait');
    expect(next(seen.state, 31_000, read(other)).action).toMatchObject({
      kind: 'update',
      claim: { transitions: 5 },
    });
  });

  test('looks at the clock of nobody: a renewTime of years ago is as live as any', () => {
    expect(after([0, read(held('other', { renewTime: '1970-01-01T00:00:00.000000Z' }))]).action.kind).toBe(
      'wait',
    );
  });

  test('starts to count anew whenever the record changes, and only then', () => {
    const touched = held('other', {}, { resourceVersion: '9' });
    const renewed = held('other', { renewTime: '2020-01-01T00:00:02.000000Z' }, { resourceVersion: '10' });
    const seen = after([0, read(held('other'))], [9000, read(touched)]);
    expect(seen.state.guardUntil).toBe(15_000);
    expect(next(seen.state, 10_000, read(renewed)).state.guardUntil).toBe(25_000);
  });

  test('starts to count anew when the Lease was deleted and created again with the same content', () => {
    const again = held('other', {}, { uid: 'u2' });
    expect(after([0, read(held('other'))], [9000, read(again)]).state.guardUntil).toBe(24_000);
  });

  test.each([
    ['absent', undefined, 15_000],
    ['zero', 0, 15_000],
    ['negative', -5, 15_000],
    ['no whole number', 1.5, 15_000],
    ['text', '30', 15_000],
    ['huge', 2_000_000_000, 3_600_000],
  ])('waits a usable time when the duration is %s', (_what, leaseDurationSeconds, expected) => {
    const { state } = after([0, read(held('other', { leaseDurationSeconds }))]);
    expect(state.guardUntil).toBe(expected);
  });

  test("is not hurried by a later record's shorter duration: the holder before may still believe that it leads", () => {
    const stranger = held('stranger', { leaseDurationSeconds: 2 });
    expect(after([0, read(held('other'))], [100, read(stranger)]).state.guardUntil).toBe(15_000);
  });

  test('takes a released Lease at once', () => {
    const released = held('', { leaseDurationSeconds: 1 });
    const { action } = after([0, read(held('other'))], [100, read(released)]);
    expect(action).toMatchObject({ kind: 'update', claim: { holder: 'me_1', transitions: 5 } });
  });

  test('waits a lease when the holder was emptied without a release: the leader may not know yet', () => {
    expect(after([0, read(held('other'))], [100, read(held(''))]).state.guardUntil).toBe(15_100);
    expect(after([0, read(held(''))]).state.guardUntil).toBe(15_000);
  });

  test("waits the last holder's duration when the Lease is deleted, then creates it as a new tenure", () => {
    const gone = after([0, read(held('other', { leaseDurationSeconds: 20 }))], [100, read(undefined)]);
    expect(gone.state.guardUntil).toBe(20_100);
    const looking = [4000, 8000, 12_000, 16_000, 20_000].reduce(
      (state, now) => next(state, now, read(undefined)).state,
      gone.state,
    );
    expect(next(looking, 20_100, woke).action).toMatchObject({ kind: 'create', claim: { transitions: 5 } });
  });

  test('does not create a Lease on old knowledge: it looks again, and waits anew after having looked away', () => {
    const { state } = after([0, read(held('other'))], [100, read(undefined)]);
    const later = next(state, 60_000, woke);
    expect(later.action.kind).toBe('read');
    expect(next(later.state, 60_010, read(undefined)).state.guardUntil).toBe(75_010);
  });

  test('is not taken for the holder because it has the same name', () => {
    const { state, action } = after([0, read(held('me_1'))]);
    expect(action.kind).toBe('wait');
    expect(state.guardUntil).toBe(15_000);
  });

  test('finds that it is the holder when the write worked and only its answer was lost', () => {
    const first = after([0, read(undefined)]);
    const mine = applied(first.action, '2');
    const failed = next(first.state, 1000, { kind: 'failed', requestedAt: 0 });
    const again = next(failed.state, 5000, woke);
    expect(again.action.kind).toBe('create');
    const refused = next(again.state, 5010, { kind: 'refused' });
    expect(refused.action.kind).toBe('read');
    const known = next(refused.state, 5020, read(mine));
    expect(known.action).toMatchObject({ kind: 'update', claim: { transitions: 0 } });
    expect(known.state.validUntil).toBe(-Infinity);
  });

  test('reads after a refused write, and paces itself when writes are refused again and again', () => {
    const first = after([0, read(lease(undefined))], [10, { kind: 'refused' }]);
    expect(first.action.kind).toBe('read');
    const second = next(next(first.state, 20, read(lease(undefined))).state, 30, { kind: 'refused' });
    expect(second.action).toEqual({ kind: 'wait', until: 30 + 2000 * 0.25 * 1.5 });
  });

  test.each([
    [0, 2000],
    [0.999, 2000 * (1 + 1.2 * 0.999)],
  ])('tries again after a jittered retry period (chance %d)', (chance, expected) => {
    const { action } = next(initialState(), 100, { kind: 'failed', requestedAt: 0 }, chance);
    expect(action).toEqual({ kind: 'wait', until: 100 + expected });
  });

  test('waits as long as the server asks', () => {
    const { action } = next(initialState(), 0, { kind: 'failed', requestedAt: 0, retryAfterMs: 30_000 });
    expect(action).toEqual({ kind: 'wait', until: 30_000 });
  });

  test('counts transitions only as far as the field can hold', () => {
    const { action } = after([0, read(held('', { leaseDurationSeconds: 1, leaseTransitions: 2 ** 31 - 1 }))]);
    expect(action).toMatchObject({ claim: { transitions: 2 ** 31 - 1 } });
  });
});

describe('a leader', () => {
  test("leads from before its request was sent, so a slow answer gives it no time that others don't know of", () => {
    expect(leader().state.validUntil).toBe(10_000);
  });

  test('renews every retry period, and keeps acquireTime and transitions', () => {
    const { state, mine } = leader();
    expect(next(state, 50, woke).action).toEqual({ kind: 'wait', until: 2000 });
    const { action } = next(state, 2000, woke);
    expect(action).toMatchObject({
      kind: 'update',
      claim: { acquireTime: mine.acquireTime, transitions: mine.transitions },
    });
  });

  test('gives no try more time than it has left, and none more than half the renew deadline', () => {
    const { state } = leader();
    expect(next(state, 2000, woke).action).toMatchObject({ timeoutMs: 5000 });
    expect(next(state, 7000, woke).action).toMatchObject({ timeoutMs: 3000 });
  });

  test('steps down at once when it reads another holder', () => {
    const { state, action } = next(leader().state, 3000, read(held('other')));
    expect(state.validUntil).toBe(-Infinity);
    expect(action.kind).toBe('wait');
  });

  test('steps down at once when its own name stands there with another acquireTime', () => {
    const { state } = next(leader().state, 3000, read(held('me_1')));
    expect(state.validUntil).toBe(-Infinity);
  });

  test('steps down at once when somebody emptied the holder', () => {
    const { state } = next(leader().state, 3000, read(held('')));
    expect(state).toMatchObject({ validUntil: -Infinity, guardUntil: 18_000 });
  });

  test('creates a deleted Lease again at once, in the same tenure', () => {
    const { state, mine } = leader();
    const { action } = next(state, 3000, read(undefined));
    expect(action).toMatchObject({
      kind: 'create',
      claim: { transitions: mine.transitions, acquireTime: mine.acquireTime },
    });
  });

  test('whose time is up, and whose Lease is deleted, waits like any candidate', () => {
    const { state, action } = next(leader().state, 10_000, read(undefined));
    expect(state.guardUntil).toBe(25_000);
    expect(action.kind).toBe('wait');
  });

  test('whose time is up takes its own Lease again at once, in the same tenure', () => {
    const { action } = next(leader().state, 60_000, woke);
    expect(action).toMatchObject({ kind: 'update', claim: { transitions: 0 } });
  });

  test('reads after a conflict, and renews at once when only something else was changed', () => {
    const { state, mine } = leader();
    const refused = next(next(state, 2000, woke).state, 2010, { kind: 'refused' });
    expect(refused.action.kind).toBe('read');
    const touched = { ...mine, version: '7' };
    expect(next(refused.state, 2020, read(touched)).action).toMatchObject({
      kind: 'update',
      lease: { version: '7' },
    });
  });

  test('tries again soon after a failure, and is put off by Retry-After for no more than half of what it has left', () => {
    const { state } = leader();
    const failed = next(state, 2100, { kind: 'failed', requestedAt: 2000 });
    expect(failed.action).toEqual({ kind: 'wait', until: 4000 });
    const busy = next(state, 4000, { kind: 'failed', requestedAt: 2000, retryAfterMs: 60_000 });
    expect(busy.action).toEqual({ kind: 'wait', until: 7000 });
  });

  test('is not elected by an answer that shows another holder', () => {
    const first = after([0, read(undefined)]);
    const { state } = next(first.state, 10, { kind: 'wrote', lease: held('other'), requestedAt: 0 });
    expect(state.validUntil).toBe(-Infinity);
  });
});

describe('a hint from the watch', () => {
  test('makes it look, whatever it was waiting for', () => {
    const { state } = after([0, read(held('other'))]);
    expect(next(state, 500, { kind: 'hinted', version: '2' }).action.kind).toBe('read');
    expect(next(state, 500, { kind: 'hinted', version: undefined }).action.kind).toBe('read');
  });

  test('changes nothing when it tells what is known', () => {
    const { state } = after([0, read(held('other'))]);
    expect(next(state, 500, { kind: 'hinted', version: '1' }).action.kind).toBe('wait');
    const gone = next(state, 600, read(undefined)).state;
    expect(next(gone, 700, { kind: 'hinted', version: undefined }).action.kind).toBe('wait');
  });

  test('is old news to a leader: it looks, finds its own record, and renews no sooner', () => {
    const { state, mine } = leader();
    const hinted = next(state, 500, { kind: 'hinted', version: '1' });
    expect(hinted.action.kind).toBe('read');
    expect(next(hinted.state, 510, read(mine)).action).toEqual({ kind: 'wait', until: 2000 });
  });

  test('causes no more than twenty looks per retry period', () => {
    const { state } = after([0, read(held('other'))]);
    expect(next(state, 10, { kind: 'hinted', version: '2' }).action).toEqual({ kind: 'wait', until: 100 });
  });
});
