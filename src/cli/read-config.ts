// Configuration texts as a command's arguments name them: a file, a folder, a pipe, or `-` for the standard input.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SourceText } from '../config/compile.js';
import { readPath, SETTLE_MS } from '../sources/read-path.js';
import { MAX_SOURCE_BYTES } from '../sources/source.js';

/** Says which argument cannot be read, and why. */
export class UnreadableConfig extends Error {}

export const STDIN = '-';

/** How long a file may go on changing before it is given up (ms). */
const PATIENCE_MS = 5000;

/**
 * @param path a file of any name, a folder whose .yaml, .yml and .json files are read, or `-`
 * @throws UnreadableConfig
 */
export async function readConfig(path: string, stdin: NodeJS.ReadableStream): Promise<SourceText[]> {
  if (path === STDIN) return [{ file: '<stdin>', text: await readStream(stdin, 'the standard input') }];
  const found = await stat(path).catch((error: unknown) => {
    throw new UnreadableConfig(`${path}: ${wordsFor(error)}`);
  });
  if (found.isDirectory()) return readSettled(path, true);
  if (found.isFile()) return readSettled(path, false);
  // A pipe or a device, such as the shell's `<(git show HEAD:kong.yaml)`.
  return [{ file: path, text: await readStream(createReadStream(path), path) }];
}

async function readSettled(path: string, isFolder: boolean): Promise<SourceText[]> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const reading = await readPath({ path, isFolder }, undefined, Date.now);
    if (reading.kind === 'unreadable') throw new UnreadableConfig(`${path}: ${reading.reason}`);
    if (reading.kind === 'read') {
      if (reading.source.texts.length > 0) return [...reading.source.texts];
      throw new UnreadableConfig(`${path}: there are no .yaml, .yml or .json files in this folder`);
    }
    if (Date.now() > deadline) throw new UnreadableConfig(`${path}: it changes all the time`);
    await sleep(SETTLE_MS);
  }
}

async function readStream(stream: NodeJS.ReadableStream, name: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of stream) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      size += bytes.length;
      if (size > MAX_SOURCE_BYTES) {
        throw new UnreadableConfig(`${name}: it holds more than ${MAX_SOURCE_BYTES / 1024 / 1024} MiB`);
      }
      chunks.push(bytes);
    }
  } catch (error) {
    if (error instanceof UnreadableConfig) throw error;
    throw new UnreadableConfig(`${name}: ${wordsFor(error)}`);
  }
  return Buffer.concat(chunks);
}

const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EISDIR: 'it is a folder',
  ELOOP: 'its symbolic links lead in a circle',
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'there is no such file or folder',
};

function wordsFor(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  return WORDS[code] ?? `system error ${code}`;
}
