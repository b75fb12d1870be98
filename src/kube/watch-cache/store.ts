import { isObject, keyOf, parseMeta, type Parse } from '../object.js';
import type { WatchEvent } from '../client/watch-stream.js';

/** An object as it came, with what the cache itself needs of it. */
export interface Arrival {
  readonly key: string;
  readonly version: string;
  readonly object: unknown;
}

/** What the cache knows: the parsed objects, and those that it could not parse. */
export interface Store<T> {
  /** Live views: the same maps for good, changed in place. */
  readonly items: ReadonlyMap<string, T>;
  /** Key -> why it could not be parsed. Such an object is known, and absent from `items`. */
  readonly unreadable: ReadonlyMap<string, string>;
  /** Takes over a complete list; gives the keys that are new, changed or gone. */
  replace(list: readonly Arrival[]): readonly string[];
  /** Takes over one event; false when it tells nothing new. */
  apply(type: Exclude<WatchEvent['type'], 'BOOKMARK' | 'ERROR'>, arrival: Arrival): boolean;
}

/** Reads what a list or watch delivered. Throws an Error for what is no stored object. Drops `managedFields`: pure weight. */
export function arrivalOf(object: unknown): Arrival {
  const meta = parseMeta(object);
  return { key: keyOf(meta), version: meta.resourceVersion, object: withoutManagedFields(object) };
}

export function createStore<T>(parse: Parse<T>, onUnreadable: (key: string, why: string) => void): Store<T> {
  const items = new Map<string, T>();
  const unreadable = new Map<string, string>();
  const versions = new Map<string, string>();

  function put({ key, version, object }: Arrival): boolean {
    if (versions.get(key) === version) return false;
    versions.set(key, version);
    try {
      items.set(key, parse(object));
      unreadable.delete(key);
    } catch (error) {
      const why = error instanceof Error ? error.message : 'it cannot be read';
      items.delete(key);
      unreadable.set(key, why);
      onUnreadable(key, why);
    }
    return true;
  }

  function remove(key: string): boolean {
    items.delete(key);
    unreadable.delete(key);
    return versions.delete(key);
  }

  return {
    items,
    unreadable,
    replace(list) {
      const kept = new Set(list.map(({ key }) => key));
      const gone = [...versions.keys()].filter((key) => !kept.has(key) && remove(key));
      const changed = list.filter(put).map(({ key }) => key);
      return [...gone, ...changed];
    },
    apply: (type, arrival) => (type === 'DELETED' ? remove(arrival.key) : put(arrival)),
  };
}

function withoutManagedFields(object: unknown): unknown {
  if (!isObject(object) || !isObject(object['metadata'])) return object;
  const { managedFields: _, ...metadata } = object['metadata'];
  return { ...object, metadata };
}
