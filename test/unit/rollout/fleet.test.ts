import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Revision } from '../../../src/config/revision.js';
import { createFleet } from '../../../src/rollout/fleet.js';
import type { Fleet, FleetPorts } from '../../../src/rollout/fleet.js';
import { beginTenure } from '../../../src/rollout/tenure.js';
import type { Tenure } from '../../../src/rollout/tenure.js';
import type { Happening } from '../../../src/report/happening.js';
import { FLEET_SETTINGS } from '../../support/virtual-fleet.js';
import { createVirtualClock } from '../../support/virtual-clock.js';
import type { VirtualClock } from '../../support/virtual-clock.js';
import { createVirtualGateways, pushesTo, restart, revisionOf } from '../../support/virtual-gateways.js';
import type { VirtualGateway, VirtualGateways } from '../../support/virtual-gateways.js';

const A = revisionOf('A');
const B = revisionOf('B');
const C = revisionOf('C');

const SETTINGS: FleetPorts['settings'] = { ...FLEET_SETTINGS, canary: false };

let clock: VirtualClock;
let gateways: VirtualGateways;
let happenings: Happening[];
let fleet: Fleet;
let holding: boolean;

const members = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    key: `uid-${index}`,
    name: `kong-${index}`,
    url: `http://10.0.0.${index}:8001`,
  }));
const gateway = (index: number): VirtualGateway => gateways.at(`http://10.0.0.${index}:8001`);
const all = (count: number): VirtualGateway[] => Array.from({ length: count }, (_, index) => gateway(index));
const told = <K extends Happening['kind']>(kind: K) =>
  happenings.filter((happening): happening is Extract<Happening, { kind: K }> => happening.kind === kind);

function open(settings: Partial<FleetPorts['settings']> = {}): void {
  let seed = 1;
  fleet = createFleet({
    clock,
    random: () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647,
    admin: gateways,
    report: (happening) => happenings.push(happening),
    settings: { ...SETTINGS, ...settings },
    onRejected: () => undefined,
    onFailed: () => undefined,
    onStopped: () => undefined,
    onProven: () => undefined,
    onSucceeded: () => undefined,
  });
}

const want = (desired: Revision): void => fleet.setGoal({ desired, lastGood: undefined, paused: false });

function lead(term = 1): Tenure {
  holding = true;
  const tenure = beginTenure(term, () => holding);
  fleet.lead(tenure);
  return tenure;
}

const serve = (revision: { id: string }, count: number) => () =>
  all(count).every(({ hash }) => hash === revision.id);

beforeEach(() => {
  clock = createVirtualClock();
  gateways = createVirtualGateways(clock);
  happenings = [];
  open();
});

describe('a fleet that is led', () => {
  test('gets the desired revision, each gateway once', async () => {
    fleet.setMembers(members(50));
    want(A);
    lead();
    await clock.until(() => told('converged').length === 1);
    expect(serve(A, 50)()).toBe(true);
    for (const each of all(50)) expect(pushesTo(each)).toHaveLength(1);
    expect(told('converged')[0]).toMatchObject({ revision: A.id, gateways: 50 });
  });

  test('on the desired revision already gets nothing at all', async () => {
    for (const each of all(50)) each.hash = A.id;
    fleet.setMembers(members(50));
    want(A);
    lead();
    await clock.until(() => told('converged').length === 1);
    for (const each of all(50)) expect(each.log.map(({ what }) => what)).toEqual(['status']);
    expect(told('push-skipped')).toHaveLength(50);
  });

  test('loads at most as many serving gateways at once as allowed', async () => {
    for (const each of all(50)) each.hash = B.id;
    fleet.setMembers(members(50));
    want(A);
    lead();
    await clock.until(serve(A, 50));
    expect(gateways.mostAtOnce()).toBe(10);
  });

  test('gives empty gateways their configuration outside that bound: nobody is behind them yet', async () => {
    fleet.setMembers(members(50));
    want(A);
    lead();
    await clock.until(serve(A, 50));
    expect(gateways.mostAtOnce()).toBe(50);
  });

  test('gets nothing while nothing is desired, and the revision as soon as it is', async () => {
    fleet.setMembers(members(3));
    lead();
    await clock.advance(1_000);
    expect(all(3).flatMap(pushesTo)).toEqual([]);
    want(A);
    await clock.until(serve(A, 3), 500);
  });

  test('ends on the newest revision, and skips those that came in between', async () => {
    for (const each of all(30)) each.hash = B.id;
    fleet.setMembers(members(30));
    want(A);
    lead();
    await clock.advance(50);
    want(B);
    want(C);
    await clock.until(serve(C, 30));
    expect(
      all(30)
        .flatMap(pushesTo)
        .filter(({ revision }) => revision === B.id),
    ).toEqual([]);
    // A quarter of them had begun by then.
    expect(all(30).filter((each) => pushesTo(each).length === 1)).toHaveLength(23);
    for (const each of all(30)) expect(each.mostLoading).toBe(1);
  });

  test('only observed, says what would be pushed and pushes nothing', async () => {
    open({ observe: true });
    fleet.setMembers(members(2));
    want(A);
    lead();
    await clock.advance(100);
    expect(told('would-push')).toHaveLength(2);
    expect(all(2).flatMap(pushesTo)).toEqual([]);
  });
});

