// The texts that the command line names.
import { resolve } from 'node:path';
import type { SourceText } from '../../config/compile.js';
import { readConfig, STDIN, UnreadableConfig } from '../read-config.js';

export interface Inputs {
  readonly texts: readonly SourceText[];
  /** All that could not be read, one line each. */
  readonly problems: readonly string[];
}

/** Reads every argument; what is named twice is read once. Never rejects for what is on the disk. */
export async function readInputs(
  paths: readonly string[],
  stdin: () => AsyncIterable<Uint8Array | string>,
): Promise<Inputs> {
  const texts = new Map<string, SourceText>();
  const problems: string[] = [];
  for (const path of new Set(paths)) {
    try {
      for (const text of await readConfig(path, stdin))
        texts.set(text.file === STDIN ? STDIN : resolve(text.file), text);
    } catch (error) {
      if (!(error instanceof UnreadableConfig)) throw error;
      problems.push(error.message);
    }
  }
  return { texts: [...texts.values()], problems };
}
