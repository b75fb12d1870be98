import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '../clock/clock.js';
import { isConfigName, MAX_TEXT_BYTES } from './source.js';
import type { Source, SourceText } from './source.js';

export interface FilePaths {
  readonly files: readonly string[];
  readonly dirs: readonly string[];
}

/** What could be read, and what could not. A path that does not exist is in neither. */
export interface FileReading {
  readonly sources: readonly Source[];
  readonly unreadable: readonly { readonly source: string; readonly reason: string }[];
}

interface PathReading {
  /** Changes whenever the content may have. */
  readonly signature: string;
  readonly read: () => Promise<Source>;
}

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

/** Follows symlinks, so that Kubernetes' `..data` swap shows as another inode. */
async function signatureOf(path: string): Promise<string> {
  const { ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
  if (size > MAX_TEXT_BYTES) throw new Error(`is larger than ${MAX_TEXT_BYTES / 1024 / 1024} MiB`);
  return `${path}:${ino}:${size}:${mtimeNs}:${ctimeNs}`;
}

const readText = async (file: string): Promise<SourceText> => ({ file, text: await readFile(file) });

async function lookAtFile(path: string): Promise<PathReading> {
  return {
    signature: await signatureOf(path),
    read: async () => ({ name: path, texts: [await readText(path)] }),
  };
}

/** The configuration files directly in a folder; names that start with a dot are left alone. */
async function lookAtFolder(path: string): Promise<PathReading> {
  const files = (await readdir(path)).filter(isConfigName).map((name) => join(path, name));
  files.sort();
  const signatures = await Promise.all(files.map(signatureOf));
  return {
    signature: [path, ...signatures].join('\n'),
    read: async () => ({ name: path, texts: await Promise.all(files.map(readText)) }),
  };
}

interface Known {
  readonly signature: string;
  readonly source: Source;
}

/**
 * Follows files and folders. The operating system's notices make it quick, and a look at the files' metadata
 * every `pollMs` makes it sure: notices are lost on network file systems, on renames and when a folder is
 * mounted anew. A file that was caught half-written changes again, and is read again.
 *
 * `onReading` gets the first reading, and each that differs from the one before. A path that exists but cannot
 * be read keeps what it held before.
 */
export function watchFiles(
  paths: FilePaths,
  clock: Clock,
  pollMs: number,
  onReading: (reading: FileReading) => void,
): { readonly look: () => void; readonly close: () => void } {
  const known = new Map<string, Known>();
  const watchers = new Map<string, FSWatcher>();
  let lastTold: string | undefined;
  let looking = false;
  let again = false;
  let closed = false;
  let cancel = (): void => undefined;

  const watchFolder = (folder: string): void => {
    if (watchers.has(folder) || closed) return;
    try {
      const watcher = watch(folder, { persistent: false }, () => void look());
      const drop = (): void => {
        watcher.close();
        watchers.delete(folder);
      };
      watcher.on('error', drop);
      watchers.set(folder, watcher);
    } catch {
      // It does not exist now, or cannot be watched: the next poll looks again.
    }
  };

  const lookAt = async (path: string, isFolder: boolean): Promise<string | undefined> => {
    try {
      const seen = isFolder ? await lookAtFolder(path) : await lookAtFile(path);
      if (known.get(path)?.signature !== seen.signature) {
        known.set(path, { signature: seen.signature, source: await seen.read() });
      }
      return undefined;
    } catch (error) {
      const code = codeOf(error);
      if (code === 'ENOENT' || code === 'ENOTDIR') {
        known.delete(path);
        return undefined;
      }
      return code === undefined && error instanceof Error
        ? error.message
        : `cannot be read (${code ?? 'unknown error'})`;
    }
  };

  const lookOnce = async (): Promise<void> => {
    const unreadable: { source: string; reason: string }[] = [];
    for (const [list, isFolder] of [
      [paths.files, false],
      [paths.dirs, true],
    ] as const) {
      for (const path of list) {
        watchFolder(isFolder ? path : dirname(path));
        const reason = await lookAt(path, isFolder);
        if (reason !== undefined) unreadable.push({ source: path, reason });
      }
    }
    const sources = [...paths.files, ...paths.dirs].flatMap((path) => known.get(path)?.source ?? []);
    const signatures = [...paths.files, ...paths.dirs].map((path) => known.get(path)?.signature);
    const told = JSON.stringify([signatures, unreadable]);
    if (told === lastTold) return;
    lastTold = told;
    onReading({ sources, unreadable });
  };

  const look = async (): Promise<void> => {
    if (looking) {
      again = true;
      return;
    }
    looking = true;
    try {
      do {
        again = false;
        if (!closed) await lookOnce();
      } while (again);
    } finally {
      looking = false;
    }
  };

  const poll = (): void => {
    void look().finally(() => {
      if (!closed) cancel = clock.after(pollMs, poll);
    });
  };
  poll();

  return {
    look: () => void look(),
    close() {
      closed = true;
      cancel();
      for (const watcher of watchers.values()) watcher.close();
    },
  };
}
