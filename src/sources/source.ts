import { posix } from 'node:path';
import type { ObjectRef } from '../report/happening.js';

/** One config text, by the name that findings show. */
export interface SourceText {
  readonly file: string;
  readonly text: Uint8Array;
}

/** Where configuration comes from: a file, a folder, a ConfigMap or a Secret, and what it holds now. */
export interface Source {
  /** `kong.yaml`, `/etc/kong/config`, `ConfigMap kong/routes`. */
  readonly name: string;
  readonly texts: readonly SourceText[];
  /** The object, where it is one: Events go there. */
  readonly object?: ObjectRef;
}

/** Texts above this are not read at all (bytes); Kong takes 10 MiB unless told otherwise. */
export const MAX_TEXT_BYTES = 32 * 1024 * 1024;

/** Whether a file or key name is that of a configuration text. */
export function isConfigName(name: string): boolean {
  return /\.(ya?ml|json)$/i.test(name) && !posix.basename(name).startsWith('.');
}

/** The name without `.gz`, for names of compressed configuration texts. */
export function uncompressedName(name: string): string | undefined {
  return /\.(ya?ml|json)\.gz$/i.test(name) ? name.slice(0, -3) : undefined;
}
