// Files that are there whole, or not at all, whatever happens to the machine.
import { randomUUID } from 'node:crypto';
import { open, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HistoryError } from './history-error.js';

/** Writes a new file and waits until it is on the disk. @param mode only its owner may read it, unless told */
export async function writeSynced(path: string, content: string | Uint8Array, mode = 0o600): Promise<void> {
  const file = await open(path, 'wx', mode);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Puts a file in place of what may be there: readers see the one or the other, also after a crash. */
export async function replaceFile(path: string, content: string | Uint8Array, mode?: number): Promise<void> {
  const draft = join(dirname(path), `.draft-${randomUUID()}`);
  try {
    await writeSynced(draft, content, mode);
    await rename(draft, path);
  } catch (error) {
    await unlink(draft).catch(() => undefined);
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Waits until the names in a folder are on the disk. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

export const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';

/** An error of the file system in words; anything else as it is. */
export function asHistoryError(error: unknown, path: string): Error {
  if (error instanceof HistoryError) return error;
  const code = codeOf(error);
  switch (code) {
    case '':
      return error instanceof Error ? error : new Error(String(error));
    case 'ENOENT':
    case 'ENOTDIR':
      return new HistoryError('missing', `there is no folder ${path}`, 'create it, or mount a volume there');
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new HistoryError(
        'forbidden',
        `${path} may not be read or written (${code})`,
        'let the user that Silverback runs as read and write it',
      );
    case 'ENOSPC':
    case 'EDQUOT':
      return new HistoryError(
        'full',
        `the disk of ${path} is full (${code}); what was stored before is whole`,
        'make room',
      );
    default:
      return new HistoryError('unreachable', `${path} cannot be used (${code})`);
  }
}
