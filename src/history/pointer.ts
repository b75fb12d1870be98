// The record in its place, changed by compare and swap: the same for Secrets and for files.
import { sleep } from '../clock/clock.js';
import type { Clock, Random } from '../clock/clock.js';
import { HistoryError, Superseded } from './history-error.js';
import { EMPTY_RECORD } from './record.js';
import type { HistoryRecord } from './record.js';
import { MARKS, parseStored, serialiseStored } from './record-json.js';
import type { Stored } from './record-json.js';

/** A place for one text, written only if nobody else wrote since it was read. Rejects with HistoryErrors. */
export interface Cell<Version> {
  /** What to call it in errors. */
  readonly name: string;
  /** The text is undefined where none was ever written. */
  read(): Promise<{ readonly text: string | undefined; readonly version: Version }>;
  /** `unknown`: no answer came; it may have been written, or be written yet. */
  write(text: string, version: Version): Promise<'written' | 'conflict' | 'unknown'>;
}

export interface Pointer {
  read(): Promise<HistoryRecord>;
  update(change: (record: HistoryRecord) => HistoryRecord | undefined, term?: number): Promise<HistoryRecord>;
  /** The record of a text that was read elsewhere, such as by a watch. */
  parse(text: string | undefined): HistoryRecord;
}

/** So many writers in a row that were faster than us are no coincidence. */
const MOST_TRIES = 12;
const LONGEST_PAUSE_MS = 1_000;
/** Looks at what became of a write, after which nobody knows. */
const MOST_LOOKS = 4;

const EMPTY: Stored = { record: EMPTY_RECORD, writes: [] };

export function createPointer<Version>(
  cell: Cell<Version>,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
): Pointer {
  const stored = (text: string | undefined): Stored =>
    text === undefined ? EMPTY : parseStored(text, cell.name);

  async function read(): Promise<Stored & { readonly version: Version }> {
    const { text, version } = await cell.read();
    return { ...stored(text), version };
  }

  /** A write has gone out and no answer came: a look that fails is not the last one. */
  async function look(): ReturnType<typeof read> {
    for (let looks = 1; ; looks += 1) {
      try {
        return await read();
      } catch (error) {
        if (!(error instanceof HistoryError) || error.code !== 'unreachable') throw error;
        if (looks === MOST_LOOKS) {
          const reason = `${error.message}; whether the change was made is not known`;
          throw new HistoryError('unreachable', reason, 'look before you try again');
        }
        await pauseAfter(looks);
      }
    }
  }

  const pauseAfter = (tries: number): Promise<void> =>
    sleep(clock, random() * Math.min(LONGEST_PAUSE_MS, 50 * 2 ** tries));

  return {
    read: async () => (await read()).record,
    async update(change, term) {
      const marks = new Set<string>();
      let outcome: 'conflict' | 'unknown' | undefined;
      for (let tries = 0; tries < MOST_TRIES; tries += 1) {
        if (tries > 0) await pauseAfter(tries);
        const { record, writes, version } = await (outcome === 'unknown' ? look() : read());
        if (writes.some((mark) => marks.has(mark))) return record;
        if (term !== undefined && record.term > term) throw new Superseded(term, record.term);
        const changed = change(record);
        if (changed === undefined || changed === record) return record;
        const next = { ...changed, term: term ?? record.term };
        const mark = newMark(random);
        marks.add(mark);
        const text = serialiseStored({ record: next, writes: [mark, ...writes].slice(0, MARKS) });
        const written = await cell.write(text, version);
        if (written === 'written') return next;
        outcome = written;
      }
      throw new HistoryError(
        'contended',
        `${cell.name} was changed by others ${MOST_TRIES} times in a row`,
        'try again; if it goes on, two Silverbacks share one history',
      );
    },
    parse: (text) => stored(text).record,
  };
}

const newMark = (random: Random): string =>
  Array.from({ length: 2 }, () =>
    Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0'),
  ).join('');
