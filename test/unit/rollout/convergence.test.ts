import { describe, expect, test } from '@jest/globals';
import { isContestedAt } from '../../../src/rollout/drift.js';
import { openVirtualFleet } from '../../support/virtual-fleet.js';
import type { VirtualFleet } from '../../support/virtual-fleet.js';
import { restart, revisionOf } from '../../support/virtual-gateways.js';

const A = revisionOf('A');
const B = revisionOf('B');

const last = (v: VirtualFleet) => v.happened('converged').at(-1);

async function onA(seen: ReadonlyMap<string, number> = new Map()): Promise<VirtualFleet> {
  const v = openVirtualFleet({ changeSeenAt: (revision) => seen.get(revision) });
  v.members(4);
  for (const gateway of v.all()) gateway.hash = A.id;
  await v.clock.advance(60_000);
  v.goal({ desired: A, lastGood: A });
  v.lead();
  await v.clock.until(() => v.happened('converged').length === 1);
  return v;
}

describe('the time to convergence', () => {
  test('begins when the change was seen, not when it was understood', async () => {
    const seen = new Map<string, number>();
    const v = await onA(seen);
    const seenAt = v.clock.now();
    seen.set(B.id, seenAt);
    await v.clock.advance(5_000);
    v.goal({ desired: B });
    await v.clock.until(() => v.happened('converged').length === 2, 60_000);
    expect(last(v)).toMatchObject({ revision: B.id, cause: 'config', durationMs: v.clock.now() - seenAt });
  });

  test('begins with the decision where no change of the sources led to it', async () => {
    const v = await onA();
    const decided = v.clock.now();
    v.goal({ desired: B });
    await v.clock.until(() => v.happened('converged').length === 2, 60_000);
    expect(last(v)).toMatchObject({ cause: 'config', durationMs: v.clock.now() - decided });
  });

  test('is that of the fleet where a gateway was behind', async () => {
    const v = await onA();
    restart(v.gateway(1));
    await v.clock.until(() => v.happened('converged').length === 2, 60_000);
    expect(last(v)).toMatchObject({ revision: A.id, cause: 'fleet' });
  });

  test('does not count what was before this replica led', async () => {
    const v = await onA(new Map([[A.id, 0]]));
    expect(last(v)).toMatchObject({ cause: 'fleet' });
    expect(last(v)!.durationMs).toBeLessThan(5_000);
  });
});

describe('a fight over a gateway', () => {
  test('lasts as long as it is put back slowly, and some time more', async () => {
    const v = await onA();
    const contested = (): boolean =>
      v.fleet.entries().some(({ state }) => isContestedAt(state.drift, v.clock.now()));
    for (let times = 1; times <= 3; times += 1) {
      expect(contested()).toBe(false);
      v.gateway(1).hash = revisionOf(`theirs ${times}`).id;
      await v.clock.until(() => v.happened('drift').length === times, 40_000);
      await v.clock.until(() => v.on(A) === 4, 40_000);
      await v.clock.advance(1_000);
    }
    expect(contested()).toBe(true);
    await v.clock.advance(11 * 60_000);
    expect(contested()).toBe(false);
  });
});
