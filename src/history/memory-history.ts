import type { Clock } from '../clock/clock.js';
import type { Revision } from '../config/revision.js';
import { shortId } from '../config/revision.js';
import { HistoryError, Superseded } from './history-error.js';
import { describeKept } from './provenance.js';
import { EMPTY_RECORD } from './record.js';
import type { HistoryRecord } from './record.js';
import type { HistoryStore } from './store.js';
import { keep } from './transitions.js';

/** The history of a process that has nowhere to keep one: gone when it ends. */
export function openMemoryHistory(clock: Clock): HistoryStore {
  const revisions = new Map<string, Revision>();
  const followers = new Set<(record: HistoryRecord) => void>();
  let record = EMPTY_RECORD;

  const update: HistoryStore['update'] = (change, term) => {
    if (term !== undefined && record.term > term) return Promise.reject(new Superseded(term, record.term));
    const changed = change(record);
    if (changed !== undefined && changed !== record) {
      record = { ...changed, term: term ?? record.term };
      for (const follower of followers) follower(record);
    }
    return Promise.resolve(record);
  };

  return {
    read: () => Promise.resolve(record),
    update,
    async keep(revision, provenance, term) {
      revisions.set(revision.id, revision);
      const kept = describeKept(revision, provenance, clock.wall());
      const now = await update((before) => keep(before, kept, 1), term);
      const named = new Set(now.revisions.map(({ id }) => id));
      for (const each of revisions.keys()) if (!named.has(each)) revisions.delete(each);
      return now;
    },
    load({ id }) {
      const revision = revisions.get(id);
      if (revision !== undefined) return Promise.resolve(revision);
      return Promise.reject(new HistoryError('missing', `revision ${shortId(id)} is not kept`));
    },
    follow(onRecord) {
      followers.add(onRecord);
      void Promise.resolve().then(() => {
        if (followers.has(onRecord)) onRecord(record);
      });
      return { synced: () => true, close: () => void followers.delete(onRecord) };
    },
  };
}
