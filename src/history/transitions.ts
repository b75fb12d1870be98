// What people and leaders decide, as pure changes of the record. One that changes nothing gives the very same record.
import { shortId } from '../config/revision.js';
import { oneLine } from '../report/one-line.js';
import { HistoryError } from './history-error.js';
import { BOUNDS, isApproved, keptRevision, withdrawalOf } from './record.js';
import type { HistoryRecord, Hold, KeptRevision } from './record.js';

/** Who does something, when, and why: for the audit. */
export interface Act {
  readonly by: string;
  /** ISO 8601. */
  readonly at: string;
  readonly reason?: string;
}

/** The revision may go ahead, whatever holds it or withdrew it; until another one is last good, or it is itself. */
export function approve(record: HistoryRecord, revision: string, act: Act): HistoryRecord {
  if (isApproved(record, revision) && withdrawalOf(record, revision) === undefined) return record;
  const others = record.approvals.filter((approval) => approval.revision !== revision);
  const approvals = [{ revision, at: act.at, by: text(act.by) }, ...others].slice(0, BOUNDS.approvals);
  return audited({ ...lifted(record, revision), approvals }, act, `approved ${shortId(revision)}`);
}

/** The revision may not be pushed any more, until it is approved. */
export function withdraw(record: HistoryRecord, revision: string, why: string, act: Act): HistoryRecord {
  if (withdrawalOf(record, revision) !== undefined) return record;
  return audited(withdrawn(record, [revision], why, act), act, `withdrew ${shortId(revision)}: ${why}`);
}

/** Stops what is being rolled out: it is withdrawn. Gateways that have it go back to last good. */
export function abort(record: HistoryRecord, revision: string, act: Act): HistoryRecord {
  if (withdrawalOf(record, revision) !== undefined) return record;
  return audited(
    withdrawn(record, [revision], 'its rollout was aborted', act),
    act,
    `aborted the rollout of ${shortId(revision)}`,
  );
}

/** No load of a new revision begins. */
export function pause(record: HistoryRecord, act: Act): HistoryRecord {
  if (record.paused !== undefined) return record;
  return audited({ ...record, paused: { at: act.at, by: text(act.by) } }, act, 'paused the rollout');
}

export function resume(record: HistoryRecord, act: Act): HistoryRecord {
  if (record.paused === undefined) return record;
  return audited({ ...record, paused: undefined }, act, 'resumed the rollout');
}

/**
 * Back to a revision that is kept. What is left (last good, and what is being rolled out) is withdrawn, so that the sources
 * which made it do not bring it back; the next edit of them goes ahead.
 *
 * @throws HistoryError `not-kept`
 */
export function rollback(record: HistoryRecord, to: string, act: Act): HistoryRecord {
  if (keptRevision(record, to) === undefined)
    throw new HistoryError('not-kept', `revision ${shortId(to)} is not kept any more`);
  const left = leftBy(record, to).filter((revision) => withdrawalOf(record, revision) === undefined);
  if (record.lastGood === to && left.length === 0) return record;
  const gone = withdrawn(lifted(record, to), left, `rolled back to ${shortId(to)}`, act);
  const from = left.length === 0 ? '' : ` from ${left.map(shortId).join(' and ')}`;
  return audited({ ...gone, lastGood: to }, act, `rolled back to ${shortId(to)}${from}`);
}

/**
 * Where a rollback goes when nobody says where: during a rollout to last good, else to the newest kept revision before last good
 * that is not withdrawn.
 */
export function rollbackTarget(record: HistoryRecord): KeptRevision | undefined {
  const { lastGood, rollout, revisions } = record;
  const inTheWay = rollout !== undefined && rollout.revision !== lastGood;
  if (inTheWay && withdrawalOf(record, rollout.revision) === undefined && lastGood !== undefined)
    return keptRevision(record, lastGood);
  const at = revisions.findIndex(({ id }) => id === lastGood);
  return revisions.slice(at + 1).find(({ id }) => withdrawalOf(record, id) === undefined);
}

