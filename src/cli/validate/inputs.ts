// The texts that the command line names.
import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { SourceText } from '../../config/compile.js';
import { readPath } from '../../sources/read-path.js';
import { MAX_SOURCE_BYTES } from '../../sources/source.js';

export const STDIN = '<stdin>';

export interface Inputs {
  readonly texts: readonly SourceText[];
  /** All that could not be read, one line each. */
  readonly problems: readonly string[];
}

type Input = readonly SourceText[] | { readonly problem: string };

/**
 * Reads files, folders (as `--config-dir` does) and, for `-`, a stream, which is opened for that only. What is named twice is read once.
 * Never rejects for what is on the disk.
 */
export async function readInputs(
  paths: readonly string[],
  stdin: () => AsyncIterable<Uint8Array | string>,
): Promise<Inputs> {
  const inputs: Input[] = [];
  for (const path of new Set(paths))
    inputs.push(path === '-' ? await readStream(stdin) : await readNamed(path));
  const texts = new Map<string, SourceText>();
  for (const text of inputs.flatMap((input) => ('problem' in input ? [] : input))) {
    texts.set(text.file === STDIN ? STDIN : resolve(text.file), text);
  }
  return {
    texts: [...texts.values()],
    problems: inputs.flatMap((input) => ('problem' in input ? [input.problem] : [])),
  };
}

async function readNamed(path: string): Promise<Input> {
  const kind = await kindOf(path);
  if (kind === 'absent') return { problem: `${path}: it does not exist` };
  if (kind === 'special')
    return {
      problem: `${path}: it is no regular file; to read a pipe, lead it into "silverback validate -"`,
    };
  // A file that was written just now is not waited for: nobody follows it here.
  const reading = await readPath({ path, isFolder: kind === 'folder' }, undefined, () => Infinity);
  if (reading.kind === 'unsettled') return { problem: `${path}: it changes while it is read` };
  if (reading.kind === 'unreadable') return { problem: `${path}: ${withoutName(reading.reason, path)}` };
  const { texts } = reading.source;
  if (texts.length > 0) return texts;
  return { problem: `${path}: there are no files right in this folder that end in .yaml, .yml or .json` };
}

/** Of a file that is named itself, the name is told already. */
function withoutName(reason: string, path: string): string {
  const name = `${basename(path)}: `;
  return reason.startsWith(name) ? reason.slice(name.length) : reason;
}

/** What cannot be looked at is left to the reading, which says why. */
async function kindOf(path: string): Promise<'absent' | 'special' | 'folder' | 'file'> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) return 'folder';
    return found.isFile() ? 'file' : 'special';
  } catch (error) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'absent' : 'file';
  }
}

async function readStream(open: () => AsyncIterable<Uint8Array | string>): Promise<Input> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of open()) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      size += bytes.length;
      if (size > MAX_SOURCE_BYTES)
        return { problem: `${STDIN}: it is larger than ${MAX_SOURCE_BYTES / 1024 / 1024} MiB` };
      chunks.push(bytes);
    }
  } catch (error) {
    return { problem: `${STDIN}: it cannot be read (${error instanceof Error ? error.message : 'unknown'})` };
  }
  return [{ file: STDIN, text: Buffer.concat(chunks) }];
}
