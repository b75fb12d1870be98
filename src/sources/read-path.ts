import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isConfigName, MAX_SOURCE_BYTES } from './source.js';
import type { Source, SourceText } from './source.js';

/** A path that the settings name. */
export interface NamedPath {
  readonly path: string;
  readonly isFolder: boolean;
}

export type PathReading =
  | { readonly kind: 'read'; readonly source: Source; readonly signature: string }
  | { readonly kind: 'unreadable'; readonly reason: string }
  /** It is being written: to be looked at again in a moment. */
  | { readonly kind: 'unsettled' };

/** Whoever writes a file in place pauses for less than this between two writes (ms). */
export const SETTLE_MS = 100;

/** How often a path that changes under our eyes is read at once, before it is called unsettled. */
const ROUNDS = 3;

/** What is at a path, told by its metadata alone. */
interface Survey {
  /** Differs whenever the content may. */
  readonly signature: string;
  readonly files: readonly { readonly shown: string; readonly real: string }[];
  /** The newest modification (wall clock, ms); -Infinity where there is nothing to modify. */
  readonly changedAt: number;
  /** Why it cannot be read, where that shows already. */
  readonly fault: string | undefined;
}

const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ELOOP: 'its symbolic links lead in a circle',
  ENOENT: 'its symbolic link leads nowhere',
  EIO: 'the file system fails',
  ESTALE: 'the file system was taken away',
};

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown';

const wordsFor = (code: string): string =>
  WORDS[code] === undefined ? `system error ${code}` : `${WORDS[code]} (${code})`;

const TOO_LARGE = `it holds more than ${MAX_SOURCE_BYTES / 1024 / 1024} MiB`;

interface Look {
  readonly signature: string;
  readonly changedAt: number;
  readonly size: number;
  readonly fault: string | undefined;
}

/** Follows symbolic links, so that a link that leads elsewhere now shows as another inode. */
async function lookAt(path: string): Promise<Look> {
  try {
    const found = await stat(path, { bigint: true });
    const { dev, ino, size, mtimeNs, ctimeNs } = found;
    return {
      signature: [path, dev, ino, size, mtimeNs, ctimeNs].join(':'),
      changedAt: Number(mtimeNs / 1_000_000n),
      size: Number(size),
      fault: found.isFile() ? undefined : 'it is no regular file',
    };
  } catch (error) {
    const code = codeOf(error);
    return { signature: `${path}:${code}`, changedAt: -Infinity, size: 0, fault: wordsFor(code) };
  }
}

/**
 * The configuration files directly in a folder. In a volume that Kubernetes fills, all of them are links through
 * `..data`, which is swapped in one go: what it leads to never changes, and so is never half old, half new.
 */
async function surveyFolder(path: string): Promise<Survey> {
  const base = await realpath(join(path, '..data')).catch(() => path);
  const names = (await readdir(base)).filter(isConfigName).sort();
  const looks = await Promise.all(names.map((name) => lookAt(join(base, name))));
  const tooLarge = looks.reduce((sum, { size }) => sum + size, 0) > MAX_SOURCE_BYTES;
  const faults = looks.flatMap(({ fault }, index) =>
    fault === undefined ? [] : `${names[index] ?? ''}: ${fault}`,
  );
  return {
    signature: [base, ...looks.map(({ signature }) => signature)].join('\n'),
    files: names.map((name) => ({ shown: join(path, name), real: join(base, name) })),
    changedAt: Math.max(...looks.map(({ changedAt }) => changedAt)),
    fault: tooLarge ? TOO_LARGE : allOf(faults),
  };
}

const allOf = (faults: readonly string[]): string | undefined =>
  faults.length === 0 ? undefined : faults.join('; ');

async function surveyFile(path: string): Promise<Survey> {
  const { signature, changedAt, size, fault } = await lookAt(path);
  return {
    signature,
    files: [{ shown: path, real: path }],
    changedAt,
    fault: size > MAX_SOURCE_BYTES ? TOO_LARGE : fault,
  };
}

const NOTHING_THERE: Survey = { signature: 'absent', files: [], changedAt: -Infinity, fault: undefined };
const unread = (fault: string): Survey => ({ ...NOTHING_THERE, signature: fault, fault });

async function survey({ path, isFolder }: NamedPath): Promise<Survey> {
  try {
    const isReallyFolder = (await stat(path)).isDirectory();
    if (isReallyFolder !== isFolder) {
      return unread(isFolder ? 'it is no folder: use --config-file' : 'it is a folder: use --config-dir');
    }
    return await (isFolder ? surveyFolder(path) : surveyFile(path));
  } catch (error) {
    const code = codeOf(error);
    return code === 'ENOENT' || code === 'ENOTDIR' ? NOTHING_THERE : unread(wordsFor(code));
  }
}

async function readTexts(files: Survey['files']): Promise<readonly SourceText[] | string> {
  const texts: SourceText[] = [];
  const faults: string[] = [];
  for (const { shown, real } of files) {
    try {
      texts.push({ file: shown, text: await readFile(real) });
    } catch (error) {
      faults.push(`${basename(shown)}: ${wordsFor(codeOf(error))}`);
    }
  }
  return allOf(faults) ?? texts;
}

const sameTexts = (a: readonly SourceText[], b: readonly SourceText[]): boolean =>
  a.length === b.length &&
  a.every(({ file, text }, index) => {
    const other = b[index];
    return other !== undefined && file === other.file && Buffer.compare(text, other.text) === 0;
  });

/**
 * Reads a file or a folder of them as it was at one moment: what changed while it was read is read again, and
 * what was written just now waits, lest half a file be taken for all of it. A path that does not exist reads as
 * one without texts. Never rejects.
 *
 * @param known what was read before; the same content gives the same Source object
 * @param wallNow the wall clock (ms), to be compared with the files' own times
 */
export async function readPath(
  named: NamedPath,
  known: PathReading | undefined,
  wallNow: () => number,
): Promise<PathReading> {
  const before = known?.kind === 'read' ? known : undefined;
  let seen = await survey(named);
  for (let round = 0; round < ROUNDS; round += 1) {
    const { signature, files, changedAt, fault } = seen;
    if (before?.signature === signature) return before;
    const age = wallNow() - changedAt;
    if (age >= 0 && age < SETTLE_MS) return { kind: 'unsettled' };
    const texts = fault ?? (await readTexts(files));
    seen = await survey(named);
    if (seen.signature !== signature) continue;
    if (typeof texts === 'string') return { kind: 'unreadable', reason: texts };
    if (before !== undefined && sameTexts(before.source.texts, texts)) return { ...before, signature };
    return { kind: 'read', source: { name: named.path, texts }, signature };
  }
  return { kind: 'unsettled' };
}
