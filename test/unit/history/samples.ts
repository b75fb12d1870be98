import { createHash } from 'node:crypto';
import type { Revision } from '../../../src/config/revision.js';
import type { KeptRevision } from '../../../src/history/record.js';
import type { Provenance } from '../../../src/history/provenance.js';

export const AT = '2026-01-01T00:00:00.000Z';
export const anna = { by: 'anna', at: AT };

export function revisionOf(text: string): Revision {
  const bytes = new TextEncoder().encode(text);
  return { id: createHash('md5').update(bytes).digest('hex'), bytes, counts: { services: 1 } };
}

export const PROVENANCE: Provenance = {
  sources: [{ name: 'kong.yaml', digest: 'd'.repeat(64) }],
  sourcesDigest: 'e'.repeat(64),
  sealing: 1,
};

/** A revision id that begins with these digits. */
export const idOf = (start: string): string => start.padEnd(32, '0');

export const keptOf = (id: string, slots: KeptRevision['slots'] = []): KeptRevision => ({
  id,
  bytes: 10,
  counts: { services: 1 },
  keptAt: AT,
  ...PROVENANCE,
  slots,
});
