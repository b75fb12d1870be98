import type { Clock, Random } from '../clock/clock.js';
import type { KubeClient } from '../kube/client/client.js';
import { CONFIG_MAPS, SECRETS } from '../kube/client/resource.js';
import { startWatchCache } from '../kube/watch-cache/watch-cache.js';
import type { WatchCache } from '../kube/watch-cache/watch-cache.js';
import type { ObjectRef, Report } from '../report/happening.js';
import { watchFiles } from './files.js';
import type { FilePaths, FileReading } from './files.js';
import { sourceOf } from './objects.js';
import type { ObjectKind } from './objects.js';
import { sameTexts } from './source.js';
import type { Source } from './source.js';

/** What the sources hold, all of them read at least once. */
export interface SourceSnapshot {
  readonly sources: readonly Source[];
  /** Sources that are there but cannot be read. */
  readonly unreadable: readonly {
    readonly source: string;
    readonly reason: string;
    readonly object?: ObjectRef;
  }[];
}

export interface ObjectSelection {
  readonly client: KubeClient;
  readonly selector: string;
  readonly namespaces: readonly string[];
  readonly kinds: readonly ObjectKind[];
}

export interface FollowOptions {
  readonly paths: FilePaths;
  /** The pace at which files are looked at beside the operating system's notices (ms). */
  readonly pollMs: number;
  /** Without it, ConfigMaps and Secrets are no sources. */
  readonly objects?: ObjectSelection;
  readonly clock: Clock;
  readonly random: Random;
  readonly report: Report;
  /** Called whenever something changed, once everything has been read. */
  readonly onChange: () => void;
}

export interface Sources {
  /** Whether every source has been read once; before, the snapshot means nothing. */
  readonly synced: () => boolean;
  readonly snapshot: () => SourceSnapshot;
  readonly close: () => void;
}

interface ObjectCache {
  readonly kind: ObjectKind;
  readonly cache: WatchCache<Source>;
}

function unreadableObjects({ kind, cache }: ObjectCache): SourceSnapshot['unreadable'] {
  return [...cache.unreadable()].map(([key, reason]) => {
    const [namespace = '', name = ''] = key.split('/');
    return { source: `${kind} ${key}`, reason, object: { apiVersion: 'v1', kind, namespace, name } };
  });
}

/** What is new since the reading before; what the first one holds is told by `sources-synced`. */
function tellFiles(before: FileReading | undefined, now: FileReading, report: Report): void {
  for (const { source, reason } of now.unreadable) {
    const known = before?.unreadable.find((each) => each.source === source)?.reason === reason;
    if (!known) report({ kind: 'source-unreadable', source, reason });
  }
  if (before === undefined) return;
  for (const source of now.sources) {
    if (before.sources.includes(source)) continue;
    report({ kind: 'source-changed', source: source.name, documents: source.texts.length });
  }
}

/** Follows files, folders, ConfigMaps and Secrets alike. */
export function followSources(options: FollowOptions): Sources {
  const { paths, objects, clock, random, report } = options;
  let reading: FileReading | undefined;
  const caches: ObjectCache[] = [];
  let synced = false;

  const changed = (): void => {
    if (reading === undefined || !caches.every(({ cache }) => cache.synced())) return;
    if (!synced) {
      synced = true;
      report({ kind: 'sources-synced', sources: snapshot().sources.length });
    }
    options.onChange();
  };

  const snapshot = (): SourceSnapshot => ({
    sources: [...(reading?.sources ?? []), ...caches.flatMap(({ cache }) => [...cache.items().values()])],
    unreadable: [...(reading?.unreadable ?? []), ...caches.flatMap(unreadableObjects)],
  });

  /** What was last told of each object; whoever changes but its annotations, as we do ourselves, changes no source. */
  const told = new Map<string, Source>();
  const tellObject = (source: Source): void => {
    const before = told.get(source.name);
    told.set(source.name, source);
    if (before === undefined || before.gitSha !== source.gitSha || !sameTexts(before, source))
      report({ kind: 'source-changed', source: source.name, documents: source.texts.length });
  };

  const watchObjects = (selection: ObjectSelection, kind: ObjectKind, namespace: string): void => {
    const cache = startWatchCache({
      client: selection.client,
      resource: kind === 'Secret' ? SECRETS : CONFIG_MAPS,
      namespace,
      labelSelector: selection.selector,
      parse: (object) => sourceOf(kind, object),
      clock,
      random,
      report,
      onChange(items, { kind: how, keys }) {
        for (const key of keys) {
          const source = items.get(key);
          if (source === undefined) told.delete(`${kind} ${key}`);
          else if (how === 'synced') told.set(source.name, source);
          else tellObject(source);
        }
        changed();
      },
    });
    caches.push({ kind, cache });
  };

  for (const namespace of new Set(objects?.namespaces)) {
    if (objects === undefined) break;
    for (const kind of new Set(objects.kinds)) watchObjects(objects, kind, namespace);
  }

  const files = watchFiles(paths, clock, options.pollMs, (next) => {
    tellFiles(reading, next, report);
    reading = next;
    changed();
  });

  return {
    synced: () => synced,
    snapshot,
    close() {
      files.close();
      for (const { cache } of caches) cache.stop();
    },
  };
}
