import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Revision } from '../../../src/config/revision.js';
import type { Tenure } from '../../../src/rollout/tenure.js';
import { openVirtualFleet } from '../../support/virtual-fleet.js';
import type { VirtualFleet } from '../../support/virtual-fleet.js';
import { pushesTo, restart, revisionOf } from '../../support/virtual-gateways.js';
import type { VirtualGateway } from '../../support/virtual-gateways.js';

const A = revisionOf('A');
const B = revisionOf('B');
const C = revisionOf('C');

let v: VirtualFleet;
let tenure: Tenure;

/** A fleet that serves A, which is last good. */
async function onA(
  count: number,
  options: Parameters<typeof openVirtualFleet>[0] = {},
  prepare: (gateway: VirtualGateway, index: number) => void = () => undefined,
): Promise<void> {
  v = openVirtualFleet(options);
  v.members(count);
  for (const gateway of v.all()) gateway.hash = A.id;
  v.all().forEach(prepare);
  v.goal({ desired: A, lastGood: A });
  tenure = v.lead();
  await v.clock.until(() => v.happened('converged').length === 1);
}

const pushesOf = (revision: Revision): number =>
  v
    .all()
    .flatMap(pushesTo)
    .filter((push) => push.revision === revision.id).length;
const toldOf = (what: string): string[] =>
  v.told.filter((each) => each.what === what).map(({ revision }) => revision);

describe('a new revision', () => {
  beforeEach(() => onA(12));

  test('goes to one gateway, and to the others only when that one has shown it for the hold', async () => {
    v.goal({ desired: B });
    await v.clock.until(() => v.on(B) === 1);
    const loadedAt = v.clock.now();
    await v.clock.advance(1_900);
    expect(v.on(B)).toBe(1);
    expect(pushesOf(B)).toBe(1);
    expect(v.fleet.rollout()).toMatchObject({ phase: 'canary', canaries: [expect.stringMatching(/^kong-/)] });
    await v.clock.until(() => toldOf('proven').length === 1, 500);
    expect(v.clock.now() - loadedAt).toBeGreaterThanOrEqual(2_000);
    await v.clock.until(() => v.on(B) === 12);
    await v.clock.until(() => toldOf('succeeded').length === 1, 100);
    expect(v.told.map(({ what }) => what)).toEqual(['proven', 'succeeded']);
    for (const gateway of v.all()) expect(pushesTo(gateway)).toHaveLength(1);
  });

  test('then loads a quarter of the serving gateways at a time', async () => {
    v.goal({ desired: B });
    await v.clock.until(() => v.on(B) === 12);
    expect(v.gateways.mostAtOnce()).toBe(3);
  });

  test('that the canary rejects ends there: the other gateways are never asked', async () => {
    for (const gateway of v.all()) gateway.rejects = ({ id }) => id === B.id;
    v.goal({ desired: B });
    await v.clock.advance(600_000);
    expect(pushesOf(B)).toBe(1);
    expect(v.on(A)).toBe(12);
    expect(v.told.map(({ what }) => what)).toEqual(['rejected']);
    expect(v.fleet.rollout().phase).toBe('withdrawn');
    expect(v.fleet.countByPhase().get('in-sync')).toBe(12);
  });

  test('that is mended after a rejection goes its own way', async () => {
    for (const gateway of v.all()) gateway.rejects = ({ id }) => id === B.id;
    v.goal({ desired: B });
    await v.clock.until(() => toldOf('rejected').length === 1);
    v.goal({ desired: C });
    await v.clock.until(() => toldOf('succeeded').length === 1);
    expect(toldOf('succeeded')).toEqual([C.id]);
    expect(v.on(C)).toBe(12);
  });

  test('that is what worked last needs no canary', async () => {
    v.goal({ desired: B });
    await v.clock.until(() => v.on(B) === 12);
    v.goal({ lastGood: B });
    const before = v.clock.now();
    v.goal({ desired: A, lastGood: A });
    await v.clock.until(() => v.on(A) === 12);
    // Four waves of three, after a rest; but no hold.
    expect(v.clock.now() - before).toBeLessThan(1_000);
    expect(v.happened('canary-chosen')).toHaveLength(1);
  });

  test('that another gateway rejects later sets that one aside, and succeeds without it', async () => {
    v.goal({ desired: B });
    await v.clock.until(() => v.on(B) === 1);
    const odd = v.all().find(({ hash }) => hash === A.id)!;
    odd.rejects = ({ id }) => id === B.id;
    await v.clock.until(() => toldOf('succeeded').length === 1);
    expect(toldOf('set-aside')).toEqual([B.id]);
    expect(v.on(B)).toBe(11);
    expect(odd.hash).toBe(A.id);
  });

  test('without a canary goes to all at once, as far as the bound lets it', async () => {
    await onA(12, { settings: { canary: false } });
    v.goal({ desired: B });
    await v.clock.until(() => v.on(B) === 12, 600);
    expect(v.happened('canary-chosen')).toEqual([]);
    await v.clock.until(() => toldOf('succeeded').length === 1, 100);
  });

  test('withdrawn while its canary is out is taken off the canary', async () => {
    v.goal({ desired: B });
    await v.clock.until(() => v.on(B) === 1);
    v.goal({ desired: undefined });
    await v.clock.until(() => v.on(A) === 12, 1_000);
    await v.clock.advance(60_000);
    expect(pushesOf(B)).toBe(1);
  });
});

