// The record as it is stored: strict JSON with a version, and the marks of the latest writes.
import type { ObjectRef } from '../report/happening.js';
import { HistoryError } from './history-error.js';
import { BOUNDS } from './record.js';
import type {
  Approval,
  AuditEntry,
  HistoryRecord,
  Hold,
  KeptRevision,
  Pause,
  Rollout,
  Slot,
  SourceProvenance,
  Withdrawal,
} from './record.js';

/** What a store holds: the record, and marks by which a writer finds out whether its write was applied. */
export interface Stored {
  readonly record: HistoryRecord;
  /** Newest first. */
  readonly writes: readonly string[];
}

const VERSION = 1;
/** So many writes may come between ours and our look at whether it was applied. */
export const MARKS = 32;

/** Largest text that is parsed (characters): far above what is ever written. */
const MAX_TEXT = 2 * 1024 * 1024;

type Read<T> = (value: unknown, at: string) => T;
type Fields = Readonly<Record<string, unknown>>;

class Unfit extends Error {}

/**
 * Reads a stored record. Fields that it does not know are left out: what must not be lost comes with a new version.
 *
 * @param where what to call it in an error
 * @throws HistoryError `corrupt`, or `newer`
 */
export function parseStored(text: string, where: string): Stored {
  try {
    if (text.length > MAX_TEXT) throw new Unfit('it is larger than any history');
    const fields = fieldsOf(parseJson(text), 'the record');
    const version = wholeOf(fields['version'], 'version');
    if (version > VERSION) {
      throw new HistoryError(
        'newer',
        `${where} was written by a newer Silverback (version ${version} of the record, this one knows ${VERSION})`,
        'upgrade this Silverback, or start with another history',
      );
    }
    return { record: recordOf(fields), writes: listOf(fields['writes'], 'writes', textOf, MARKS) };
  } catch (error) {
    if (!(error instanceof Unfit)) throw error;
    throw new HistoryError(
      'corrupt',
      `${where} does not hold a history that can be read: ${error.message}`,
      'nothing is written over it; restore it, or empty it to begin a new history',
    );
  }
}

/** The record as JSON, at most `BOUNDS.record` bytes: where it would be more, source lists of older revisions are left out first. */
export function serialiseStored({ record, writes }: Stored): string {
  const text = (revisions: readonly KeptRevision[]): string =>
    JSON.stringify({ version: VERSION, writes: writes.slice(0, MARKS), ...record, revisions });
  let revisions = record.revisions;
  let written = text(revisions);
  const oldestFirst = revisions.toReversed().filter(({ id }) => id !== record.lastGood);
  for (const { id } of [...oldestFirst, ...revisions.filter((kept) => kept.id === record.lastGood)]) {
    if (Buffer.byteLength(written) <= BOUNDS.record) return written;
    revisions = revisions.map((kept) => (kept.id === id ? { ...kept, sources: [] } : kept));
    written = text(revisions);
  }
  return written;
}

function recordOf(fields: Fields): HistoryRecord {
  const record: HistoryRecord = {
    term: wholeOf(fields['term'], 'term'),
    lastGood: maybe(fields['lastGood'], 'lastGood', idOf),
    rollout: maybe(fields['rollout'], 'rollout', rolloutOf),
    revisions: listOf(fields['revisions'], 'revisions', keptOf, BOUNDS.revisions),
    withdrawn: listOf(fields['withdrawn'], 'withdrawn', withdrawalOf, BOUNDS.withdrawn),
    held: maybe(fields['held'], 'held', holdOf),
    approvals: listOf(fields['approvals'], 'approvals', approvalOf, BOUNDS.approvals),
    paused: maybe(fields['paused'], 'paused', pauseOf),
    audit: listOf(fields['audit'], 'audit', auditOf, BOUNDS.audit),
  };
  const { lastGood, revisions } = record;
  if (lastGood !== undefined && !revisions.some(({ id }) => id === lastGood))
    throw new Unfit('lastGood is none of its revisions');
  return record;
}

const keptOf: Read<KeptRevision> = (value, at) => {
  const fields = fieldsOf(value, at);
  return {
    id: idOf(fields['id'], `${at}.id`),
    bytes: wholeOf(fields['bytes'], `${at}.bytes`),
    counts: countsOf(fields['counts'], `${at}.counts`),
    keptAt: timeOf(fields['keptAt'], `${at}.keptAt`),
    sources: listOf(fields['sources'], `${at}.sources`, sourceOf),
    sourcesDigest: textOf(fields['sourcesDigest'], `${at}.sourcesDigest`),
    sealing: wholeOf(fields['sealing'], `${at}.sealing`),
    slots: listOf(fields['slots'], `${at}.slots`, slotOf),
  };
};

