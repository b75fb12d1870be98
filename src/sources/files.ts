import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Clock } from '../clock/clock.js';
import { readPath, SETTLE_MS } from './read-path.js';
import type { NamedPath, PathReading } from './read-path.js';
import { isConfigName } from './source.js';
import type { Source } from './source.js';

export interface FilePaths {
  readonly files: readonly string[];
  readonly dirs: readonly string[];
}

/** What could be read, and what could not. A path that does not exist is a source without texts. */
export interface FileReading {
  readonly sources: readonly Source[];
  readonly unreadable: readonly { readonly source: string; readonly reason: string }[];
}

type Settled = Exclude<PathReading, { readonly kind: 'unsettled' }>;

/** How long a path may go on changing before that is told (ms). */
const PATIENCE_MS = 10_000;

const RESTLESS: Settled = {
  kind: 'unreadable',
  reason: 'it changes all the time; write a new file beside it and rename that over it',
};

/** The folder whose notices tell of a path. */
const folderOf = ({ path, isFolder }: NamedPath): string => (isFolder ? path : dirname(path));

/**
 * Follows files and folders. The operating system's notices make it quick, and a look at the files' metadata
 * every `pollMs` makes it sure: notices are lost on network file systems, beyond symbolic links, and when a
 * folder is mounted or made anew.
 *
 * `onReading` gets the first reading, and each that differs from the one before; a source whose content is the
 * same is the same object.
 */
export function watchFiles(
  paths: FilePaths,
  clock: Clock,
  pollMs: number,
  onReading: (reading: FileReading) => void,
): { readonly look: () => void; readonly close: () => void } {
  const named: readonly NamedPath[] = [
    ...[...new Set(paths.files)].map((path) => ({ path, isFolder: false })),
    ...[...new Set(paths.dirs)].map((path) => ({ path, isFolder: true })),
  ];
  const names = new Set(named.map(({ path }) => basename(path)));
  const watchers = new Map<string, FSWatcher>();
  let known: readonly Settled[] = [];
  let told: readonly (Source | string)[] | undefined;
  let restlessSince: number | undefined;
  let looking = false;
  let again = false;
  let closed = false;
  let cancelPoll = (): void => undefined;
  let cancelSettle = (): void => undefined;

  /** What else goes on in a busy folder is nothing to wake up for; `..data` is how Kubernetes swaps a volume. */
  const concernsUs = (name: string): boolean => names.has(name) || name === '..data' || isConfigName(name);

  const watchFolder = (folder: string): void => {
    if (watchers.has(folder) || closed) return;
    try {
      const watcher = watch(folder, { persistent: false }, (_event, name) => {
        if (name === null || concernsUs(name)) void look();
      });
      watcher.on('error', () => {
        watcher.close();
        if (watchers.get(folder) === watcher) watchers.delete(folder);
      });
      watchers.set(folder, watcher);
    } catch {
      // It does not exist now, or cannot be watched: the next poll looks again.
    }
  };

  /** A watcher goes blind, without a word, when its folder is removed, renamed or unmounted. */
  const dropWatchers = (): void => {
    for (const watcher of watchers.values()) watcher.close();
    watchers.clear();
  };

  const lookOnce = async (): Promise<void> => {
    const readings: PathReading[] = [];
    for (const [index, path] of named.entries()) {
      watchFolder(folderOf(path));
      readings.push(await readPath(path, known[index], () => clock.wall().getTime()));
    }
    if (closed) return;
    if (mustWait(readings.some(({ kind }) => kind === 'unsettled'))) return;
    known = readings.map((reading) => (reading.kind === 'unsettled' ? RESTLESS : reading));
    tell();
  };

  /** While something is being written nothing is told, for as long as patience lasts. */
  const mustWait = (unsettled: boolean): boolean => {
    if (!unsettled) {
      restlessSince = undefined;
      return false;
    }
    restlessSince ??= clock.now();
    cancelSettle();
    cancelSettle = clock.after(SETTLE_MS, () => void look());
    return clock.now() - restlessSince < PATIENCE_MS;
  };

  const tell = (): void => {
    const now = known.map((reading) => (reading.kind === 'read' ? reading.source : reading.reason));
    if (told?.every((each, index) => each === now[index]) === true) return;
    told = now;
    onReading({
      sources: known.flatMap((reading) => (reading.kind === 'read' ? reading.source : [])),
      unreadable: known.flatMap((reading, index) =>
        reading.kind === 'read' ? [] : { source: named[index]?.path ?? '', reason: reading.reason },
      ),
    });
  };

  const look = async (): Promise<void> => {
    again = true;
    if (looking) return;
    looking = true;
    try {
      while (again && !closed) {
        again = false;
        await lookOnce();
      }
    } finally {
      looking = false;
    }
  };

  const poll = (): void => {
    dropWatchers();
    void look().finally(() => {
      if (!closed) cancelPoll = clock.after(pollMs, poll);
    });
  };
  poll();

  return {
    look: () => void look(),
    close() {
      closed = true;
      cancelPoll();
      cancelSettle();
      dropWatchers();
    },
  };
}