describe('the canary', () => {
  test('is one of those that serve what worked last, whoever else there is', async () => {
    await onA(4);
    restart(v.gateway(1));
    v.gateway(2).hash = C.id;
    v.gateway(3).mood = 'gone';
    v.goal({ desired: B });
    await v.clock.until(() => v.on(B) === 1);
    expect(v.gateway(0).hash).toBe(B.id);
  });

  test('is one that serves the revision already, which is not pushed to it again', async () => {
    v = openVirtualFleet();
    v.members(5);
    for (const gateway of v.all()) gateway.hash = A.id;
    v.gateway(3).hash = B.id;
    v.goal({ desired: B, lastGood: A });
    v.lead();
    await v.clock.until(() => toldOf('proven').length === 1);
    expect(pushesOf(B)).toBe(0);
    expect(v.clock.now()).toBeGreaterThanOrEqual(2_000);
    await v.clock.until(() => v.on(B) === 5);
    expect(pushesTo(v.gateway(3))).toEqual([]);
  });

  test('of a fleet that serves the revision already costs not one byte', async () => {
    v = openVirtualFleet();
    v.members(20);
    for (const gateway of v.all()) gateway.hash = B.id;
    v.goal({ desired: B });
    v.lead();
    await v.clock.until(() => toldOf('succeeded').length === 1);
    expect(v.all().flatMap(pushesTo)).toEqual([]);
  });

  test('is an empty gateway where there is no other, and the rest follows at once', async () => {
    v = openVirtualFleet();
    v.members(50);
    v.goal({ desired: B });
    v.lead();
    await v.clock.until(() => toldOf('proven').length === 1);
    expect(v.on(B)).toBe(1);
    await v.clock.until(() => v.on(B) === 50, 200);
  });

  test('is the only gateway where there is one', async () => {
    await onA(1);
    v.goal({ desired: B });
    await v.clock.until(() => toldOf('succeeded').length === 1, 5_000);
    expect(toldOf('proven')).toEqual([B.id]);
  });

  test('is waited for where nobody can be reached', async () => {
    v = openVirtualFleet();
    v.members(1);
    v.gateway(0).mood = 'gone';
    v.goal({ desired: B });
    v.lead();
    await v.clock.advance(60_000);
    expect(v.told).toEqual([]);
    v.gateway(0).mood = 'up';
    await v.clock.until(() => toldOf('succeeded').length === 1);
  });

  test('is one of each Kong version and plugin set', async () => {
    await onA(9, {}, (gateway, index) => {
      if (index % 3 === 1) gateway.version = '3.10.0';
      if (index % 3 === 2) gateway.plugins = ['cors', 'our-own'];
    });
    v.goal({ desired: B });
    await v.clock.until(() => v.on(B) === 3);
    await v.clock.advance(1_000);
    expect(v.on(B)).toBe(3);
    const kinds = v.all().filter(({ hash }) => hash === B.id);
    expect(new Set(kinds.map(({ version, plugins }) => `${version} ${plugins.join()}`)).size).toBe(3);
    await v.clock.until(() => v.on(B) === 9);
  });

  test('is one of a version that comes back when the others have proven the revision already', async () => {
    await onA(6, {}, (gateway, index) => {
      if (index >= 3) gateway.version = '3.10.0';
    });
    const late = v.all().slice(3);
    for (const gateway of late) gateway.mood = 'gone';
    await v.clock.advance(60_000);
    v.goal({ desired: B });
    await v.clock.until(() => toldOf('succeeded').length === 1);
    expect(v.on(B)).toBe(3);
    for (const gateway of late) gateway.mood = 'up';
    await v.clock.until(() => v.on(B) === 4);
    const loadedAt = v.clock.now();
    await v.clock.advance(1_900);
    expect(v.on(B)).toBe(4);
    await v.clock.until(() => v.on(B) === 6);
    expect(v.clock.now() - loadedAt).toBeGreaterThanOrEqual(2_000);
    for (const gateway of v.all()) expect(pushesTo(gateway)).toHaveLength(1);
    expect(toldOf('proven')).toHaveLength(1);
  });

  test('of a version that comes back late and rejects it sets that gateway alone aside', async () => {
    await onA(6, {}, (gateway, index) => {
      if (index < 3) return;
      Object.assign(gateway, { version: '3.10.0', rejects: ({ id }: Revision) => id === B.id });
    });
    const late = v.all().slice(3);
    for (const gateway of late) gateway.mood = 'gone';
    await v.clock.advance(60_000);
    v.goal({ desired: B });
    await v.clock.until(() => toldOf('succeeded').length === 1);
    for (const gateway of late) gateway.mood = 'up';
    await v.clock.until(() => toldOf('set-aside').length === 1);
    expect(v.on(B)).toBe(3);
    expect(late.map(({ hash }) => hash)).toEqual([A.id, A.id, A.id]);
  });

  test('of those that would not tell what they are comes last, and goes alone', async () => {
    await onA(6, {}, (gateway, index) => {
      gateway.silent = index >= 3;
    });
    v.goal({ desired: B });
    await v.clock.until(() => v.on(B) === 1);
    await v.clock.advance(1_900);
    expect(v.on(B)).toBe(1);
    await v.clock.until(() => v.on(B) === 2, 2_000);
    await v.clock.advance(1_900);
    expect(v.on(B)).toBe(2);
    expect(v.all().map(({ silent, hash }) => silent && hash === B.id)).toContain(true);
    await v.clock.until(() => v.on(B) === 6);
  });

  test('that shows the revision already stays the canary when its first look fails', async () => {
    v = openVirtualFleet();
    v.members(5);
    for (const gateway of v.all()) gateway.hash = A.id;
    v.gateway(3).hash = B.id;
    v.goal({ desired: B, lastGood: A });
    v.lead();
    await v.clock.until(() => v.happened('canary-chosen').length === 1);
    v.gateway(3).mood = 'gone';
    await v.clock.advance(300);
    v.gateway(3).mood = 'up';
    await v.clock.until(() => toldOf('proven').length === 1);
    expect(v.happened('canary-chosen')).toHaveLength(1);
    expect(pushesOf(B)).toBe(0);
  });

  test('of one version that rejects it ends it for all', async () => {
    await onA(6, {}, (gateway, index) => {
      if (index >= 3)
        Object.assign(gateway, { version: '3.10.0', rejects: ({ id }: Revision) => id === B.id });
    });
    v.goal({ desired: B });
    await v.clock.until(() => toldOf('rejected').length === 1);
    await v.clock.until(() => v.on(A) === 6, 5_000);
    expect(pushesOf(B)).toBe(2);
    expect(toldOf('proven')).toEqual([]);
  });

  test('that leaves the fleet is replaced, and nobody holds it against the revision', async () => {
    await onA(3);
    v.goal({ desired: B });
    await v.clock.until(() => v.on(B) === 1);
    const [name] = v.fleet.rollout().canaries;
    v.fleet.setMembers(
      v.fleet
        .entries()
        .map(({ member }) => member)
        .filter((member) => member.name !== name),
    );
    await v.clock.until(() => toldOf('proven').length === 1, 5_000);
    expect(v.happened('canary-lost')).toEqual([]);
  });

  test('that hangs costs a load at most, then another is chosen', async () => {
    await onA(8);
    for (const gateway of v.all()) gateway.mood = 'frozen-on-push';
    v.goal({ desired: B });
    await v.clock.until(() => pushesOf(B) === 1);
    for (const gateway of v.all()) if (pushesTo(gateway).length === 0) gateway.mood = 'up';
    await v.clock.until(() => toldOf('proven').length === 1, 10_000);
    expect(v.happened('canary-lost')).toMatchObject([{ trouble: { code: 'timeout' } }]);
    await v.clock.until(() => v.on(B) === 7, 5_000);
  });

  test('that restarts in its hold is lost; after three of them the rollout stops, not the fleet', async () => {
    await onA(8);
    v.goal({ desired: B });
    for (let round = 1; round <= 3; round += 1) {
      await v.clock.until(() => v.on(B) === 1);
      restart(v.all().find(({ hash }) => hash === B.id)!);
      await v.clock.until(() => v.happened('canary-lost').length === round, 1_000);
    }
    await v.clock.advance(50_000);
    expect(toldOf('stopped')).toEqual([B.id]);
    expect(v.fleet.rollout().phase).toBe('stopped');
    expect(pushesOf(B)).toBe(3);
    expect(v.on(A)).toBe(8);
  });

  test('of a stopped rollout is tried again, one at a time and ever more slowly, and a good one goes through', async () => {
    await onA(8);
    v.goal({ desired: B });
    for (let round = 1; round <= 5; round += 1) {
      await v.clock.until(() => v.on(B) === 1);
      restart(v.all().find(({ hash }) => hash === B.id)!);
      await v.clock.until(() => v.happened('canary-lost').length === round, 1_000);
    }
    const chosen = v.happened('canary-chosen');
    expect(chosen).toHaveLength(5);
    expect(toldOf('stopped')).toEqual([B.id]);
    await v.clock.until(() => toldOf('succeeded').length === 1);
    expect(v.happened('canary-ended').map(({ result }) => result)).toEqual([
      'stopped',
      'stopped',
      'stopped',
      'proven',
    ]);
  });

  test('that answers badly throughout withdraws the revision', async () => {
    await onA(4);
    v.goal({ desired: B });
    await v.clock.until(() => v.on(B) === 1);
    await v.clock.advance(500);
    v.all().find(({ hash }) => hash === B.id)!.mood = 'broken';
    await v.clock.until(() => toldOf('failed').length === 1, 20_000);
    expect(v.told[0]).toMatchObject({ trouble: { code: '500' } });
    expect(pushesOf(B)).toBe(1);
  });

  test('that misses one look begins its hold anew', async () => {
    await onA(4);
    v.goal({ desired: B });
    await v.clock.until(() => v.on(B) === 1);
    await v.clock.advance(1_000);
    const canary = v.all().find(({ hash }) => hash === B.id)!;
    canary.mood = 'gone';
    await v.clock.advance(300);
    canary.mood = 'up';
    const well = v.clock.now();
    await v.clock.until(() => toldOf('proven').length === 1);
    expect(v.clock.now() - well).toBeGreaterThanOrEqual(2_000);
  });
});

