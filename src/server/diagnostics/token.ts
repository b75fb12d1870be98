import { readFile } from 'node:fs/promises';
import type { Clock } from '../../clock/clock.js';

/** Where the token is: in a setting, or in a file that may change. */
export type TokenSource = { readonly value: string } | { readonly file: string };

/** A file is read again when it was read longer ago than this (ms); the kubelet itself needs up to a minute to write it. */
const REFRESH_MS = 10_000;

const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EISDIR: 'it is a folder',
  ENOENT: 'it does not exist',
};

async function readToken(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
    throw new Error(`--diagnostics-token-file ${file}: ${WORDS[code] ?? `it cannot be read (${code})`}`);
  });
  const token = text.trim();
  if (token === '') throw new Error(`--diagnostics-token-file ${file} is empty`);
  return token;
}

/**
 * @returns gives the token of now; a file that cannot be read any more leaves the one that was read last
 * @throws an Error that names the file, when it cannot be read at first
 */
export async function openToken(
  source: TokenSource | undefined,
  clock: Clock,
): Promise<() => Promise<string | undefined>> {
  if (source === undefined) return () => Promise.resolve(undefined);
  if ('value' in source) return () => Promise.resolve(source.value);
  let token = await readToken(source.file);
  let readAt = clock.now();
  return async () => {
    if (clock.now() - readAt < REFRESH_MS) return token;
    readAt = clock.now();
    token = await readToken(source.file).catch(() => token);
    return token;
  };
}
