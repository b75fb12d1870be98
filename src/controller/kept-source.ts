import { createHash } from 'node:crypto';
import type { Source } from '../sources/source.js';
import type { KeptSource } from './past.js';

/** What a source holds, as one digest (SHA-256, hex): its texts by their names, in whatever order. */
export function digestOfSource({ texts }: Pick<Source, 'texts'>): string {
  const hash = createHash('sha256');
  for (const { file, text } of [...texts].sort((one, other) => (one.file < other.file ? -1 : 1))) {
    hash
      .update(`${Buffer.byteLength(file)} ${text.length}\n`)
      .update(file)
      .update(text);
  }
  return hash.digest('hex');
}

/** The sources that hold configuration, as they are remembered with the revision that is made of them. */
export function keptSources(sources: readonly Source[]): KeptSource[] {
  return sources
    .filter(({ texts }) => texts.length > 0)
    .map((source) => ({
      name: source.name,
      ...(source.object !== undefined && { object: source.object }),
      digest: digestOfSource(source),
    }));
}