/** The leader begins to roll out a revision, or (undefined) has nothing left to roll out. */
export function roll(record: HistoryRecord, revision: string | undefined, at: string): HistoryRecord {
  if (record.rollout?.revision === revision) return record;
  return { ...record, rollout: revision === undefined ? undefined : { revision, since: at } };
}

/** What the leader holds now, or (undefined) that it holds nothing. The same hold again keeps its time. */
export function hold(record: HistoryRecord, next: Hold | undefined): HistoryRecord {
  if (next === undefined) return record.held === undefined ? record : { ...record, held: undefined };
  const held: Hold = {
    revision: next.revision,
    reasons: next.reasons.slice(0, BOUNDS.reasons).map(text),
    codes: next.codes.slice(0, BOUNDS.codes).map(text),
    since: next.since,
  };
  const before = record.held;
  const same =
    before !== undefined &&
    JSON.stringify({ ...before, since: '' }) === JSON.stringify({ ...held, since: '' });
  return same ? record : { ...record, held };
}

/**
 * Takes up a stored revision as the newest, and as last good unless it was withdrawn meanwhile. At most `most` stay, last good
 * always among them.
 */
export function keep(record: HistoryRecord, kept: KeptRevision, most: number): HistoryRecord {
  const lastGood = withdrawalOf(record, kept.id) === undefined ? kept.id : record.lastGood;
  const all = [kept, ...record.revisions.filter(({ id }) => id !== kept.id)];
  const rollout = record.rollout?.revision === kept.id ? undefined : record.rollout;
  // An approval is given for what a revision changes about last good: it ends with that, but for what is on its way already.
  const approvals =
    lastGood === record.lastGood
      ? record.approvals
      : record.approvals.filter(({ revision }) => revision === rollout?.revision);
  return { ...record, lastGood, rollout, approvals, revisions: trimmed(all, lastGood, most) };
}

/** The newest, and last good where it is older than those. */
function trimmed(
  revisions: readonly KeptRevision[],
  lastGood: string | undefined,
  most: number,
): readonly KeptRevision[] {
  const newest = revisions.slice(0, Math.max(1, most));
  const good = revisions.find(({ id }) => id === lastGood);
  if (good === undefined || newest.includes(good)) return newest;
  return [...newest.slice(0, Math.max(1, newest.length - 1)), good];
}

const leftBy = ({ lastGood, rollout }: HistoryRecord, to: string): readonly string[] =>
  [...new Set([lastGood, rollout?.revision].filter((id) => id !== undefined && id !== to))].flatMap(
    (id) => id ?? [],
  );

function withdrawn(
  record: HistoryRecord,
  revisions: readonly string[],
  why: string,
  { at, by, reason }: Act,
): HistoryRecord {
  const because = text(reason === undefined ? why : `${why}: ${reason}`);
  const fresh = revisions.map((revision) => ({ revision, at, by: text(by), why: because }));
  const isOver = record.rollout !== undefined && revisions.includes(record.rollout.revision);
  return {
    ...record,
    rollout: isOver ? undefined : record.rollout,
    withdrawn: [...fresh, ...record.withdrawn].slice(0, BOUNDS.withdrawn),
    approvals: record.approvals.filter(({ revision }) => !revisions.includes(revision)),
  };
}

const lifted = (record: HistoryRecord, id: string): HistoryRecord => ({
  ...record,
  withdrawn: record.withdrawn.filter(({ revision }) => revision !== id),
});

function audited(record: HistoryRecord, { at, by, reason }: Act, what: string): HistoryRecord {
  const entry = { at, by: text(by), what: text(reason === undefined ? what : `${what} (${reason})`) };
  return { ...record, audit: [entry, ...record.audit].slice(0, BOUNDS.audit) };
}

function text(given: string): string {
  const line = oneLine(given);
  return line.length > BOUNDS.text ? `${line.slice(0, BOUNDS.text - 1)}…` : line;
}
