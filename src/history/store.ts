import type { Revision } from '../config/revision.js';
import type { Trouble } from '../report/happening.js';
import type { Provenance } from './provenance.js';
import type { HistoryRecord, KeptRevision } from './record.js';

/** Where last good, decisions and audit are kept: Secrets in Kubernetes, a folder without. Every method rejects with a HistoryError. */
export interface HistoryStore {
  /** What is stored now; an empty record where nothing was ever stored. */
  read(): Promise<HistoryRecord>;
  /**
   * Reads, changes, and writes if nobody wrote meanwhile; again on conflict. A write whose answer is lost is looked for before it
   * is made again.
   *
   * @param change gives undefined, or the very record it was given, for nothing to write; must be pure: it may be called again
   * @param term of a leader: refused (Superseded) where the record has a higher one. People pass none: the record's stays.
   * @returns the record as it is then
   */
  update(change: (record: HistoryRecord) => HistoryRecord | undefined, term?: number): Promise<HistoryRecord>;
  /**
   * Stores the bytes, then names them in the record as the newest revision and, unless it was withdrawn, as last good. Whatever
   * breaks in between, what the record names is whole. Calls wait for each other.
   *
   * @throws TooLarge where they do not fit beside last good; Superseded
   */
  keep(revision: Revision, provenance: Provenance, term: number): Promise<HistoryRecord>;
  /** The stored bytes. @throws HistoryError `corrupt` or `missing` for anything but exactly these */
  load(kept: KeptRevision): Promise<Revision>;
  /**
   * Calls back with the record, at first and whenever it changed, until closed; with what is wrong, once for each trouble in a row.
   */
  follow(onRecord: (record: HistoryRecord) => void, onTrouble: (trouble: Trouble) => void): Following;
}

export interface Following {
  /** Whether the record is known, or cannot be until somebody mends the set-up (missing, forbidden, corrupt). */
  synced(): boolean;
  close(): void;
}
