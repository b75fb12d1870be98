import { sleep } from '../clock/clock.js';
import type { Revision } from '../config/revision.js';
import { HistoryError, Superseded, TooLarge } from '../history/history-error.js';
import type { Provenance } from '../history/provenance.js';
import { EMPTY_RECORD, isApproved, keptRevision } from '../history/record.js';
import type { HistoryRecord } from '../history/record.js';
import type { HistoryStore } from '../history/store.js';
import { hold, roll, withdraw } from '../history/transitions.js';
import type { HeldRevision } from './config-loop.js';
import type { Past } from './past.js';
import type { Ports } from './ports.js';

export interface KeeperOptions extends Ports {
  readonly store: HistoryStore;
  /** Whether this replica may write: followers only read. */
  readonly leading: () => boolean;
  readonly term: () => number;
  /** A revision that is in memory anyway. */
  readonly known: (id: string) => Revision | undefined;
  /** The record, or last good, is another. */
  readonly onChange: () => void;
}

/** The history as the controller sees it: followed by every replica, written by the one that leads. */
export interface Keeper {
  readonly record: () => HistoryRecord;
  readonly lastGood: () => Revision | undefined;
  readonly past: () => Past;
  /** Whether all that can be known is known. */
  readonly synced: () => boolean;
  /** Whether the history can be read at all: approvals reach us only through it. */
  readonly readable: () => boolean;
  /** Whether the last reads and writes of it have succeeded. */
  readonly usable: () => boolean;
  /** Whether there may have been leaders before us: none of them ever wrote to an empty record. */
  readonly ledBefore: () => boolean;
  /** Each is written in the background, and again until it is, for as long as we lead. */
  readonly keep: (revision: Revision, provenance: Provenance) => void;
  readonly withdraw: (revision: string, why: string) => void;
  readonly hold: (held: HeldRevision | undefined) => void;
  readonly roll: (revision: string | undefined) => void;
  readonly close: () => void;
}

const RETRY_MIN_MS = 1_000;
const RETRY_MAX_MS = 30_000;
/** Who decided what no person did. */
const BY = 'silverback';

interface Good {
  readonly revision: Revision;
  readonly provenance: Provenance;
}

type Write = (term: number) => Promise<HistoryRecord | undefined>;

