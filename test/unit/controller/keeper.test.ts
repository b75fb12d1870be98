import { describe, expect, it } from '@jest/globals';
import { openKeeper } from '../../../src/controller/keeper.js';
import type { Keeper } from '../../../src/controller/keeper.js';
import { HistoryError } from '../../../src/history/history-error.js';
import { openMemoryHistory } from '../../../src/history/memory-history.js';
import type { HistoryStore } from '../../../src/history/store.js';
import { approve, pause, withdraw } from '../../../src/history/transitions.js';
import type { Happening } from '../../../src/report/happening.js';
import { createVirtualClock } from '../../support/virtual-clock.js';
import type { VirtualClock } from '../../support/virtual-clock.js';
import { revisionOf } from '../../support/virtual-gateways.js';

const FROM = { sources: [], sourcesDigest: 'd', sealing: 1 };
const HELD = { revision: 'r3', reasons: ['it is empty'], codes: ['no-entities'] };
const ACT = { by: 'ada', at: '2026-01-01T00:00:00Z' };

interface World {
  readonly clock: VirtualClock;
  readonly store: HistoryStore;
  readonly keeper: Keeper;
  readonly happenings: Happening[];
  leads: boolean;
  term: number;
}

function keeping(wrap: (store: HistoryStore) => HistoryStore = (store) => store): World {
  const clock = createVirtualClock();
  const store = wrap(openMemoryHistory(clock));
  const happenings: Happening[] = [];
  const world = { clock, store, happenings, leads: true, term: 1 };
  const keeper = openKeeper({
    store,
    clock,
    random: () => 0.5,
    report: (happening) => happenings.push(happening),
    leading: () => world.leads,
    term: () => world.term,
    known: () => undefined,
    onChange: () => undefined,
  });
  return Object.assign(world, { keeper });
}

const troubles = ({ happenings }: World): string[] =>
  happenings.flatMap((each) => (each.kind === 'history-trouble' ? [each.trouble.code] : []));

