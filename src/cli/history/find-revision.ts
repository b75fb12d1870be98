import { shortId } from '../../config/revision.js';
import type { HistoryRecord } from '../../history/record.js';
import { WrongUsage } from './opened.js';

/** Every revision that the record names, the newest first where it knows. */
export function knownRevisions(record: HistoryRecord): readonly string[] {
  const ids = [
    record.held?.revision,
    record.rollout?.revision,
    ...record.revisions.map(({ id }) => id),
    ...record.withdrawn.map(({ revision }) => revision),
    ...record.approvals.map(({ revision }) => revision),
  ];
  return [...new Set(ids.filter((id) => id !== undefined))];
}

/**
 * The revision that somebody means, of all that the record names: by its first eight digits or more, if only one begins with them. A
 * full one need not be known.
 *
 * @throws WrongUsage for what is no revision at all; an Error where none, or more than one, is meant
 */
export function findRevision(record: HistoryRecord, written: string): string {
  const start = startOf(written);
  const known = knownRevisions(record);
  return only(known, start) ?? (start.length === 32 ? start : unknown(known, start));
}

/** As `findRevision`, but only of those whose bytes are kept. */
export function findKept(record: HistoryRecord, written: string): string {
  const start = startOf(written);
  const kept = record.revisions.map(({ id }) => id);
  return only(kept, start) ?? unknown(kept, start);
}

function startOf(written: string): string {
  if (/^[0-9a-f]{8,32}$/i.test(written)) return written.toLowerCase();
  const how = 'give its first 8 hex digits or more, as silverback history shows them';
  throw new WrongUsage(`"${written}" is no revision: ${how}`);
}

function only(among: readonly string[], start: string): string | undefined {
  const [found, ...others] = among.filter((id) => id.startsWith(start));
  if (others.length > 0) throw new Error(`several revisions begin with ${start}: give more digits`);
  return found;
}

function unknown(among: readonly string[], start: string): never {
  const known = among.length === 0 ? 'none is known' : `there are ${among.map(shortId).join(', ')}`;
  throw new Error(`no revision begins with ${start}; ${known}`);
}
