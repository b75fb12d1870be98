import { fieldsOf } from '../kube/object.js';

/** What became of a source, as the leader notes it on the object (docs/gitops.md). */
export const STATE_ANNOTATIONS = {
  state: 'silverback.dev/state',
  digest: 'silverback.dev/state-digest',
  message: 'silverback.dev/state-message',
  revision: 'silverback.dev/state-revision',
  sizes: 'silverback.dev/state-sizes',
  gitSha: 'silverback.dev/state-git-sha',
} as const;

/** Longer ones help nobody, and annotations are limited to 256 KiB. */
const LONGEST_SIZES = 8_192;

/**
 * The keys of an object's data with the bytes of their values, as they stand there: `a.yaml=12,binaryData/b.yaml.gz=34`, in order.
 * Health checks can work it out from the object; a digest they cannot.
 *
 * @returns `undefined` where there are too many keys
 */
export function sizesOf(object: unknown): string | undefined {
  const parts = ['data', 'binaryData'].flatMap((field) =>
    Object.entries(fieldsOf(object, field)).map(
      ([key, value]) =>
        `${field === 'data' ? '' : 'binaryData/'}${key}=${typeof value === 'string' ? Buffer.byteLength(value) : 0}`,
    ),
  );
  const sizes = parts.sort((one, other) => (one < other ? -1 : 1)).join(',');
  return sizes.length > LONGEST_SIZES ? undefined : sizes;
}

/** Those of the annotations above that an object has. */
export function notedIn(annotations: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const names: readonly string[] = Object.values(STATE_ANNOTATIONS);
  return Object.fromEntries(Object.entries(annotations).filter(([name]) => names.includes(name)));
}
