import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, jest, test } from '@jest/globals';
import { HistoryError, Superseded, TooLarge } from '../../../src/history/history-error.js';
import { EMPTY_RECORD, keptRevision } from '../../../src/history/record.js';
import type { HistoryRecord } from '../../../src/history/record.js';
import { approve, pause, rollback } from '../../../src/history/transitions.js';
import type { Trouble } from '../../../src/report/happening.js';
import { createKubeSecrets } from './kube-secrets.js';
import type { KubeSecrets } from './kube-secrets.js';
import { anna, idOf, PROVENANCE, revisionOf } from './samples.js';

jest.setTimeout(120_000);

const NAMES = ['history', 'history-0', 'history-1', 'history-2', 'history-3'];
const problem = (promise: Promise<unknown>): Promise<HistoryError> =>
  promise.then(
    () => Promise.reject(new Error('it worked')),
    (error: unknown) => (error instanceof HistoryError ? error : Promise.reject(error as Error)),
  );
const writes = ({ requests }: KubeSecrets): string[] => requests.filter((each) => each.startsWith('PATCH'));
/** Takes as many slots as it has pieces of that size. */
const largeRevision = (slots: number): ReturnType<typeof revisionOf> =>
  revisionOf(randomBytes((slots - 1) * 1_000_000 + 500_000).toString('latin1'));

