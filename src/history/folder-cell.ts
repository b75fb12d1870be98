// One text in a folder, by compare and swap without locks: each state is a file of its own, named by a number that grows by one.
// A file is made complete and linked into its name; only one process can do that for one number.
import { randomUUID } from 'node:crypto';
import { link, readdir, readFile, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { asHistoryError, codeOf, syncFolder, writeSynced } from './files.js';
import { HistoryError } from './history-error.js';
import type { Cell } from './pointer.js';

const STATE = /^history-(\d{1,15})\.json$/;
const DRAFT = /^\.draft-/;
/** What a crash left behind is of no use to anybody by then (ms). */
const DRAFT_AGE_MS = 3_600_000;

const fileOf = (generation: number): string => `history-${generation}.json`;

/** @param wall for the age of what crashes left behind */
export function folderCell(dir: string, wall: () => Date): Cell<number> {
  const at = (name: string): string => join(dir, name);

  async function generations(names?: readonly string[]): Promise<readonly number[]> {
    const listed = names ?? (await readdir(dir));
    return listed.flatMap((name) => STATE.exec(name)?.[1] ?? []).map(Number);
  }

  async function newest(): Promise<{ text: string | undefined; version: number }> {
    for (let before = -1; ;) {
      const version = Math.max(0, ...(await generations()));
      if (version === 0) return { text: undefined, version };
      try {
        return { text: await readFile(at(fileOf(version)), 'utf8'), version };
      } catch (error) {
        // Others have written twice meanwhile, and cleaned up; unless it is the same again.
        if (codeOf(error) !== 'ENOENT' || version === before) throw error;
        before = version;
      }
    }
  }

  /** Keeps the state before, for whoever wants to look; nobody reads it. */
  async function cleanUp(version: number): Promise<void> {
    const names = await readdir(dir);
    const old = names.filter((name) => Number(STATE.exec(name)?.[1] ?? Infinity) < version - 1);
    const drafts: string[] = [];
    for (const name of names.filter((each) => DRAFT.test(each))) {
      const { mtimeMs } = await stat(at(name));
      if (wall().getTime() - mtimeMs > DRAFT_AGE_MS) drafts.push(name);
    }
    await Promise.all([...old, ...drafts].map((name) => unlink(at(name))));
  }

  async function put(text: string, version: number): Promise<'written' | 'conflict' | 'unknown'> {
    const next = version + 1;
    const draft = at(`.draft-${randomUUID()}`);
    try {
      await writeSynced(draft, text);
      await link(draft, at(fileOf(next)));
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return 'conflict';
      if (['EPERM', 'ENOTSUP', 'EOPNOTSUPP'].includes(codeOf(error)))
        throw new HistoryError(
          'forbidden',
          `the file system of ${dir} has no hard links`,
          'give --data-dir a folder on another file system',
        );
      throw error;
    } finally {
      await unlink(draft).catch(() => undefined);
    }
    await syncFolder(dir);
    // A state that others had written and cleaned up long ago can be written again; it is not the newest then.
    if (Math.max(...(await generations())) > next) return 'unknown';
    await cleanUp(next).catch(() => undefined);
    return 'written';
  }

  return {
    name: `the history in ${dir}`,
    read: () => newest().catch((error: unknown) => Promise.reject(asHistoryError(error, dir))),
    write: (text, version) =>
      put(text, version).catch((error: unknown) => Promise.reject(asHistoryError(error, dir))),
  };
}
