import type { Command } from 'commander';
import { sleep, systemClock } from '../../clock/clock.js';
import type { Revision } from '../../config/revision.js';
import { keptRevision } from '../../history/record.js';
import { isWrongUsage, openNamedHistory, wordsFor } from '../history/opened.js';

export type LastGood =
  | { readonly kind: 'revision'; readonly revision: Revision }
  /** The history is there, and holds none. */
  | { readonly kind: 'none' }
  | { readonly kind: 'trouble'; readonly why: string };

/** @throws WrongUsage, SetupError; nothing else: an init container must not hold up its pod */
export async function readLastGood(command: Command, timeoutMs: number): Promise<LastGood> {
  const late = async (): Promise<LastGood> => {
    await sleep(systemClock, timeoutMs);
    return { kind: 'trouble', why: `no answer within ${timeoutMs / 1000} s (--timeout)` };
  };
  try {
    return await Promise.race([read(command), late()]);
  } catch (error) {
    if (isWrongUsage(error)) throw error;
    return { kind: 'trouble', why: wordsFor(error) };
  }
}

async function read(command: Command): Promise<LastGood> {
  const { store } = await openNamedHistory(command);
  const record = await store.read();
  const kept = record.lastGood === undefined ? undefined : keptRevision(record, record.lastGood);
  return kept === undefined ? { kind: 'none' } : { kind: 'revision', revision: await store.load(kept) };
}