export function openKeeper(options: KeeperOptions): Keeper {
  const { store, clock, report, leading, onChange } = options;
  let record = EMPTY_RECORD;
  let readable = false;
  let lastGood: Good | undefined;
  /** What succeeded here last: the first last good, until the record says so. */
  let succeeded: Good | undefined;
  let loading = false;
  /** How often the store has told of a record. */
  let told = 0;
  /** Last good whose bytes could not be had; asked for again when the record changes its mind. */
  let unreadable: string | undefined;
  /** The Lease's terms count anew when it is deleted; the record's never do. */
  let leastTerm = 0;
  const closing = new AbortController();
  /** What is still to be written, the newest of each kind. */
  const pending = new Map<string, Write>();
  let writing = false;

  /** What fails now. */
  const failing = new Set<'following' | 'loading' | 'writing'>();

  const tell = (what: 'loading' | 'writing', error: unknown): void => {
    failing.add(what);
    const reason = error instanceof Error ? error.message : String(error);
    const trouble = error instanceof HistoryError ? error.trouble : { code: 'internal', reason };
    report({ kind: 'history-trouble', trouble });
  };

  const loadLastGood = async (): Promise<void> => {
    if (loading) return;
    loading = true;
    if (record.lastGood !== unreadable) failing.delete('loading');
    while (record.lastGood !== lastGood?.revision.id && record.lastGood !== unreadable) {
      const { lastGood: id } = record;
      const kept = id === undefined ? undefined : keptRevision(record, id);
      try {
        lastGood = kept && { revision: options.known(kept.id) ?? (await store.load(kept)), provenance: kept };
        unreadable = kept === undefined ? id : undefined;
        failing.delete('loading');
      } catch (error) {
        tell('loading', error);
        if (error instanceof HistoryError && error.code === 'unreachable') {
          await sleep(clock, RETRY_MIN_MS, closing.signal);
          if (!closing.signal.aborted) continue;
        }
        // Never anything but these bytes: without them there is no last good.
        lastGood = undefined;
        unreadable = id;
      }
    }
    loading = false;
    onChange();
  };

  const take = (next: HistoryRecord): void => {
    record = next;
    readable = true;
    void loadLastGood();
  };

  const following = store.follow(
    (next) => {
      told += 1;
      failing.delete('following');
      take(next);
    },
    (trouble) => {
      failing.add('following');
      report({ kind: 'history-trouble', trouble });
      onChange();
    },
  );

  const writeOne = async (write: Write): Promise<HistoryRecord | undefined> => {
    try {
      return await write(Math.max(options.term(), leastTerm));
    } catch (error) {
      if (!(error instanceof Superseded) || !leading()) throw error;
      // Inside our lease nobody else leads: that term was counted in an older Lease.
      leastTerm = (await store.read()).term + 1;
      return write(Math.max(options.term(), leastTerm));
    }
  };

  /** What is not written when we stop leading is for the next leader to find out. */
  const nextWrite = (): readonly [string, Write] | undefined => {
    if (!leading() || closing.signal.aborted) {
      pending.clear();
      failing.delete('writing');
    }
    const [next] = pending;
    return next;
  };

  const writeAll = async (): Promise<void> => {
    writing = true;
    let delayMs = RETRY_MIN_MS;
    for (let next = nextWrite(); next !== undefined; next = nextWrite()) {
      const [kind, write] = next;
      try {
        // What we wrote ourselves is known at once, unless the store has told of something meanwhile: that may be newer.
        const before = told;
        const written = await writeOne(write);
        // Unless a newer one of its kind has come meanwhile.
        if (pending.get(kind) === write) pending.delete(kind);
        if (written !== undefined && told === before) take(written);
        delayMs = RETRY_MIN_MS;
        failing.delete('writing');
      } catch (error) {
        tell('writing', error);
        if (error instanceof TooLarge && pending.get(kind) === write) pending.delete(kind);
        await sleep(clock, delayMs, closing.signal);
        delayMs = Math.min(RETRY_MAX_MS, delayMs * 2);
      }
    }
    // In the same turn as the last look: nothing can have come in between.
    writing = false;
  };

  const later = (kind: string, write: Write): void => {
    if (!leading()) return;
    pending.delete(kind);
    pending.set(kind, write);
    if (!writing) void writeAll();
  };

  /** A change of the record, made only while we lead, however long the way to it took. */
  const change = (make: (record: HistoryRecord, at: string) => HistoryRecord): Write => {
    return (term) =>
      store.update((before) => (leading() ? make(before, clock.wall().toISOString()) : undefined), term);
  };

  const pastOf = (good: Good | undefined): Past['lastGood'] =>
    good && { ...good.provenance, revision: good.revision };

  return {
    record: () => record,
    lastGood: () => lastGood?.revision,
    past: () => ({
      lastGood: pastOf(lastGood ?? succeeded),
      // What is last good was agreed to; its approval ended with that.
      approved: (id) => record.lastGood === id || isApproved(record, id),
    }),
    synced: () => following.synced() && !loading,
    readable: () => readable,
    usable: () => failing.size === 0,
    ledBefore: () => !readable || record !== EMPTY_RECORD,
    keep(revision, provenance) {
      if (record.lastGood === revision.id) return;
      succeeded = { revision, provenance };
      later('keep', (term) =>
        leading() ? store.keep(revision, provenance, term) : Promise.resolve(undefined),
      );
    },
    withdraw: (revision, why) =>
      later(
        `withdraw ${revision}`,
        change((before, at) => withdraw(before, revision, why, { by: BY, at })),
      ),
    hold(held) {
      const make = (before: HistoryRecord, at: string): HistoryRecord =>
        hold(before, held && { ...held, since: at });
      if (pending.has('hold') || make(record, '') !== record) later('hold', change(make));
    },
    roll(revision) {
      const make = (before: HistoryRecord, at: string): HistoryRecord => roll(before, revision, at);
      if (pending.has('roll') || make(record, '') !== record) later('roll', change(make));
    },
    close() {
      closing.abort();
      following.close();
    },
  };
}
