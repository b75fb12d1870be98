import { createHash } from 'node:crypto';
import type { Revision } from '../config/revision.js';
import type { ObjectRef } from '../report/happening.js';
import type { KeptRevision, Slot, SourceProvenance } from './record.js';

/** Where a revision came from. */
export interface Provenance {
  readonly sources: readonly SourceProvenance[];
  /** Equal when every source had the same texts. */
  readonly sourcesDigest: string;
  /** `SEALING_VERSION` that made the bytes. */
  readonly sealing: number;
}

/**
 * What the record says of a revision that is kept from now on.
 *
 * @param slots where its bytes are; a store that needs no slots has none
 */
export function describeKept(
  { id, bytes, counts }: Revision,
  provenance: Provenance,
  now: Date,
  slots: readonly Slot[] = [],
): KeptRevision {
  return { id, bytes: bytes.length, counts, keptAt: now.toISOString(), ...provenance, slots };
}

/** A source as far as provenance needs it. */
export interface ProvenSource {
  readonly name: string;
  readonly texts: readonly { readonly file: string; readonly text: Uint8Array }[];
  readonly object?: ObjectRef;
  readonly resourceVersion?: string;
  readonly gitSha?: string;
}

/**
 * The provenance of what these sources make; those that hold nothing are left out.
 *
 * @param dialect whatever else decides what they make, such as `--deck` and its variables: hashed, never kept
 */
export function provenanceOf(sources: readonly ProvenSource[], sealing: number, dialect = ''): Provenance {
  const proven = sources
    .filter(({ texts }) => texts.length > 0)
    .map((source): SourceProvenance => {
      const { name, object, resourceVersion, gitSha } = source;
      return {
        name,
        digest: digestOf(source),
        ...(object !== undefined && { object }),
        ...(resourceVersion !== undefined && { resourceVersion }),
        ...(gitSha !== undefined && { gitSha }),
      };
    })
    .sort((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0));
  const hash = createHash('sha256').update(JSON.stringify(dialect));
  for (const { name, digest } of proven) hash.update(JSON.stringify([name, digest]));
  return { sources: proven, sourcesDigest: hash.digest('hex'), sealing };
}

/** SHA-256 of a source's texts, hex. Lengths are hashed, too: no two lists of texts run together to the same bytes. */
export function digestOf({ texts }: Pick<ProvenSource, 'texts'>): string {
  const hash = createHash('sha256');
  const ordered = [...texts].sort((one, other) =>
    one.file < other.file ? -1 : one.file > other.file ? 1 : 0,
  );
  for (const { file, text } of ordered) hash.update(JSON.stringify([file, text.length])).update(text);
  return hash.digest('hex');
}