describe('a newer revision', () => {
  beforeEach(() => onA(12));

  test('waits out a hold, and is the next to have a canary; the fleet skips the one before', async () => {
    v.goal({ desired: B });
    await v.clock.until(() => v.on(B) === 1);
    v.goal({ desired: C });
    await v.clock.advance(1_500);
    expect(pushesOf(C)).toBe(0);
    await v.clock.until(() => v.on(C) === 12);
    expect(toldOf('proven')).toEqual([B.id, C.id]);
    expect(pushesOf(B)).toBe(1);
  });

  test('does not wait where no canary has begun to load', async () => {
    v.goal({ desired: B });
    v.goal({ desired: C });
    await v.clock.until(() => v.on(C) === 12);
    expect(pushesOf(B)).toBe(0);
  });

  test('comes next when the canary of the one before rejects it', async () => {
    for (const gateway of v.all()) {
      gateway.loadMs = 1_000;
      gateway.rejects = ({ id }) => id === B.id;
    }
    v.goal({ desired: B });
    await v.clock.until(() => pushesOf(B) === 1);
    v.goal({ desired: C });
    await v.clock.until(() => v.on(C) === 12);
    expect(toldOf('rejected')).toEqual([B.id]);
  });

  test('that is never the last one still reaches every gateway: a stream of edits starves nobody', async () => {
    const seen = new Map(v.all().map((gateway) => [gateway, { hash: gateway.hash, at: v.clock.now() }]));
    const started = v.clock.now();
    let longest = 0;
    for (let edit = 0; v.clock.now() - started < 600_000; edit += 1) {
      v.goal({ desired: revisionOf(`edit ${edit}`) });
      await v.clock.advance(500);
      for (const [gateway, last] of seen) {
        if (gateway.hash === last.hash) longest = Math.max(longest, v.clock.now() - last.at);
        else seen.set(gateway, { hash: gateway.hash, at: v.clock.now() });
      }
    }
    expect(longest).toBeLessThan(60_000);
    // One canary at a time, and the others once whenever they have waited too long.
    const loads = v.all().flatMap(pushesTo).length;
    expect(loads).toBeLessThan(v.happened('canary-chosen').length + 12 * (600_000 / 30_000));
    expect(v.happened('rollout-overdue').length).toBeGreaterThan(10);
    const last = revisionOf('the last');
    v.goal({ desired: last });
    await v.clock.until(() => v.on(last) === 12, 20_000);
    // Minutes of virtual time: a busy machine takes its time, too.
  }, 60_000);
});

