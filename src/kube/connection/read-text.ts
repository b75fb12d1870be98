import { readFile } from 'node:fs/promises';

import { isObject, textOf } from '../object.js';
import { ConnectionError } from './connection.js';

/**
 * A file's text. Rejects with a ConnectionError that `complain` words: it gets why the file cannot be read (`ENOENT`, `EACCES`, …).
 */
export async function readText(file: string, complain: (why: string) => string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = isObject(error) ? textOf(error, 'code') : undefined;
    throw new ConnectionError(complain(code ?? 'unreadable'));
  }
}