describe('members that come and go', () => {
  test('a newcomer gets the revision at once', async () => {
    fleet.setMembers(members(2));
    want(A);
    lead();
    await clock.until(() => told('converged').length === 1);
    fleet.setMembers(members(3));
    await clock.until(() => told('converged').length === 2, 200);
    expect(gateway(2).hash).toBe(A.id);
  });

  test('a newcomer that does not answer yet is asked every 250 ms', async () => {
    gateway(0).mood = 'gone';
    fleet.setMembers(members(1));
    want(A);
    lead();
    await clock.advance(2_000);
    expect(gateway(0).log.length).toBeGreaterThanOrEqual(8);
    gateway(0).mood = 'up';
    await clock.until(serve(A, 1), 400);
  });

  test('one that leaves is asked no more', async () => {
    fleet.setMembers(members(2));
    want(A);
    lead();
    await clock.until(serve(A, 2));
    fleet.setMembers(members(1));
    const before = gateway(1).log.length;
    await clock.advance(120_000);
    expect(gateway(1).log).toHaveLength(before);
    expect(told('gateway-left')).toMatchObject([{ gateway: 'kong-1' }]);
  });

  test('one whose address changes is another gateway', async () => {
    const [member] = members(1);
    fleet.setMembers([member!]);
    want(A);
    lead();
    await clock.until(serve(A, 1));
    fleet.setMembers([{ ...member!, url: 'http://10.0.0.7:8001' }]);
    await clock.until(() => gateway(7).hash === A.id, 500);
  });

  test('none at all is a state that is told, never success', async () => {
    want(A);
    lead();
    await clock.advance(100);
    expect(told('no-gateways')).toHaveLength(1);
    expect(told('converged')).toEqual([]);
  });
});

