import type { Revision } from '../config/revision.js';
import type { ObjectRef } from '../report/happening.js';

/** A source as it was when a revision was made of it. */
export interface KeptSource {
  readonly name: string;
  readonly object?: ObjectRef;
  readonly digest: string;
}

/** What is known of the time before this process: read from the history, kept up to date by whoever leads. */
export interface Past {
  readonly lastGood:
    | { readonly revision: Revision; readonly sources: readonly KeptSource[]; readonly sealing: number }
    | undefined;
  readonly approved: (revision: string) => boolean;
}

/** Where no history is kept. */
export const NO_PAST: Past = { lastGood: undefined, approved: () => false };
