import { posix } from 'node:path';
import type { ObjectRef } from '../report/happening.js';

/** One config text, by the name that findings show. */
export interface SourceText {
  readonly file: string;
  readonly text: Uint8Array;
  /** It comes from a Secret: secrets may stand in it as they are. */
  readonly confidential?: true;
}

/** Where configuration comes from: a file, a folder, a ConfigMap or a Secret, and what it holds now. */
export interface Source {
  /** `kong.yaml`, `/etc/kong/config`, `ConfigMap kong/routes`. */
  readonly name: string;
  /** None for a path that does not exist, and for whatever holds no configuration. */
  readonly texts: readonly SourceText[];
  /** The object, where it is one: Events go there. A path that the settings name has none. */
  readonly object?: ObjectRef;
  /** Of the object, as it was read. */
  readonly resourceVersion?: string;
  /** The annotation `silverback.dev/git-sha`: the commit that the object was made of. */
  readonly gitSha?: string;
  /** Of the object: its keys with the sizes of their values (state-annotations.ts). */
  readonly sizes?: string;
  /** What is noted on the object of what became of it. */
  readonly noted?: Readonly<Record<string, string>>;
}

/** A source with more than this in it is not read (bytes, unpacked); Kong takes 10 MiB unless told otherwise. */
export const MAX_SOURCE_BYTES = 32 * 1024 * 1024;

/** Whether a file or key name is that of a configuration text. */
export function isConfigName(name: string): boolean {
  return /\.(ya?ml|json)$/i.test(name) && !posix.basename(name).startsWith('.');
}

/** Whether a key name is that of a compressed configuration text. */
export function isCompressedConfigName(name: string): boolean {
  return /\.gz$/i.test(name) && isConfigName(name.slice(0, -3));
}

/** Whether two readings of a source hold the same. */
export function sameTexts(one: Source, other: Source): boolean {
  return (
    one.texts.length === other.texts.length &&
    one.texts.every(({ file, text }, index) => {
      const twin = other.texts[index];
      return twin?.file === file && Buffer.compare(twin.text, text) === 0;
    })
  );
}