const sourceOf: Read<SourceProvenance> = (value, at) => {
  const fields = fieldsOf(value, at);
  const object = maybe(fields['object'], `${at}.object`, objectOf);
  const resourceVersion = maybe(fields['resourceVersion'], `${at}.resourceVersion`, textOf);
  const gitSha = maybe(fields['gitSha'], `${at}.gitSha`, textOf);
  return {
    name: textOf(fields['name'], `${at}.name`),
    digest: textOf(fields['digest'], `${at}.digest`),
    ...(object !== undefined && { object }),
    ...(resourceVersion !== undefined && { resourceVersion }),
    ...(gitSha !== undefined && { gitSha }),
  };
};

const objectOf: Read<ObjectRef> = (value, at) => {
  const fields = fieldsOf(value, at);
  const text = (name: string): string => textOf(fields[name], `${at}.${name}`);
  const uid = maybe(fields['uid'], `${at}.uid`, textOf);
  return {
    apiVersion: text('apiVersion'),
    kind: text('kind'),
    namespace: text('namespace'),
    name: text('name'),
    ...(uid !== undefined && { uid }),
  };
};

const slotOf: Read<Slot> = (value, at) => {
  const fields = fieldsOf(value, at);
  const sha256 = textOf(fields['sha256'], `${at}.sha256`);
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw new Unfit(`${at}.sha256 is no SHA-256`);
  return {
    slot: wholeOf(fields['slot'], `${at}.slot`),
    sha256,
    size: wholeOf(fields['size'], `${at}.size`),
  };
};

const rolloutOf: Read<Rollout> = (value, at) => {
  const fields = fieldsOf(value, at);
  return {
    revision: idOf(fields['revision'], `${at}.revision`),
    since: timeOf(fields['since'], `${at}.since`),
  };
};

const pauseOf: Read<Pause> = (value, at) => {
  const fields = fieldsOf(value, at);
  return { at: timeOf(fields['at'], `${at}.at`), by: textOf(fields['by'], `${at}.by`) };
};

const approvalOf: Read<Approval> = (value, at) => ({
  revision: idOf(fieldsOf(value, at)['revision'], `${at}.revision`),
  ...pauseOf(value, at),
});

const withdrawalOf: Read<Withdrawal> = (value, at) => ({
  ...approvalOf(value, at),
  why: textOf(fieldsOf(value, at)['why'], `${at}.why`),
});

const auditOf: Read<AuditEntry> = (value, at) => ({
  ...pauseOf(value, at),
  what: textOf(fieldsOf(value, at)['what'], `${at}.what`),
});

const holdOf: Read<Hold> = (value, at) => {
  const fields = fieldsOf(value, at);
  return {
    revision: maybe(fields['revision'], `${at}.revision`, idOf),
    reasons: listOf(fields['reasons'], `${at}.reasons`, textOf, BOUNDS.reasons),
    codes: listOf(fields['codes'], `${at}.codes`, textOf, BOUNDS.codes),
    since: timeOf(fields['since'], `${at}.since`),
  };
};

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Unfit('it is no JSON');
  }
}

function fieldsOf(value: unknown, at: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Unfit(`${at} is no object`);
  return Object.fromEntries(Object.entries(value));
}

function listOf<T>(value: unknown, at: string, read: Read<T>, most = Infinity): readonly T[] {
  if (!Array.isArray(value)) throw new Unfit(`${at} is no list`);
  return value.slice(0, most).map((item, index) => read(item, `${at}[${index}]`));
}

function maybe<T>(value: unknown, at: string, read: Read<T>): T | undefined {
  return value === undefined || value === null ? undefined : read(value, at);
}

const textOf: Read<string> = (value, at) => {
  if (typeof value !== 'string') throw new Unfit(`${at} is no text`);
  return value;
};

const idOf: Read<string> = (value, at) => {
  if (typeof value !== 'string' || !/^[0-9a-f]{32}$/.test(value)) throw new Unfit(`${at} is no revision`);
  return value;
};

const timeOf: Read<string> = (value, at) => {
  if (typeof value !== 'string' || Number.isNaN(Date.parse(value))) throw new Unfit(`${at} is no time`);
  return value;
};

const wholeOf: Read<number> = (value, at) => {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw new Unfit(`${at} is no whole number`);
  return value;
};

const countsOf: Read<Readonly<Record<string, number>>> = (value, at) =>
  Object.fromEntries(
    Object.entries(fieldsOf(value, at)).map(([type, count]) => [type, wholeOf(count, `${at}.${type}`)]),
  );
