import type { Revision } from '../config/revision.js';
import type { Provenance } from '../history/provenance.js';

/** What is known of the time before this process: read from the history, kept up to date by whoever leads. */
export interface Past {
  readonly lastGood: (Provenance & { readonly revision: Revision }) | undefined;
  readonly approved: (revision: string) => boolean;
}