describe('a history in Secrets', () => {
  test('begins with the empty Secrets of the chart, keeps their labels, and gives the very bytes back', async () => {
    const kube = createKubeSecrets(...NAMES);
    expect(await kube.history().read()).toEqual(EMPTY_RECORD);
    kube.put('history', { 'record.json': '' });
    expect(await kube.history().read()).toEqual(EMPTY_RECORD);
    const revision = revisionOf('{"services":[]}');
    const record = await kube.history().keep(revision, PROVENANCE, 7);
    expect([record.term, record.lastGood]).toEqual([7, revision.id]);
    const loaded = await kube.history().load((await kube.history().read()).revisions[0]!);
    expect([loaded.id, Buffer.from(loaded.bytes).toString()]).toEqual([revision.id, '{"services":[]}']);
    expect(kube.labels('history-0')).toEqual({ from: 'helm' });
  });

  test('writes the slots first, and the pointer last', async () => {
    const kube = createKubeSecrets(...NAMES);
    await kube.history().update((record) => ({ ...record }), 1);
    kube.requests.length = 0;
    await kube.history().keep(largeRevision(2), PROVENANCE, 1);
    expect(writes(kube)).toEqual(['PATCH history-0', 'PATCH history-1', 'PATCH history']);
  });

  test('keeps a revision that is kept already without writing its bytes again, unless they are broken', async () => {
    const kube = createKubeSecrets(...NAMES);
    const [one, two] = [revisionOf('one'), revisionOf('two')];
    const history = kube.history();
    await history.keep(one, PROVENANCE, 1);
    await history.keep(two, PROVENANCE, 1);
    kube.requests.length = 0;
    const back = await history.keep(one, PROVENANCE, 1);
    expect([back.lastGood, writes(kube)]).toEqual([one.id, ['PATCH history']]);
    kube.put('history-0', { 'piece.gz': gzipSync('evil').toString('base64') });
    expect((await problem(history.load(keptRevision(back, one.id)!))).code).toBe('corrupt');
    const mended = await history.keep(one, PROVENANCE, 1);
    expect((await history.load(keptRevision(mended, one.id)!)).id).toBe(one.id);
  });

  test('gives up older revisions for room, but says TooLarge before last good would go', async () => {
    const kube = createKubeSecrets(...NAMES);
    const history = kube.history();
    const [small, large] = [revisionOf('small'), largeRevision(2)];
    await history.keep(small, PROVENANCE, 1);
    await history.keep(large, PROVENANCE, 1);
    const other = largeRevision(2);
    const record = await history.keep(other, PROVENANCE, 1);
    expect(record.revisions.map(({ id }) => id)).toEqual([other.id, large.id]);
    const before = await history.read();
    expect(await problem(history.keep(largeRevision(3), PROVENANCE, 1))).toBeInstanceOf(TooLarge);
    expect(await history.read()).toEqual(before);
    for (const kept of before.revisions) expect((await history.load(kept)).id).toBe(kept.id);
  });

  test('is whole whenever a leader dies while it keeps a revision, after any of its requests', async () => {
    const [good, next] = [largeRevision(2), largeRevision(2)];
    for (let survives = 0; survives < 40; survives += 1) {
      const kube = createKubeSecrets(...NAMES);
      await kube.history().keep(good, PROVENANCE, 1);
      let left = survives;
      kube.fate = () => ((left -= 1) < 0 ? 'lose-request' : undefined);
      const done = await kube
        .history()
        .keep(next, PROVENANCE, 2)
        .then(
          () => true,
          () => false,
        );
      kube.fate = () => undefined;
      const record = await kube.history().read();
      const loaded = await kube.history().load(keptRevision(record, record.lastGood!)!);
      expect(loaded.id).toBe(record.lastGood);
      if (done) {
        expect([record.lastGood === good.id, survives > 5]).toEqual([false, true]);
        return;
      }
      expect(record.lastGood).toBe(good.id);
    }
    throw new Error('it never came to its end');
  });

  test('survives lost answers: each write is made once, and counted once', async () => {
    const kube = createKubeSecrets(...NAMES);
    let lost = 0;
    kube.fate = ({ method }) => (method === 'PATCH' && (lost += 1) % 2 === 1 ? 'lose-answer' : undefined);
    const revision = largeRevision(2);
    const history = kube.history();
    await history.keep(revision, PROVENANCE, 1);
    const entry = { ...anna, what: 'counted' };
    for (let n = 0; n < 3; n += 1) await history.update((now) => ({ ...now, audit: [entry, ...now.audit] }));
    const record = await history.read();
    expect(record.audit).toHaveLength(3);
    expect((await history.load(keptRevision(record, revision.id)!)).id).toBe(revision.id);
  });

  test('repeats a change when others were faster, and loses none', async () => {
    const kube = createKubeSecrets(...NAMES);
    const ids = Array.from({ length: 8 }, (_, n) => idOf(`${n}a`));
    await Promise.all(ids.map((id) => kube.history().update((record) => approve(record, id, anna))));
    expect(new Set((await kube.history().read()).approvals.map(({ revision }) => revision))).toEqual(
      new Set(ids),
    );
  });

  test('refuses a leader of old', async () => {
    const kube = createKubeSecrets(...NAMES);
    await kube.history().keep(revisionOf('new'), PROVENANCE, 5);
    expect(await problem(kube.history().keep(revisionOf('old'), PROVENANCE, 4))).toBeInstanceOf(Superseded);
    expect(await problem(kube.history().update((record) => ({ ...record }), 4))).toBeInstanceOf(Superseded);
    expect((await kube.history().update((record) => pause(record, anna))).term).toBe(5);
  });

  test('lets no leader of old write over the slots of a new one, wherever it stood still', async () => {
    const ours = largeRevision(2);
    const stale = largeRevision(2);
    for (let stands = 1; ; stands += 1) {
      const kube = createKubeSecrets(...NAMES);
      await kube.history().keep(revisionOf('good'), PROVENANCE, 1);
      let requests = 0;
      const seen = { pause: false };
      kube.fate = async () => {
        if ((requests += 1) !== stands) return undefined;
        seen.pause = true;
        kube.fate = () => undefined;
        await kube.history().keep(ours, PROVENANCE, 2);
        return undefined;
      };
      const error = await kube
        .history()
        .keep(stale, PROVENANCE, 1)
        .then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
      if (!seen.pause) {
        expect([error, stands > 5]).toEqual([undefined, true]);
        return;
      }
      expect(error).toBeInstanceOf(Superseded);
      const record = await kube.history().read();
      expect(record.lastGood).toBe(ours.id);
      expect((await kube.history().load(keptRevision(record, ours.id)!)).id).toBe(ours.id);
    }
  });

  test('keeps what a person rolled back to while room was being made', async () => {
    const kube = createKubeSecrets(...NAMES);
    const [one, two] = [revisionOf('one'), largeRevision(2)];
    const history = kube.history();
    await history.keep(one, PROVENANCE, 1);
    await history.keep(two, PROVENANCE, 1);
    let done = false;
    kube.fate = async ({ method }, name) => {
      if (method === 'GET' && name === 'history-0' && !done) {
        done = true;
        await kube.history().update((record) => rollback(record, one.id, anna));
      }
      return undefined;
    };
    await history.keep(largeRevision(2), PROVENANCE, 1).catch(() => undefined);
    const record = await history.read();
    for (const kept of record.revisions) expect((await history.load(kept)).id).toBe(kept.id);
    expect(keptRevision(record, one.id)).toBeDefined();
  });

  test('says which Secret is missing or whose right, and touches nothing of others', async () => {
    const kube = createKubeSecrets();
    expect(await problem(kube.history().read())).toMatchObject({
      code: 'missing',
      message: 'there is no Secret kong/history',
      advice: expect.stringContaining('kubectl create secret generic history -n kong'),
    });
    kube.create('history');
    expect(await problem(kube.history().keep(revisionOf('a'), PROVENANCE, 1))).toMatchObject({
      code: 'missing',
      message: 'there is no Secret kong/history-0',
    });
    kube.fate = () => ({ status: 403 });
    const forbidden = await problem(kube.history().read());
    expect([forbidden.code, forbidden.advice]).toEqual([
      'forbidden',
      expect.stringContaining('get and patch'),
    ]);
    kube.fate = () => undefined;
    kube.put('history', { password: 'aGVsbG8=' });
    expect(await problem(kube.history().update((record) => pause(record, anna)))).toMatchObject({
      code: 'corrupt',
      message: expect.stringContaining('stays as it is'),
    });
    expect(kube.value('history')?.toString()).toBe('hello');
  });
});

