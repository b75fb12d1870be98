import { describe, expect, test } from '@jest/globals';
import { EMPTY_HASH } from '../../../src/config/revision.js';
import type { Revision } from '../../../src/config/revision.js';
import { afterStatus, serves } from '../../../src/gateway/assessment.js';
import { loadAllowanceMs, restLeftMs } from '../../../src/gateway/load.js';
import {
  afterAccepted,
  afterBusy,
  afterFailure,
  afterRejection,
  afterUnknown,
} from '../../../src/gateway/outcomes.js';
import { enter, newGateway } from '../../../src/gateway/state.js';
import type { GatewayState } from '../../../src/gateway/state.js';

const revision = (id: string, counts: Record<string, number> = { services: 1 }): Revision => ({
  id,
  bytes: new Uint8Array(10),
  counts,
});
const A = revision('a'.repeat(32));
const B = revision('b'.repeat(32));
const STRANGE = 'f'.repeat(32);

const seen = (state: GatewayState, hash: string, desired: Revision | undefined, now: number) =>
  afterStatus(state, hash, { load: desired, fine: desired === undefined ? [] : [desired] }, now);

const fresh = newGateway(0);

describe('a gateway that shows a hash', () => {
  test("is in sync when the hash is the revision's", () => {
    const { state, assessment } = seen(fresh, A.id, A, 5);
    expect(assessment).toEqual({ verdict: 'in-sync' });
    expect(state).toMatchObject({ phase: 'in-sync', since: 5, served: A.id, everReached: true });
  });

  test('is pushed to when the hash is another, and may be asked to check', () => {
    expect(seen(fresh, EMPTY_HASH, A, 0).assessment).toEqual({ verdict: 'push', checkHash: true });
    expect(seen(fresh, B.id, A, 0).assessment).toEqual({ verdict: 'push', checkHash: true });
  });

  test('is left alone while nothing is desired', () => {
    expect(seen(fresh, EMPTY_HASH, undefined, 0).assessment).toEqual({ verdict: 'nothing-desired' });
  });

  test('serves a revision without entities when it shows zeros', () => {
    const none = revision('c'.repeat(32), { services: 0 });
    expect(seen(fresh, EMPTY_HASH, none, 0).assessment).toEqual({ verdict: 'in-sync' });
  });
});

describe('a push of unknown outcome', () => {
  const onA = seen(fresh, A.id, A, 0).state;
  const cut = afterUnknown(onA, B, 0, 5_000);

  test('is waited for while the old hash shows: Kong may be loading it', () => {
    const first = seen(cut, A.id, B, 100);
    expect(first.assessment).toEqual({ verdict: 'settling' });
    expect(seen(first.state, A.id, B, 5_099).assessment).toEqual({ verdict: 'settling' });
  });

  test('the wait runs from the first answer after the cut: a frozen Kong begins only then', () => {
    const late = seen(cut, A.id, B, 100_000);
    expect(late.assessment).toEqual({ verdict: 'settling' });
    expect(seen(late.state, A.id, B, 104_999).assessment).toEqual({ verdict: 'settling' });
  });

  test('is over when its hash shows', () => {
    expect(seen(cut, B.id, B, 200).assessment).toEqual({ verdict: 'in-sync' });
  });

  test('after its time it is pushed again, without check_hash', () => {
    const waiting = seen(cut, A.id, B, 0).state;
    expect(seen(waiting, A.id, B, 5_000).assessment).toEqual({ verdict: 'push', checkHash: false });
  });

  test('going back to what the gateway shows is pushed too: the cut push may land yet', () => {
    const waiting = seen(cut, A.id, A, 0).state;
    expect(waiting.phase).toBe('verifying');
    expect(seen(waiting, A.id, A, 5_000).assessment).toEqual({ verdict: 'push', checkHash: false });
  });

  test('of what the gateway showed before is not over because it shows that: the one before it may land yet', () => {
    const back = afterUnknown(seen(cut, A.id, A, 0).state, A, 5_000, 5_000);
    expect(seen(back, A.id, A, 5_100).assessment).toEqual({ verdict: 'settling' });
    const waited = seen(seen(back, A.id, A, 5_100).state, A.id, A, 10_100);
    expect(waited.assessment).toEqual({ verdict: 'push', checkHash: false });
  });

  test('is settled when the gateway has lost its memory: no load of ours goes on in a new process', () => {
    expect(seen(cut, EMPTY_HASH, B, 10).assessment).toEqual({ verdict: 'push', checkHash: true });
  });

  test('is not settled by zeros that were there before', () => {
    const empty = seen(fresh, EMPTY_HASH, A, 0).state;
    const state = afterUnknown(empty, A, 0, 5_000);
    expect(seen(state, EMPTY_HASH, A, 10).assessment).toEqual({ verdict: 'settling' });
  });
});

