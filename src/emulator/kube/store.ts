import { isDeepStrictEqual } from 'node:util';

import { sentObject, storedObject, type SentObject, type StoredObject } from './object.js';
import { mergePatch } from './merge-patch.js';
import type { ResourceKind } from './resources.js';
import { alreadyExists, conflict, expired, invalid, notFound } from './status.js';

export interface Change {
  readonly version: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly resource: ResourceKind;
  /** As it is now; a deleted one as it was, with the deletion's version. */
  readonly object: StoredObject;
  readonly previous: StoredObject | undefined;
}

/** Objects of all kinds under one version counter, as etcd keeps them. Refusals are thrown as StatusErrors. */
export interface Store {
  /** The version of the newest change. */
  version(): number;
  has(resource: ResourceKind, namespace: string, name: string): boolean;
  get(resource: ResourceKind, namespace: string, name: string): StoredObject;
  /** Sorted by namespace and name. */
  list(resource: ResourceKind, namespace: string | undefined): readonly StoredObject[];
  create(resource: ResourceKind, namespace: string, body: unknown): StoredObject;
  update(resource: ResourceKind, namespace: string, name: string, body: unknown): StoredObject;
  patch(resource: ResourceKind, namespace: string, name: string, body: unknown): StoredObject;
  remove(resource: ResourceKind, namespace: string, name: string): StoredObject;
  /** The changes after a version, oldest first; throws 410 when they are no longer all kept. */
  since(version: number): readonly Change[];
  /** Forgets all changes so far. */
  compact(): void;
  /** Calls back after each change, in order; gives a function that ends that. */
  subscribe(listener: (change: Change) => void): () => void;
}

export interface StoreOptions {
  readonly uid: () => string;
  readonly wall: () => Date;
}

export function createStore({ uid: newUid, wall }: StoreOptions): Store {
  const objects = new Map<string, StoredObject>();
  const listeners = new Set<(change: Change) => void>();
  let log: Change[] = [];
  let compacted = 0;
  let version = 0;

  const keyOf = (resource: ResourceKind, namespace: string, name: string): string =>
    `${resource.plural}/${namespace}/${name}`;

  function commit(change: Omit<Change, 'version'>): StoredObject {
    const { namespace, name } = change.object.metadata;
    const key = keyOf(change.resource, namespace, name);
    if (change.type === 'DELETED') objects.delete(key);
    else objects.set(key, change.object);
    const entry = { ...change, version };
    log.push(entry);
    for (const listener of [...listeners]) listener(entry);
    return change.object;
  }

  function add(resource: ResourceKind, sent: SentObject): StoredObject {
    if (objects.has(keyOf(resource, sent.namespace, sent.name))) throw alreadyExists(resource, sent.name);
    version += 1;
    const creationTimestamp = wall()
      .toISOString()
      .replace(/\.\d+Z$/, 'Z');
    const object = storedObject(resource, sent, {
      uid: newUid(),
      resourceVersion: String(version),
      creationTimestamp,
    });
    return commit({ type: 'ADDED', resource, object, previous: undefined });
  }

  function replace(resource: ResourceKind, previous: StoredObject, sent: SentObject): StoredObject {
    const { uid, resourceVersion, creationTimestamp } = previous.metadata;
    const same = storedObject(resource, sent, { uid, resourceVersion, creationTimestamp });
    // etcd writes nothing, and no version passes, when nothing would change.
    if (isDeepStrictEqual(same, previous)) return previous;
    version += 1;
    const object = { ...same, metadata: { ...same.metadata, resourceVersion: String(version) } };
    return commit({ type: 'MODIFIED', resource, object, previous });
  }

  function get(resource: ResourceKind, namespace: string, name: string): StoredObject {
    const object = objects.get(keyOf(resource, namespace, name));
    if (object === undefined) throw notFound(resource, name);
    return object;
  }

  return {
    version: () => version,
    has: (resource, namespace, name) => objects.has(keyOf(resource, namespace, name)),
    get,
    list(resource, namespace) {
      const prefix = namespace === undefined ? `${resource.plural}/` : keyOf(resource, namespace, '');
      const keys = [...objects.keys()].filter((key) => key.startsWith(prefix)).sort();
      return keys.flatMap((key) => objects.get(key) ?? []);
    },
    create(resource, namespace, body) {
      const sent = sentObject(resource, namespace, undefined, body);
      if (sent.resourceVersion !== undefined) {
        throw invalid(resource, sent.name, 'resourceVersion should not be set on objects to be created');
      }
      return add(resource, sent);
    },
    update(resource, namespace, name, body) {
      const sent = sentObject(resource, namespace, name, body);
      const previous = objects.get(keyOf(resource, namespace, name));
      if (previous === undefined) {
        if (!resource.createOnUpdate) throw notFound(resource, name);
        if (sent.uid !== undefined) {
          throw conflict(
            resource,
            name,
            `Precondition failed: UID in precondition: ${sent.uid}, UID in object meta: `,
          );
        }
        return add(resource, sent);
      }
      checkPreconditions(resource, previous, sent);
      return replace(resource, previous, sent);
    },
    patch(resource, namespace, name, body) {
      const previous = get(resource, namespace, name);
      const sent = sentObject(resource, namespace, name, mergePatch(previous, body));
      checkPreconditions(resource, previous, sent);
      return replace(resource, previous, sent);
    },
    remove(resource, namespace, name) {
      const previous = get(resource, namespace, name);
      version += 1;
      const metadata = { ...previous.metadata, resourceVersion: String(version) };
      return commit({ type: 'DELETED', resource, object: { ...previous, metadata }, previous });
    },
    since(from) {
      if (from < compacted) throw expired(from);
      return log.filter((change) => change.version > from);
    },
    compact() {
      log = [];
      compacted = version;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function checkPreconditions(resource: ResourceKind, previous: StoredObject, sent: SentObject): void {
  const { uid, resourceVersion } = previous.metadata;
  if (sent.uid !== undefined && sent.uid !== uid) {
    const why = `Precondition failed: UID in precondition: ${sent.uid}, UID in object meta: ${uid}`;
    throw conflict(resource, sent.name, why);
  }
  if (sent.resourceVersion === undefined) {
    if (resource.unconditionalUpdate) return;
    throw invalid(resource, sent.name, 'metadata.resourceVersion: must be specified for an update');
  }
  if (sent.resourceVersion !== resourceVersion) {
    const why = 'the object has been modified; please apply your changes to the latest version and try again';
    throw conflict(resource, sent.name, why);
  }
}
