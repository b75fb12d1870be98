// A revision of the history, for commands that compare with it.
import type { Command } from 'commander';
import type { SourceText } from '../config/compile.js';
import { shortId } from '../config/revision.js';
import { keptRevision } from '../history/record.js';
import { findKept } from './history/find-revision.js';
import { openNamedHistory, wordsFor } from './history/opened.js';
import { UnreadableConfig } from './read-config.js';

/**
 * @param written `lastgood`, or the first digits of a revision whose bytes are kept
 * @throws UnreadableConfig
 */
export async function readKept(written: string, command: Command): Promise<readonly SourceText[]> {
  try {
    const { store, cluster } = await openNamedHistory(command);
    try {
      const record = await store.read();
      const id = written.toLowerCase() === 'lastgood' ? record.lastGood : findKept(record, written);
      const kept = id === undefined ? undefined : keptRevision(record, id);
      if (kept === undefined) throw new Error('nothing is last good yet');
      const { bytes } = await store.load(kept);
      return [{ file: `@${shortId(kept.id)}`, text: bytes }];
    } finally {
      await cluster?.close();
    }
  } catch (error) {
    throw new UnreadableConfig(`@${written}: ${wordsFor(error)}`);
  }
}
