import { describe, expect, test } from '@jest/globals';
import type { Happening } from '../../../src/report/happening.js';
import { openVirtualFleet } from '../../support/virtual-fleet.js';
import type { VirtualFleet } from '../../support/virtual-fleet.js';
import { pushesTo, restart, revisionOf } from '../../support/virtual-gateways.js';

const A = revisionOf('A');
const B = revisionOf('B');
const THEIRS = revisionOf('theirs');

let v: VirtualFleet;

async function onA(options: Parameters<typeof openVirtualFleet>[0] = {}): Promise<void> {
  v = openVirtualFleet(options);
  v.members(4);
  for (const gateway of v.all()) gateway.hash = A.id;
  v.goal({ desired: A, lastGood: A, known: new Set([B.id]) });
  v.lead();
  await v.clock.until(() => v.happened('converged').length === 1);
}

const drifts = (): Extract<Happening, { kind: 'drift' }>[] => v.happened('drift');

describe('a gateway that is found changed', () => {
  test('empty has restarted, and is repaired at once', async () => {
    await onA();
    restart(v.gateway(1));
    await v.clock.until(() => v.on(A) === 4, 40_000);
    expect(drifts()).toMatchObject([{ gateway: 'kong-1', cause: 'empty', expected: A.id, repair: true }]);
  });

  test('by somebody else is told of and put back', async () => {
    await onA();
    v.gateway(1).hash = THEIRS.id;
    await v.clock.until(() => v.on(A) === 4, 40_000);
    expect(drifts()).toMatchObject([{ gateway: 'kong-1', cause: 'foreign', found: THEIRS.id }]);
  });

  test('to an older revision of ours is told apart', async () => {
    await onA();
    v.gateway(1).hash = B.id;
    await v.clock.until(() => v.on(A) === 4, 40_000);
    expect(drifts()).toMatchObject([{ cause: 'older', found: B.id }]);
  });

  test('in a new process has loaded a file at its start', async () => {
    await onA();
    // By the second slow pass it is known which process it is.
    await v.clock.advance(70_000);
    restart(v.gateway(1));
    v.gateway(1).hash = THEIRS.id;
    await v.clock.until(() => v.on(A) === 4, 40_000);
    expect(drifts()).toMatchObject([{ cause: 'file', found: THEIRS.id }]);
  });

  test('when it first appears has loaded a file at its start', async () => {
    await onA();
    v.gateway(4).hash = THEIRS.id;
    v.members(5);
    await v.clock.until(() => v.on(A) === 5, 1_000);
    expect(drifts()).toMatchObject([{ gateway: 'kong-4', cause: 'file' }]);
  });

  test('before we led is told of too, while nothing is being rolled out', async () => {
    v = openVirtualFleet();
    v.members(2);
    v.gateway(0).hash = A.id;
    v.gateway(1).hash = THEIRS.id;
    v.goal({ desired: A, lastGood: A });
    v.lead();
    await v.clock.until(() => v.on(A) === 2, 1_000);
    expect(drifts()).toMatchObject([{ gateway: 'kong-1', cause: 'foreign' }]);
  });

  test('by our own rollout has not drifted', async () => {
    await onA();
    v.goal({ desired: B });
    await v.clock.until(() => v.on(B) === 4);
    await v.clock.advance(120_000);
    expect(drifts()).toEqual([]);
  });
});

describe('with --drift report', () => {
  test('what somebody else changed is told once, and left', async () => {
    await onA({ settings: { drift: 'report' } });
    v.gateway(1).hash = THEIRS.id;
    await v.clock.advance(600_000);
    expect(drifts()).toMatchObject([{ gateway: 'kong-1', repair: false }]);
    expect(v.gateway(1).hash).toBe(THEIRS.id);
    expect(v.all().flatMap(pushesTo)).toEqual([]);
  });

  test('an empty gateway gets its configuration all the same', async () => {
    await onA({ settings: { drift: 'report' } });
    restart(v.gateway(1));
    await v.clock.until(() => v.on(A) === 4, 40_000);
  });

  test('a new revision goes to every gateway', async () => {
    await onA({ settings: { drift: 'report' } });
    v.gateway(1).hash = THEIRS.id;
    await v.clock.advance(60_000);
    v.goal({ desired: B });
    await v.clock.until(() => v.on(B) === 4, 60_000);
  });
});

describe('a gateway that somebody else changes again and again', () => {
  /** Whoever it is acts a second after each repair. */
  async function meddle(forMs: number): Promise<void> {
    const end = v.clock.now() + forMs;
    while (v.clock.now() < end) {
      if (v.gateway(1).hash === A.id) v.gateway(1).hash = THEIRS.id;
      await v.clock.advance(1_000);
    }
  }

  test('is told of loudly once, put back ever more slowly, and never given up', async () => {
    await onA();
    await meddle(2 * 3_600_000);
    expect(v.happened('drift-contested')).toMatchObject([{ gateway: 'kong-1', times: 3 }]);
    const at = pushesTo(v.gateway(1)).map((push) => push.at);
    const gaps = at.slice(1).map((moment, index) => moment - at[index]!);
    expect(gaps.at(-1)).toBeGreaterThanOrEqual(600_000);
    expect(gaps.at(-1)).toBeLessThan(700_000);
    expect(at.at(-1)).toBeGreaterThan(6_000_000);
    expect(at.length).toBeLessThan(25);
    expect(v.all().filter((gateway) => pushesTo(gateway).length > 0)).toHaveLength(1);
    await v.clock.until(() => v.on(A) === 4, 700_000);
  });

  test('still gets a new revision without delay', async () => {
    await onA();
    await meddle(1_800_000);
    v.goal({ desired: B });
    await v.clock.until(() => v.on(B) === 4, 10_000);
  });

  test('is told of anew when it begins again long after', async () => {
    await onA();
    await meddle(600_000);
    await v.clock.advance(7_200_000);
    await meddle(600_000);
    expect(v.happened('drift-contested')).toHaveLength(2);
  });

  test('by crashing is not under anybody else’s hand: it is repaired each time', async () => {
    await onA();
    for (let crash = 0; crash < 10; crash += 1) {
      restart(v.gateway(1));
      await v.clock.until(() => v.on(A) === 4, 40_000);
      await v.clock.advance(1_000);
    }
    expect(v.happened('drift-contested')).toEqual([]);
  });
});