describe('following a history in Secrets', () => {
  test('tells the record, changes of others, a Secret that goes away, and that it is back', async () => {
    const kube = createKubeSecrets(...NAMES);
    const told: (HistoryRecord | Trouble)[] = [];
    let wake = (): void => undefined;
    const tell = (what: HistoryRecord | Trouble): void => {
      told.push(what);
      wake();
    };
    const until = async (count: number): Promise<void> => {
      while (told.length < count) await new Promise<void>((resolve) => (wake = resolve));
    };
    const following = kube.history().follow(tell, tell);
    expect(following.synced()).toBe(false);
    await until(1);
    expect([following.synced(), told[0]]).toEqual([true, EMPTY_RECORD]);
    await kube.history().update((record) => pause(record, anna));
    await until(2);
    expect(told[1]).toMatchObject({ paused: { by: 'anna' } });
    kube.remove('history');
    await until(3);
    expect(told[2]).toMatchObject({ code: 'missing' });
    kube.create('history');
    await until(4);
    expect(told[3]).toEqual(EMPTY_RECORD);
    following.close();
    expect(
      kube.requests.filter((each) => each.startsWith('GET')).every((each) => /secrets|history/.test(each)),
    ).toBe(true);
  });

  test('is synced where a right is missing: somebody must come, and all else goes on', async () => {
    const kube = createKubeSecrets(...NAMES);
    kube.fate = () => ({ status: 403 });
    const trouble = await new Promise<Trouble>((resolve) => {
      const following = kube.history().follow(
        () => undefined,
        (told) => {
          expect(following.synced()).toBe(true);
          following.close();
          resolve(told);
        },
      );
    });
    expect(trouble).toMatchObject({ code: 'forbidden', advice: expect.stringContaining('resourceNames') });
  });
});