describe('a pause', () => {
  beforeEach(() => onA(6));

  test('before the canary loads keeps it from loading, and ends with a canary', async () => {
    v.goal({ desired: B, paused: true });
    await v.clock.advance(60_000);
    expect(pushesOf(B)).toBe(0);
    v.goal({ paused: false });
    await v.clock.until(() => v.on(B) === 6);
  });

  test('in the hold leaves the canary what it has, and nobody else gets it', async () => {
    v.goal({ desired: B });
    await v.clock.until(() => v.on(B) === 1);
    v.goal({ paused: true });
    await v.clock.advance(60_000);
    expect(v.on(B)).toBe(1);
    expect(toldOf('proven')).toEqual([B.id]);
    expect(v.fleet.rollout().phase).toBe('paused');
    v.goal({ paused: false });
    await v.clock.until(() => v.on(B) === 6, 2_000);
  });

  test('in the middle of the rollout begins no load, and empty gateways get what worked last', async () => {
    v.goal({ desired: B });
    await v.clock.until(() => v.on(B) === 3);
    v.goal({ paused: true });
    await v.clock.advance(10_000);
    expect(v.on(B)).toBeLessThanOrEqual(4);
    const empty = v.gateway(0);
    restart(empty);
    await v.clock.until(() => empty.hash === A.id, 40_000);
    v.goal({ paused: false });
    await v.clock.until(() => v.on(B) === 6, 5_000);
  });
});