describe('a gateway in trouble', () => {
  test('does not hold up the others when it hangs, however many do', async () => {
    const without = createVirtualClock();
    const timeFor = async (
      hung: number,
      mood: VirtualGateway['mood'],
      use: VirtualClock,
    ): Promise<number> => {
      clock = use;
      gateways = createVirtualGateways(clock);
      open();
      for (const each of all(38 + hung)) each.hash = B.id;
      for (const each of all(hung)) each.mood = mood;
      fleet.setMembers(members(38 + hung));
      want(A);
      lead();
      await clock.until(() =>
        all(38 + hung)
          .slice(hung)
          .every(({ hash }) => hash === A.id),
      );
      return clock.now();
    };
    const alone = await timeFor(0, 'up', without);
    const besideFrozen = await timeFor(12, 'frozen', createVirtualClock());
    expect(besideFrozen).toBeLessThanOrEqual(alone * 1.2);
  });

  test('that freezes in the middle of its push gives up its place in the bound, the first time already', async () => {
    for (const each of all(50)) each.hash = B.id;
    for (const each of all(12)) each.mood = 'frozen-on-push';
    fleet.setMembers(members(50));
    want(A);
    lead();
    const others = () =>
      all(50)
        .slice(12)
        .every(({ hash }) => hash === A.id);
    await clock.until(others, 3_000);
    expect(told('push-late').length).toBeGreaterThanOrEqual(10);
  });

  test('is called unreachable after more failures than are tolerated, is never given up, and recovers', async () => {
    gateway(0).hash = A.id;
    fleet.setMembers(members(1));
    want(A);
    lead();
    await clock.until(() => told('converged').length === 1);
    gateway(0).mood = 'gone';
    fleet.kickAll();
    await clock.until(() => fleet.countByPhase().get('unreachable') === 1);
    expect(told('retry').length).toBe(4);
    await clock.advance(3_600_000);
    const tries = gateway(0).log.length;
    expect(tries).toBeGreaterThan(3_600 / 30);
    gateway(0).mood = 'up';
    await clock.until(() => told('converged').length === 2, 31_000);
  });

  test('is named once everyone else is there', async () => {
    gateway(1).mood = 'gone';
    fleet.setMembers(members(4));
    want(A);
    lead();
    await clock.advance(120_000);
    expect(told('converged-but')).toMatchObject([{ gateways: 4, behind: ['kong-1 (unreachable)'] }]);
    gateway(1).mood = 'up';
    await clock.until(() => told('converged').length === 1, 31_000);
  });

  test('that says 429 is left alone for as long as it asked', async () => {
    const trouble = { code: '429', reason: 'busy' };
    gateway(0).answers.push({ kind: 'busy', retryAfterMs: 10_000, trouble });
    fleet.setMembers(members(1));
    want(A);
    lead();
    await clock.until(serve(A, 1));
    const [first, second] = pushesTo(gateway(0));
    expect(second!.at - first!.at).toBeGreaterThanOrEqual(10_000);
    expect(second!.at - first!.at).toBeLessThan(11_000);
  });

  test('that rejects a revision is not asked again until there is another', async () => {
    gateway(0).hash = B.id;
    gateway(0).rejects = ({ id }) => id === A.id;
    fleet.setMembers(members(2));
    want(A);
    lead();
    await clock.advance(600_000);
    expect(pushesTo(gateway(0))).toHaveLength(1);
    expect(gateway(0).hash).toBe(B.id);
    expect(gateway(1).hash).toBe(A.id);
    expect(fleet.countByPhase().get('rejected')).toBe(1);
    want(C);
    await clock.until(serve(C, 2), 1_000);
  });

  test('that rejected a revision is asked again after a restart, even if it looks the same', async () => {
    gateway(0).rejects = () => true;
    fleet.setMembers(members(1));
    want(A);
    lead();
    await clock.advance(100);
    restart(gateway(0));
    gateway(0).rejects = () => false;
    await clock.until(serve(A, 1), 40_000);
  });

  test('with a fault in its set-up is looked at ever more seldom, and at once when told to', async () => {
    const refused = { kind: 'refused', trouble: { code: '413', reason: 'too large' } } as const;
    gateway(0).answers = Array.from({ length: 100 }, () => refused);
    fleet.setMembers(members(1));
    want(A);
    lead();
    await clock.advance(3_600_000);
    expect(pushesTo(gateway(0)).length).toBeLessThan(20);
    expect(fleet.countByPhase().get('refused')).toBe(1);
    gateway(0).answers = [];
    fleet.kickAll();
    await clock.until(serve(A, 1), 1_000);
  });
});

describe('a push whose outcome is unknown', () => {
  test('is waited for, and never overlapped by another load', async () => {
    gateway(0).hash = B.id;
    gateway(0).loadMs = 33_000;
    fleet.setMembers(members(1));
    want(A);
    lead();
    await clock.until(serve(A, 1));
    expect(pushesTo(gateway(0))).toHaveLength(1);
    await clock.until(() => told('converged').length === 1, 5_000);
    expect(gateway(0).mostLoading).toBe(1);
  });

  test("that never lands is repeated after a load's time, without check_hash", async () => {
    gateway(0).hash = B.id;
    gateway(0).answers.push({ kind: 'unknown', trouble: { code: 'reset', reason: 'reset' } });
    fleet.setMembers(members(1));
    want(A);
    lead();
    await clock.until(serve(A, 1));
    const [first, second] = pushesTo(gateway(0));
    expect(first).toMatchObject({ checkHash: true });
    expect(second).toMatchObject({ checkHash: false });
    expect(second!.at - first!.at).toBeGreaterThanOrEqual(5_000);
  });

  test('does not keep a gateway waiting that has restarted empty', async () => {
    gateway(0).hash = B.id;
    fleet.setMembers(members(1));
    want(A);
    gateway(0).answers.push({ kind: 'unknown', trouble: { code: 'reset', reason: 'reset' } });
    lead();
    await clock.until(() => pushesTo(gateway(0)).length === 1);
    restart(gateway(0));
    await clock.until(serve(A, 1), 2_000);
  });
});

describe('a load that outlives the care for its gateway', () => {
  const loadSlowly = async (): Promise<Tenure> => {
    gateway(0).hash = C.id;
    gateway(0).loadMs = 3_000;
    fleet.setMembers(members(1));
    want(A);
    const tenure = lead();
    await clock.until(() => gateway(0).loading === 1);
    return tenure;
  };

  test('is not overlapped when the gateway is left out of its Service for a moment', async () => {
    await loadSlowly();
    fleet.setMembers([]);
    await clock.advance(200);
    fleet.setMembers(members(1));
    want(B);
    await clock.until(() => gateway(0).hash === B.id);
    expect(gateway(0).mostLoading).toBe(1);
  });

  test('is not overlapped when another Pod is found at the same address', async () => {
    await loadSlowly();
    fleet.setMembers([{ ...members(1)[0]!, key: 'uid-new', name: 'kong-new' }]);
    want(B);
    await clock.until(() => gateway(0).hash === B.id);
    expect(gateway(0).mostLoading).toBe(1);
  });

  test('is not overlapped when the lease is lost and had again', async () => {
    const tenure = await loadSlowly();
    tenure.end('fence');
    lead(2);
    await clock.until(() => gateway(0).hash === A.id);
    expect(gateway(0).mostLoading).toBe(1);
  });
});

