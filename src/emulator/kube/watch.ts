import { apiVersionOf, type ResourceKind } from './resources.js';
import type { Matcher } from './selectors.js';
import { statusObject, StatusError } from './status.js';
import type { Change, Store } from './store.js';

/** Where a watch's lines go. */
export interface WatchSink {
  /** One JSON line, its newline included. */
  line(text: string): void;
  end(): void;
}

/** A watch that was accepted, ready to run. */
export interface Watch {
  /** Delivers what is due at once, and everything later; gives a function that ends it without a word. */
  open(sink: WatchSink): () => void;
}

export interface WatchRequest {
  readonly resource: ResourceKind;
  readonly namespace: string | undefined;
  readonly matches: Matcher;
  /** Changes after this version; undefined for all objects as they are, and then changes. */
  readonly from: number | undefined;
  readonly bookmarks: boolean;
  readonly timeoutMs: number;
}

export interface WatchTimers {
  /** Runs `fn` after `ms`; gives a function that prevents it. */
  readonly after: (ms: number, fn: () => void) => () => void;
  readonly bookmarkMs: number;
}

/** All watches of a store. */
export interface Watches {
  accept(request: WatchRequest): Watch;
  /** Sends a bookmark to every watch that takes them. */
  bookmark(): void;
}

export function createWatches(store: Store, { after, bookmarkMs }: WatchTimers): Watches {
  const bookmarked = new Set<() => void>();

  function accept(request: WatchRequest): Watch {
    return { open: (sink) => run(request, sink) };
  }

  function run(request: WatchRequest, sink: WatchSink): () => void {
    const write = (type: string, object: object): void => sink.line(`${JSON.stringify({ type, object })}\n`);
    const deliver = (change: Change): void => {
      const type = typeFor(request, change);
      if (type !== undefined) write(type, type === 'DELETED' ? lastMatching(change) : change.object);
    };
    try {
      for (const change of changesFrom(store, request)) deliver(change);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      write('ERROR', statusObject(error));
      sink.end();
      return () => undefined;
    }

    const unsubscribe = store.subscribe(deliver);
    const bookmark = (): void => write('BOOKMARK', bookmarkObject(request.resource, store.version()));
    let cancelBookmark = (): void => undefined;
    const bookmarkLater = (): void => {
      cancelBookmark = after(bookmarkMs, () => {
        bookmark();
        bookmarkLater();
      });
    };
    if (request.bookmarks) {
      bookmarked.add(bookmark);
      bookmarkLater();
    }
    const close = (): void => {
      unsubscribe();
      cancelBookmark();
      cancelTimeout();
      bookmarked.delete(bookmark);
    };
    const cancelTimeout = after(request.timeoutMs, () => {
      if (request.bookmarks) bookmark();
      close();
      sink.end();
    });
    return close;
  }

  return {
    accept,
    bookmark() {
      for (const send of bookmarked) send();
    },
  };
}

function changesFrom(store: Store, { resource, namespace, from }: WatchRequest): readonly Change[] {
  if (from !== undefined) return store.since(from);
  return store.list(resource, namespace).map((object) => ({
    version: Number(object.metadata.resourceVersion),
    type: 'ADDED',
    resource,
    object,
    previous: undefined,
  }));
}

/** What a change is to one watch: an object that starts to match is added, one that stops matching is deleted. */
function typeFor({ resource, namespace, matches }: WatchRequest, change: Change): Change['type'] | undefined {
  if (change.resource !== resource) return undefined;
  if (namespace !== undefined && change.object.metadata.namespace !== namespace) return undefined;
  const matched = change.previous !== undefined && matches(change.previous);
  const matchesNow = change.type !== 'DELETED' && matches(change.object);
  if (matchesNow) return matched ? 'MODIFIED' : 'ADDED';
  return matched ? 'DELETED' : undefined;
}

/** The object as the watcher last saw it, at the version of its leaving. */
function lastMatching({ object, previous }: Change): object {
  const { resourceVersion } = object.metadata;
  const last = previous ?? object;
  return { ...last, metadata: { ...last.metadata, resourceVersion } };
}

function bookmarkObject(resource: ResourceKind, version: number): object {
  return {
    kind: resource.kind,
    apiVersion: apiVersionOf(resource),
    metadata: { resourceVersion: String(version), creationTimestamp: null },
  };
}
