// Which slots a revision is written to: never one that the record names.
import { shortId } from '../config/revision.js';
import { TooLarge } from './history-error.js';
import { SLOT_BYTES } from './pack.js';
import type { HistoryRecord, KeptRevision } from './record.js';

export interface SlotPlan {
  readonly slots: readonly number[];
  /** Revisions that the record must no longer name before a slot is written, oldest first. */
  readonly drop: readonly string[];
}

/**
 * Finds slots for a new revision. Where too few are free, older revisions are given up, the oldest first; never last good: it stays
 * whole until the new one is.
 *
 * @param need slots that the revision takes
 * @param total slots that there are
 * @param id of the new revision, for words; what is kept under this id already may go, too
 * @throws TooLarge
 */
export function planSlots(record: HistoryRecord, id: string, need: number, total: number): SlotPlan {
  const lastGood = record.revisions.find((kept) => kept.id === record.lastGood);
  const drop: string[] = [];
  let stay = [...record.revisions];
  for (;;) {
    const free = freeSlots(stay, total);
    if (free.length >= need) return { slots: free.slice(0, need), drop };
    const oldest = stay.findLast((kept) => kept !== lastGood);
    if (oldest === undefined) throw tooLarge(id, need, total, lastGood);
    drop.push(oldest.id);
    stay = stay.filter((kept) => kept !== oldest);
  }
}

/** Whether a plan made for an earlier record still holds. */
export function stillFree(record: HistoryRecord, { slots }: SlotPlan): boolean {
  const used = usedSlots(record.revisions);
  return slots.every((slot) => !used.has(slot));
}

const usedSlots = (revisions: readonly KeptRevision[]): ReadonlySet<number> =>
  new Set(revisions.flatMap(({ slots }) => slots.map(({ slot }) => slot)));

function freeSlots(revisions: readonly KeptRevision[], total: number): readonly number[] {
  const used = usedSlots(revisions);
  return Array.from({ length: total }, (_, slot) => slot).filter((slot) => !used.has(slot));
}

function tooLarge(id: string, need: number, total: number, lastGood: KeptRevision | undefined): TooLarge {
  const kib = SLOT_BYTES / 1024;
  const beside = (lastGood?.slots ?? []).length;
  const because =
    lastGood === undefined
      ? ''
      : `, and last good ${shortId(lastGood.id)} must stay in its ${beside} meanwhile`;
  return new TooLarge(
    `revision ${shortId(id)} needs ${need} of the ${total} history slots (${kib} KiB each, compressed)${because}: it is not kept`,
    `raise --history-slots to ${need + Math.max(beside, need)} at least, and create as many Secrets`,
  );
}