describe('a gateway that changes behind our back', () => {
  beforeEach(async () => {
    fleet.setMembers(members(3));
    want(A);
    lead();
    await clock.until(() => told('converged').length === 1);
  });

  test('is found by the slow pass and repaired', async () => {
    gateway(1).hash = B.id;
    await clock.until(() => gateway(1).hash === A.id, 35_000);
    expect(told('drift')).toMatchObject([{ gateway: 'kong-1', expected: A.id, found: B.id }]);
    await clock.until(() => told('converged').length === 2, 1_000);
  });

  test('is found at once when Kubernetes says that its readiness changed', async () => {
    restart(gateway(2));
    fleet.setMembers(
      members(3).map((member) => (member.name === 'kong-2' ? { ...member, ready: false } : member)),
    );
    await clock.until(() => gateway(2).hash === A.id, 500);
  });
});

describe('leadership', () => {
  test('a follower contacts nobody', async () => {
    fleet.setMembers(members(5));
    want(A);
    await clock.advance(600_000);
    expect(all(5).flatMap(({ log }) => log)).toEqual([]);
  });

  test('whoever has lost the lease touches nobody any more, and cuts off what is in flight', async () => {
    for (const each of all(20)) each.loadMs = 10_000;
    fleet.setMembers(members(20));
    want(A);
    const tenure = lead();
    await clock.advance(1_000);
    holding = false;
    tenure.end('fence');
    await clock.settle();
    expect(told('push-ended').every(({ trouble }) => trouble?.code === 'fence')).toBe(true);
    const requests = all(20).flatMap(({ log }) => log).length;
    await clock.advance(600_000);
    expect(all(20).flatMap(({ log }) => log)).toHaveLength(requests);
  });

  test('a lease that ran out for a moment and was renewed leaves nobody behind', async () => {
    for (const each of all(3)) each.hash = B.id;
    fleet.setMembers(members(3));
    lead();
    await clock.advance(1_000);
    holding = false;
    want(A);
    await clock.advance(300);
    expect(all(3).flatMap(pushesTo)).toEqual([]);
    holding = true;
    await clock.until(serve(A, 3), 500);
  });

  test('can be had again', async () => {
    fleet.setMembers(members(3));
    want(A);
    const tenure = lead();
    await clock.until(serve(A, 3));
    tenure.end('fence');
    gateway(0).hash = B.id;
    await clock.advance(60_000);
    expect(gateway(0).hash).toBe(B.id);
    lead(2);
    await clock.until(serve(A, 3), 500);
  });

  test('is begun vigilantly: what a predecessor left on the wire is found soon', async () => {
    open({ vigilanceMs: 15_000 });
    for (const each of all(1)) each.hash = A.id;
    fleet.setMembers(members(1));
    want(A);
    lead();
    await clock.until(() => told('converged').length === 1);
    gateway(0).hash = B.id;
    await clock.until(serve(A, 1), 6_000);
  });

  test('is laid down gracefully: a load whose answer was lost is given its time', async () => {
    fleet.setMembers(members(1));
    want(A);
    gateway(0).answers = [{ kind: 'unknown', trouble: { code: 'econnreset', reason: 'reset' } }];
    lead();
    await clock.until(() => told('push-ended').length === 1);
    let drained = false;
    void fleet.drain().then(() => (drained = true));
    await clock.advance(4_900);
    expect(drained).toBe(false);
    await clock.advance(200);
    expect(drained).toBe(true);
  });

  test('is laid down gracefully: what was sent may end, nothing is begun', async () => {
    for (const each of all(20)) each.hash = B.id;
    for (const each of all(20)) each.loadMs = 900;
    fleet.setMembers(members(20));
    want(A);
    lead();
    await clock.advance(500);
    let drained = false;
    void fleet.drain().then(() => (drained = true));
    await clock.until(() => drained, 5_000);
    expect(all(20).filter(({ hash }) => hash === A.id)).toHaveLength(5);
    const requests = all(20).flatMap(({ log }) => log).length;
    await clock.advance(600_000);
    expect(all(20).flatMap(({ log }) => log)).toHaveLength(requests);
  });
});
