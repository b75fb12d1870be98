// A difference in numbers: enough to say how drastic a change is.
import type { ConfigDiff, EntityChange } from './diff.js';

/** Entities by their type, e.g. `{ routes: 3 }`; types without any are left out. */
export type CountByType = Readonly<Record<string, number>>;

export interface ChangeCounts {
  readonly added: CountByType;
  readonly removed: CountByType;
  readonly changed: CountByType;
}

export function countChanges({ entities }: ConfigDiff): ChangeCounts {
  const count = (kind: EntityChange['change']): CountByType => {
    const counts: Record<string, number> = {};
    for (const { change, entity } of entities) {
      if (change === kind) counts[entity.type] = (counts[entity.type] ?? 0) + 1;
    }
    return counts;
  };
  return { added: count('added'), removed: count('removed'), changed: count('changed') };
}
