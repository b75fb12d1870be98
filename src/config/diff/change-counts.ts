// A difference in numbers: enough to say how drastic a change is.
import { flatten } from './flat-entity.js';
import type { Side } from './flat-entity.js';
import { differences } from './diff.js';
import type { EntityChange } from './diff.js';

/** Entities by their type, e.g. `{ routes: 3 }`; types without any are left out. */
export type CountByType = Readonly<Record<string, number>>;

export interface ChangeCounts {
  readonly added: CountByType;
  readonly removed: CountByType;
  readonly changed: CountByType;
}

export function countChanges(entities: readonly Pick<EntityChange, 'change' | 'entity'>[]): ChangeCounts {
  return countTypes(entities.map(({ change, entity }) => [change, entity.type]));
}

/**
 * The numbers alone: without names and places, which cost a reading of the texts.
 * @param flat `flatten`, or what remembers its results
 */
export function countDifferences(old: Side, now: Side, flat = flatten): ChangeCounts {
  const { found } = differences(old, now, flat);
  return countTypes(
    found.map((difference) => {
      const { entity } = difference.change === 'removed' ? difference.one : difference.other;
      return [difference.change, entity.model.type];
    }),
  );
}

function countTypes(changes: readonly (readonly [EntityChange['change'], string])[]): ChangeCounts {
  const count = (kind: EntityChange['change']): CountByType => {
    const counts: Record<string, number> = {};
    for (const [change, type] of changes) if (change === kind) counts[type] = (counts[type] ?? 0) + 1;
    return counts;
  };
  return { added: count('added'), removed: count('removed'), changed: count('changed') };
}
