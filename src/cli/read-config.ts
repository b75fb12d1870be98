// Configuration texts as a command's arguments name them: a file, a folder, a pipe, or `-` for the standard input.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { SourceText } from '../config/compile.js';
import { readPath } from '../sources/read-path.js';
import { MAX_SOURCE_BYTES } from '../sources/source.js';

/** Says which argument cannot be read, and why. */
export class UnreadableConfig extends Error {}

/** The name that findings show for the standard input. */
export const STDIN = '<stdin>';

type Bytes = AsyncIterable<Uint8Array | string>;

/**
 * @param path a file of any name, a folder whose .yaml, .yml and .json files are read (as `--config-dir` does), or `-`
 * @param stdin opened for `-` only
 * @throws UnreadableConfig
 */
export async function readConfig(path: string, stdin: () => Bytes): Promise<readonly SourceText[]> {
  if (path === '-') return [{ file: STDIN, text: await readStream(stdin, STDIN) }];
  const found = await stat(path).catch((error: unknown) => {
    throw new UnreadableConfig(`${path}: ${wordsFor(error)}`);
  });
  if (found.isDirectory()) return readNamed(path, true);
  if (found.isFile()) return readNamed(path, false);
  // A pipe or a device, such as the shell's `<(git show HEAD:kong.yaml)`.
  return [{ file: path, text: await readStream(() => createReadStream(path), path) }];
}

async function readNamed(path: string, isFolder: boolean): Promise<readonly SourceText[]> {
  // A file that was written just now is not waited for: nobody follows it here.
  const reading = await readPath({ path, isFolder }, undefined, () => Infinity);
  if (reading.kind === 'unsettled') throw new UnreadableConfig(`${path}: it changes while it is read`);
  if (reading.kind === 'unreadable')
    throw new UnreadableConfig(`${path}: ${withoutName(reading.reason, path)}`);
  const { texts } = reading.source;
  if (texts.length > 0) return texts;
  throw new UnreadableConfig(`${path}: there are no .yaml, .yml or .json files right in this folder`);
}

/** Of a file that is named itself, the name is told already. */
function withoutName(reason: string, path: string): string {
  const name = `${basename(path)}: `;
  return reason.startsWith(name) ? reason.slice(name.length) : reason;
}

async function readStream(open: () => Bytes, name: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of open()) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      size += bytes.length;
      if (size > MAX_SOURCE_BYTES) break;
      chunks.push(bytes);
    }
  } catch (error) {
    throw new UnreadableConfig(`${name}: ${wordsFor(error)}`);
  }
  if (size > MAX_SOURCE_BYTES)
    throw new UnreadableConfig(`${name}: it holds more than ${MAX_SOURCE_BYTES / 1024 / 1024} MiB`);
  return Buffer.concat(chunks);
}

const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EISDIR: 'it is a folder',
  ELOOP: 'its symbolic links lead in a circle',
  ENOENT: 'it does not exist',
  ENOTDIR: 'it does not exist',
};

function wordsFor(error: unknown): string {
  const code =
    typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;
  if (code === undefined) return 'it cannot be read';
  return WORDS[code] ?? `it cannot be read (${code})`;
}