describe('an empty gateway', () => {
  test('gets what worked last at once while a canary is out, and the new one with the others', async () => {
    await onA(4);
    v.goal({ desired: B });
    await v.clock.until(() => v.on(B) === 1);
    const since = v.clock.now();
    v.members(8);
    await v.clock.until(() => v.on(A) === 7, 300);
    expect(v.clock.now() - since).toBeLessThan(300);
    await v.clock.until(() => v.on(B) === 8);
  });

  test('that is the fiftieth of fifty that come at once waits for nobody', async () => {
    await onA(10);
    const since = v.clock.now();
    for (let index = 10; index < 60; index += 1) v.gateway(index).mood = 'gone';
    v.members(60);
    const opened = new Map<number, number>();
    for (let index = 10; index < 60; index += 1) {
      const at = 500 + (index - 10) * 300;
      v.clock.after(at, () => {
        v.gateway(index).mood = 'up';
        opened.set(index, since + at);
      });
    }
    const waits: number[] = [];
    for (let index = 10; index < 60; index += 1) {
      await v.clock.until(() => v.gateway(index).hash === A.id);
      waits.push(v.clock.now() - opened.get(index)! - v.gateway(index).loadMs);
    }
    expect(Math.max(...waits)).toBeLessThan(1_000);
  });

  test('that appears long before its Admin API opens is still asked every 250 ms for a minute', async () => {
    await onA(3);
    v.gateway(3).mood = 'gone';
    v.members(4);
    await v.clock.advance(50_000);
    v.gateway(3).mood = 'up';
    await v.clock.until(() => v.on(A) === 4, 400);
  });

  test('that rejects what the others took is given what worked last', async () => {
    await onA(4);
    v.goal({ desired: B });
    await v.clock.until(() => toldOf('proven').length === 1);
    v.gateway(4).rejects = ({ id }) => id === B.id;
    v.members(5);
    await v.clock.until(() => toldOf('succeeded').length === 1);
    await v.clock.until(() => v.gateway(4).hash === A.id, 1_000);
    await v.clock.advance(300_000);
    expect(pushesTo(v.gateway(4)).length).toBeLessThan(5);
    expect(v.fleet.countByPhase().get('rejected')).toBe(1);
  });
});