describe('the keeper', () => {
  it('writes what the leader decides, and sees it as last good', async () => {
    const world = keeping();
    world.keeper.keep(revisionOf('a'), FROM);
    await world.clock.settle();
    expect(world.keeper.lastGood()?.id).toBe(revisionOf('a').id);
    expect(world.keeper.past().lastGood?.sourcesDigest).toBe('d');
    expect(world.keeper.record().term).toBe(1);
  });

  it('judges by what succeeded, though the record that says so is still to be written', async () => {
    const world = keeping((store) => ({ ...store, keep: () => new Promise<never>(() => undefined) }));
    await world.clock.settle();
    expect(world.keeper.past().lastGood).toBeUndefined();
    world.keeper.keep(revisionOf('a'), FROM);
    await world.clock.settle();
    expect(world.keeper.past().lastGood?.revision.id).toBe(revisionOf('a').id);
    expect(world.keeper.lastGood()).toBeUndefined();
  });

  it('knows of leaders before this one by whatever was stored, even if nothing is left of it', async () => {
    const { keeper, store, clock } = keeping();
    await clock.settle();
    expect(keeper.ledBefore()).toBe(false);
    await store.update((record) => pause(record, ACT));
    await store.update((record) => ({ ...record, paused: undefined, audit: [] }));
    await clock.settle();
    expect(keeper.ledBefore()).toBe(true);
  });

  it('sees what people decide', async () => {
    const { keeper, store } = keeping();
    await store.update((record) => pause(approve(record, 'r1', ACT), ACT));
    expect(keeper.past().approved('r1')).toBe(true);
    expect(keeper.record().paused?.by).toBe('ada');
  });

  it('does not forget what people decided while the answer to its own write was on its way', async () => {
    let answer = (): void => undefined;
    const world = keeping((store) => ({
      ...store,
      async update(change, term) {
        const written = await store.update(change, term);
        if (term !== undefined) await new Promise<void>((resolve) => (answer = resolve));
        return written;
      },
    }));
    world.keeper.withdraw('r1', 'bad');
    await world.clock.settle();
    await world.store.update((record) => pause(record, ACT));
    answer();
    await world.clock.settle();
    expect(world.keeper.record().paused?.by).toBe('ada');
  });

  it('writes nothing as a follower', async () => {
    const world = keeping();
    world.leads = false;
    world.keeper.keep(revisionOf('a'), FROM);
    world.keeper.withdraw('r1', 'bad');
    await world.clock.settle();
    expect(world.keeper.record()).toMatchObject({ lastGood: undefined, withdrawn: [] });
  });

  it('writes nothing any more once it leads no longer, though the way to the store was long', async () => {
    let release = (): void => undefined;
    const slow = new Promise<void>((resolve) => (release = resolve));
    const world = keeping((store) => ({
      ...store,
      update: async (change, term) => {
        await slow;
        return store.update(change, term);
      },
    }));
    world.keeper.withdraw('r1', 'bad');
    world.leads = false;
    release();
    await world.clock.settle();
    expect(world.keeper.record().withdrawn).toEqual([]);
  });

  it('tries again, ever more slowly, until the store is there again', async () => {
    let broken = true;
    let tries = 0;
    const world = keeping((store) => ({
      ...store,
      update: (change, term) => {
        tries += 1;
        return broken
          ? Promise.reject(new HistoryError('unreachable', 'no answer'))
          : store.update(change, term);
      },
    }));
    world.keeper.withdraw('r1', 'bad');
    await world.clock.advance(60_000);
    expect(tries).toBeGreaterThan(3);
    expect(tries).toBeLessThan(10);
    expect(troubles(world)).toContain('unreachable');
    broken = false;
    await world.clock.advance(31_000);
    expect(world.keeper.record().withdrawn[0]?.revision).toBe('r1');
  });

  it('is not usable from a failure until the same succeeds', async () => {
    let broken = true;
    const world = keeping((store) => ({
      ...store,
      update: (change, term) =>
        broken ? Promise.reject(new HistoryError('full', 'no room')) : store.update(change, term),
    }));
    await world.clock.settle();
    expect(world.keeper.usable()).toBe(true);
    world.keeper.withdraw('r1', 'bad');
    await world.clock.advance(10_000);
    expect(world.keeper.usable()).toBe(false);
    broken = false;
    await world.clock.advance(31_000);
    expect(world.keeper.usable()).toBe(true);
  });

  it('of several of a kind writes the newest', async () => {
    const world = keeping();
    for (const revision of ['r1', 'r2', 'r3']) world.keeper.roll(revision);
    await world.clock.settle();
    expect(world.keeper.record().rollout?.revision).toBe('r3');
  });

  it('goes on where the Lease counts its terms anew, and stays above the term of the record', async () => {
    const world = keeping();
    await world.store.update((record) => withdraw(record, 'r0', 'bad', ACT), 7);
    world.keeper.withdraw('r1', 'bad');
    await world.clock.settle();
    expect(world.keeper.record()).toMatchObject({
      term: 8,
      withdrawn: [{ revision: 'r1' }, { revision: 'r0' }],
    });
  });

  it('has no last good where its bytes are not what they should be, and says so', async () => {
    const world = keeping((store) => ({
      ...store,
      load: () => Promise.reject(new HistoryError('corrupt', 'slot 3 is not what was stored')),
    }));
    world.keeper.keep(revisionOf('a'), FROM);
    await world.clock.settle();
    expect(world.keeper.record().lastGood).toBe(revisionOf('a').id);
    expect(world.keeper.lastGood()).toBeUndefined();
    expect(troubles(world)).toEqual(['corrupt']);
    expect(world.keeper.usable()).toBe(false);
    expect(world.keeper.synced()).toBe(true);
  });

  it('asks again for last good while the store does not answer', async () => {
    let away = true;
    const world = keeping((store) => ({
      ...store,
      load: (kept) =>
        away ? Promise.reject(new HistoryError('unreachable', 'no answer')) : store.load(kept),
    }));
    world.keeper.keep(revisionOf('a'), FROM);
    await world.clock.advance(5_000);
    expect(world.keeper.synced()).toBe(false);
    away = false;
    await world.clock.advance(2_000);
    expect(world.keeper.lastGood()?.id).toBe(revisionOf('a').id);
    expect(world.keeper.synced()).toBe(true);
  });

  it('forgets nothing that is asked for while it ends a write', async () => {
    const world = keeping();
    world.keeper.roll('r1');
    await world.clock.settle();
    const asked = world.store.update((record) => pause(record, ACT)).then(() => world.keeper.hold(HELD));
    world.keeper.roll('r2');
    await asked;
    await world.clock.settle();
    expect(world.keeper.record()).toMatchObject({ rollout: { revision: 'r2' }, held: { revision: 'r3' } });
  });
});