test('a gateway that says 429 after a push of unknown outcome still loads that: it is waited for anew', () => {
  const onA = seen(fresh, A.id, A, 0).state;
  const waiting = seen(afterUnknown(onA, B, 0, 5_000), A.id, B, 100).state;
  const busy = afterBusy(waiting, { code: '429', reason: 'busy' }, 5_200);
  const next = seen(busy, A.id, B, 7_000);
  expect(next.assessment).toEqual({ verdict: 'settling' });
  expect(seen(next.state, A.id, B, 12_000).assessment).toEqual({ verdict: 'push', checkHash: false });
});

describe('a push that was accepted', () => {
  const onA = seen(fresh, A.id, A, 0).state;
  const load = { endedAt: 1_000, durationMs: 70 };
  const accepted = afterAccepted(onA, B, load, 1_000);

  test('is confirmed by its hash', () => {
    const { state, assessment } = seen(accepted, B.id, B, 1_001);
    expect(assessment).toEqual({ verdict: 'in-sync' });
    expect(state).toMatchObject({ accepted: undefined, served: B.id, lastLoad: load });
  });

  test('may show its hash a little late', () => {
    expect(seen(accepted, A.id, B, 2_000).assessment).toEqual({ verdict: 'settling' });
  });

  test('that changes nothing is unconfirmed, and the old hash is never believed to be the new revision', () => {
    let state = accepted;
    for (let round = 0; round < 5; round += 1) {
      const late = seen(state, A.id, B, state.accepted!.until);
      expect(late.assessment).toEqual({ verdict: 'unconfirmed' });
      expect(serves(late.state, B, A.id)).toBe(false);
      state = afterAccepted(late.state, B, load, 10_000 * (round + 1));
    }
  });

  test('a strange hash is believed after two pushes in a row have led to it', () => {
    const once = seen(accepted, STRANGE, B, accepted.accepted!.until);
    expect(once.assessment).toEqual({ verdict: 'unconfirmed' });
    expect(seen(once.state, STRANGE, B, 9_000).assessment).toEqual({ verdict: 'push', checkHash: true });
    const again = afterAccepted(once.state, B, load, 10_000);
    const twice = seen(again, STRANGE, B, again.accepted!.until);
    expect(seen(twice.state, STRANGE, B, 20_000).assessment).toEqual({ verdict: 'in-sync' });
  });

  test('a newer revision does not wait for the confirmation', () => {
    expect(seen(accepted, A.id, A, 1_001).assessment).toEqual({ verdict: 'in-sync' });
    const C = revision('c'.repeat(32));
    expect(seen(accepted, B.id, C, 1_001).assessment).toEqual({ verdict: 'push', checkHash: true });
  });
});

describe('a gateway that may load nothing now', () => {
  const C = revision('c'.repeat(32));

  test('is in sync on whatever it may go on serving, and waits on anything else', () => {
    const order = { load: undefined, fine: [B, A] };
    expect(afterStatus(fresh, A.id, order, 5)).toMatchObject({
      state: { phase: 'in-sync', served: A.id },
      assessment: { verdict: 'in-sync' },
    });
    expect(afterStatus(fresh, C.id, order, 5)).toMatchObject({
      state: { phase: 'out-of-sync', served: undefined },
      assessment: { verdict: 'waiting' },
    });
  });

  test('has what was pushed to it before confirmed all the same', () => {
    const load = { endedAt: 1_000, durationMs: 70 };
    const accepted = afterAccepted(seen(fresh, EMPTY_HASH, A, 0).state, A, load, 1_000);
    const { state } = afterStatus(accepted, A.id, { load: undefined, fine: [B] }, 1_001);
    expect(state).toMatchObject({ phase: 'out-of-sync', accepted: undefined });
  });

  test('goes on distrusting 304 until another push has been taken: one that was turned away proves nothing', () => {
    const cut = afterUnknown(seen(fresh, A.id, A, 0).state, B, 0, 5_000);
    const lost = seen(seen(cut, A.id, A, 0).state, A.id, A, 5_000).state;
    const busy = afterBusy(enter(lost, 'pushing', 5_000), { code: '429', reason: '' }, 5_100);
    const again = seen(busy, A.id, A, 7_000);
    expect(again.assessment).toEqual({ verdict: 'settling' });
    expect(seen(again.state, A.id, A, 12_000).assessment).toEqual({ verdict: 'push', checkHash: false });
    const taken = afterAccepted(busy, A, undefined, 7_100);
    expect(seen(taken, A.id, A, 7_200).assessment).toEqual({ verdict: 'in-sync' });
  });

  test('remembers a push of unknown outcome until it is pushed to again', () => {
    const onA = seen(fresh, A.id, A, 0).state;
    const cut = afterUnknown(onA, B, 0, 5_000);
    const order = { load: undefined, fine: [A] };
    const waiting = afterStatus(cut, A.id, order, 0).state;
    const lost = afterStatus(waiting, A.id, order, 5_000);
    expect(lost.assessment).toEqual({ verdict: 'in-sync' });
    expect(seen(lost.state, A.id, B, 60_000).assessment).toEqual({ verdict: 'push', checkHash: false });
  });
});

