import type { Command } from 'commander';
import { systemClock } from '../../clock/clock.js';
import type { HistoryRecord } from '../../history/record.js';
import type { Act } from '../../history/transitions.js';
import { oneLine } from '../../report/one-line.js';
import { withHistory } from './opened.js';
import { whoAsks } from './who.js';

/** What somebody decides, made of the record as it is now. */
export interface Decision {
  readonly change: (record: HistoryRecord, act: Act) => HistoryRecord;
  /** Said when it is done. */
  readonly done: string;
  /** Said when it was so before. */
  readonly already: string;
}

const NEXT = 'The leader takes it up within seconds; silverback history shows what becomes of it.';

/**
 * Writes a decision into the history, with who and when, and says what happens next.
 * @param decide throws WrongUsage for what cannot be
 * @returns the exit code
 */
export function decideOn(command: Command, decide: (record: HistoryRecord) => Decision): Promise<number> {
  const reason: unknown = command.getOptionValue('reason');
  return withHistory(command, async ({ store, cluster }) => {
    const { change, done, already } = decide(await store.read());
    const act: Act = {
      by: await whoAsks(cluster),
      at: systemClock.wall().toISOString(),
      ...(typeof reason === 'string' && { reason }),
    };
    let told = already;
    await store.update((record) => {
      const next = change(record, act);
      told = next === record ? already : `${done} ${NEXT}`;
      return next;
    });
    process.stdout.write(`${oneLine(told)}\n`);
    return 0;
  });
}
