import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { systemClock } from '../../../src/clock/clock.js';
import { folderCell } from '../../../src/history/folder-cell.js';
import { openFolderHistory } from '../../../src/history/folder-history.js';
import { HistoryError, Superseded } from '../../../src/history/history-error.js';
import { EMPTY_RECORD } from '../../../src/history/record.js';
import type { HistoryRecord } from '../../../src/history/record.js';
import type { HistoryStore } from '../../../src/history/store.js';
import { approve, pause } from '../../../src/history/transitions.js';
import type { Trouble } from '../../../src/report/happening.js';
import { createVirtualClock } from '../../support/virtual-clock.js';
import { anna, idOf, PROVENANCE, revisionOf } from './samples.js';

let dir = '';
const open = (clock = systemClock): HistoryStore =>
  openFolderHistory({ dir, revisionHistory: 2, clock, random: Math.random });
const problem = (promise: Promise<unknown>): Promise<HistoryError> =>
  promise.then(
    () => Promise.reject(new Error('it worked')),
    (error: unknown) => (error instanceof HistoryError ? error : Promise.reject(error as Error)),
  );
const states = (): string[] => readdirSync(dir).filter((name) => name.startsWith('history-'));

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'silverback-history-'));
});
afterEach(() => {
  chmodSync(dir, 0o700);
  rmSync(dir, { recursive: true });
});

describe('a history in a folder', () => {
  test('begins empty, and keeps and loads the very bytes', async () => {
    const store = open();
    expect(await store.read()).toEqual(EMPTY_RECORD);
    const revision = revisionOf('{"services":[]}');
    const record = await store.keep(revision, PROVENANCE, 4);
    expect([record.lastGood, record.term]).toEqual([revision.id, 4]);
    const loaded = await open().load((await open().read()).revisions[0]!);
    expect(Buffer.from(loaded.bytes)).toEqual(Buffer.from(revision.bytes));
    expect([loaded.id, loaded.counts]).toEqual([revision.id, revision.counts]);
    expect(readFileSync(join(dir, 'revisions', `${revision.id}.json`), 'utf8')).toBe('{"services":[]}');
  });

  test('refuses a lower term, for the record and for bytes; people have none and keep it', async () => {
    const store = open();
    await store.keep(revisionOf('a'), PROVENANCE, 5);
    expect(await problem(store.update((record) => ({ ...record }), 4))).toBeInstanceOf(Superseded);
    expect(await problem(store.keep(revisionOf('b'), PROVENANCE, 4))).toBeInstanceOf(Superseded);
    expect((await store.update((record) => pause(record, anna))).term).toBe(5);
  });

  test('writes nothing where nothing changes', async () => {
    const store = open();
    await store.update((record) => pause(record, anna));
    const before = states();
    await store.update((record) => pause(record, anna));
    await store.update(() => undefined);
    expect(states()).toEqual(before);
  });

  test('loses no update of many writers at once, and keeps only the newest states', async () => {
    const ids = Array.from({ length: 12 }, (_, n) => idOf(`${n + 10}a`));
    await Promise.all(
      [ids.slice(0, 4), ids.slice(4, 8), ids.slice(8)].map(async (mine) => {
        const store = open();
        for (const id of mine) await store.update((record) => approve(record, id, anna));
      }),
    );
    const { approvals, audit } = await open().read();
    expect(new Set(approvals.map(({ revision }) => revision))).toEqual(new Set(ids));
    expect(audit).toHaveLength(12);
    expect(states().length).toBeLessThanOrEqual(2);
  });

  test('is not fooled by a writer that wakes up long after the state it read was cleaned away', async () => {
    const slow = folderCell(dir, () => systemClock.wall());
    const read = await slow.read();
    const store = open();
    for (const id of ['1a', '2a', '3a']) await store.update((record) => approve(record, idOf(id), anna));
    expect(states()).not.toContain('history-1.json');
    expect(await slow.write('{"lost":true}', read.version)).toBe('unknown');
    expect((await store.read()).approvals).toHaveLength(3);
  });

  test('keeps as many revisions as it should, and clears away what nobody names, but not at once', async () => {
    const store = open();
    const revisions = ['a', 'b', 'c'].map(revisionOf);
    for (const revision of revisions) await store.keep(revision, PROVENANCE, 1);
    const files = (): string[] => readdirSync(join(dir, 'revisions')).sort();
    expect(files()).toHaveLength(3);
    const old = new Date(Date.now() - 3_600_000);
    for (const name of files()) utimesSync(join(dir, 'revisions', name), old, old);
    const record = await store.keep(revisions[2]!, PROVENANCE, 1);
    expect(files()).toEqual(record.revisions.map(({ id }) => `${id}.json`).sort());
  });

  test('gives no bytes but the right ones', async () => {
    const store = open();
    const revision = revisionOf('good');
    const [kept] = (await store.keep(revision, PROVENANCE, 1)).revisions;
    writeFileSync(join(dir, 'revisions', `${revision.id}.json`), 'evil');
    expect((await problem(store.load(kept!))).code).toBe('corrupt');
    rmSync(join(dir, 'revisions', `${revision.id}.json`));
    expect((await problem(store.load(kept!))).code).toBe('missing');
    await store.keep(revision, PROVENANCE, 1);
    expect((await store.load(kept!)).id).toBe(revision.id);
  });

  test('says what is wrong with the folder', async () => {
    rmSync(dir, { recursive: true });
    expect(await problem(open().read())).toMatchObject({
      code: 'missing',
      advice: expect.stringContaining('create'),
    });
    dir = mkdtempSync(join(tmpdir(), 'silverback-history-'));
    writeFileSync(join(dir, 'history-7.json'), 'not ours');
    expect((await problem(open().read())).code).toBe('corrupt');
    expect((await problem(open().update((record) => pause(record, anna)))).code).toBe('corrupt');
    expect(readFileSync(join(dir, 'history-7.json'), 'utf8')).toBe('not ours');
  });
});

describe('following a history in a folder', () => {
  test('tells the record at first, changes of others, troubles once, and that they are over', async () => {
    const clock = createVirtualClock();
    const store = open(clock);
    const told: (HistoryRecord | Trouble)[] = [];
    const following = store.follow(
      (record) => told.push(record),
      (trouble) => told.push(trouble),
    );
    const until = async (count: number): Promise<void> => {
      while (told.length < count) {
        await clock.advance(1_000);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    };
    await until(1);
    expect([following.synced(), told[0]]).toEqual([true, EMPTY_RECORD]);
    await open().update((record) => pause(record, anna));
    await until(2);
    expect(told[1]).toMatchObject({ paused: { by: 'anna' } });
    writeFileSync(join(dir, 'history-9.json'), '');
    await until(3);
    expect(told[2]).toMatchObject({ code: 'corrupt' });
    rmSync(join(dir, 'history-9.json'));
    await until(4);
    expect(told[3]).toMatchObject({ paused: { by: 'anna' } });
    following.close();
  });
});