describe('between two loads', () => {
  const load = { endedAt: 1_000, durationMs: 200 };
  const loaded = seen(afterAccepted(fresh, A, load, 1_000), A.id, A, 1_001).state;

  test('a gateway rests four times as long as the first one took', () => {
    expect(restLeftMs(loaded, 1_001)).toBe(799);
    expect(restLeftMs(loaded, 1_800)).toBe(0);
  });

  test('an empty one never rests', () => {
    expect(restLeftMs({ ...loaded, hash: EMPTY_HASH }, 1_001)).toBe(0);
  });

  test('one whose load was cut off rests as long as that load may have taken', () => {
    const cut = afterUnknown(seen(fresh, A.id, A, 0).state, B, 100, 5_000);
    expect(restLeftMs(seen(cut, B.id, B, 600).state, 600)).toBe(2_000);
    expect(restLeftMs(seen(cut, B.id, B, 90_000).state, 90_000)).toBe(20_000);
  });
});

test('what went wrong before a process began says nothing about it', () => {
  const trouble = { code: 'econnrefused', reason: 'refused' };
  const failing = afterFailure(seen(fresh, A.id, A, 0).state, trouble, 10, 3);
  expect(seen(failing, EMPTY_HASH, A, 20).state).toMatchObject({ failures: 0, lastFailureAt: -Infinity });
  const newborn = afterFailure(fresh, trouble, 10, 3);
  expect(seen(newborn, EMPTY_HASH, A, 20).state).toMatchObject({ failures: 0, lastFailureAt: -Infinity });
});

describe('a gateway that rejected a revision', () => {
  const trouble = { code: '400', reason: 'no' };
  const onA = seen(fresh, A.id, A, 0).state;
  const rejected = afterRejection(onA, B, trouble, { id: 'node-1', version: '3.9.3', plugins: [] }, 10);

  test('waits for another revision', () => {
    expect(seen(rejected, A.id, B, 20).assessment).toEqual({ verdict: 'rejected' });
    const C = revision('c'.repeat(32));
    expect(seen(rejected, A.id, C, 20).assessment).toEqual({ verdict: 'push', checkHash: true });
  });

  test('is tried again once it serves something else: it has restarted or was changed', () => {
    expect(seen(rejected, EMPTY_HASH, B, 20).assessment).toEqual({ verdict: 'push', checkHash: true });
  });
});

test('one late answer is not a death: unreachable takes more failures in a row than are tolerated', () => {
  const trouble = { code: 'timeout', reason: 'late' };
  let state = seen(fresh, A.id, A, 0).state;
  for (let failure = 1; failure <= 3; failure += 1) {
    state = afterFailure(state, trouble, failure, 3);
    expect(state.phase).toBe('in-sync');
  }
  state = afterFailure(state, trouble, 4, 3);
  expect(state).toMatchObject({ phase: 'unreachable', since: 4, failures: 4 });
  expect(seen(state, A.id, A, 5).state).toMatchObject({ phase: 'in-sync', failures: 0, trouble: undefined });
});

test('a load is allowed more time the larger it is, and the longer the last one took', () => {
  const large = { ...A, bytes: new Uint8Array(2_000_000) };
  expect(loadAllowanceMs(large, undefined)).toBeGreaterThan(2 * 1.6 * 2_000);
  expect(loadAllowanceMs(A, 20_000)).toBe(60_000);
});
