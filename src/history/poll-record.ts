import { sleep } from '../clock/clock.js';
import type { Clock } from '../clock/clock.js';
import type { Trouble } from '../report/happening.js';
import { HistoryError } from './history-error.js';
import type { Cell, Pointer } from './pointer.js';
import type { HistoryRecord } from './record.js';
import type { Following } from './store.js';

export interface PollOptions<Version> {
  readonly cell: Cell<Version>;
  readonly pointer: Pointer;
  readonly clock: Clock;
  readonly onRecord: (record: HistoryRecord) => void;
  readonly onTrouble: (trouble: Trouble) => void;
}

const PACE_MS = 1_000;

/** Reads a cell each second, and tells what is new. */
export function pollRecord<Version>(options: PollOptions<Version>): Following {
  const { cell, pointer, clock, onRecord, onTrouble } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  let synced = false;
  /** What was told last: a text, or a trouble's words. */
  let told: string | undefined;

  const once = (what: string, tell: () => void): void => {
    if (signal.aborted || told === what) return;
    told = what;
    synced = true;
    tell();
  };

  async function look(): Promise<void> {
    try {
      const { text } = await cell.read();
      const record = pointer.parse(text);
      once(`record ${text ?? ''}`, () => onRecord(record));
    } catch (error) {
      if (!(error instanceof HistoryError)) throw error;
      const { trouble } = error;
      once(`trouble ${trouble.reason}`, () => onTrouble(trouble));
    }
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      await look();
      await sleep(clock, PACE_MS, signal);
    }
  }
  void run();

  return { synced: () => synced, close: () => stopping.abort() };
}