describe('a gateway rests', () => {
  test('four times as long as its last load took, whatever is edited meanwhile; then the newest is loaded', async () => {
    v = openVirtualFleet({ settings: { canary: false } });
    v.members(4);
    for (const gateway of v.all()) {
      gateway.hash = A.id;
      gateway.loadMs = 1_000;
    }
    v.goal({ desired: A, lastGood: A });
    v.lead();
    await v.clock.until(() => v.happened('converged').length === 1);
    for (let edit = 0; edit < 100; edit += 1) {
      v.goal({ desired: revisionOf(`edit ${edit}`) });
      await v.clock.advance(300);
    }
    const last = revisionOf('edit 99');
    await v.clock.until(() => v.on(last) === 4, 30_000);
    for (const gateway of v.all()) {
      const begun = pushesTo(gateway).map(({ at }) => at);
      expect(begun.length).toBeGreaterThan(3);
      for (const [index, at] of begun.entries()) {
        if (index > 0) expect(at - begun[index - 1]!).toBeGreaterThanOrEqual(5_000);
      }
    }
  });
});

describe('another leader', () => {
  test('proves the revision anew, by a gateway that serves it, and pushes to none of those', async () => {
    await onA(8);
    v.goal({ desired: B });
    await v.clock.until(() => v.on(B) === 4);
    tenure.end('fence');
    v.lead(2);
    await v.clock.until(() => v.on(B) === 8);
    expect(toldOf('proven')).toEqual([B.id, B.id]);
    for (const gateway of v.all()) expect(pushesTo(gateway).length).toBeLessThanOrEqual(2);
    expect(pushesOf(B)).toBeLessThanOrEqual(8 + 2);
  });
});

describe('a smoke check', () => {
  test('that fails keeps a valid but wrong revision on one gateway, which gets back what worked last', async () => {
    await onA(6, {
      smoke: async ({ url }) =>
        v.gateways.at(url).hash === B.id ? { code: 'smoke', reason: 'was answered 404' } : undefined,
    });
    v.goal({ desired: B });
    await v.clock.until(() => toldOf('failed').length === 1);
    expect(v.on(B)).toBe(1);
    await v.clock.until(() => v.on(A) === 6, 5_000);
    await v.clock.advance(600_000);
    expect(pushesOf(B)).toBe(1);
  });

  test('that fails once, while workers change over, is asked again', async () => {
    let asked = 0;
    await onA(4, {
      smoke: async () => ((asked += 1) <= 2 ? { code: 'smoke', reason: 'was answered 404' } : undefined),
    });
    v.goal({ desired: B });
    await v.clock.until(() => v.on(B) === 4);
    expect(toldOf('failed')).toEqual([]);
  });

  test('is passed even where there is no hold', async () => {
    await onA(4, { settings: { canaryHoldMs: 0 }, smoke: async () => ({ code: 'smoke', reason: 'no' }) });
    v.goal({ desired: B });
    await v.clock.until(() => toldOf('failed').length === 1);
    expect(pushesOf(B)).toBe(1);
  });
});
