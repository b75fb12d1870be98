// Which times somebody wrote, and which are those of a gateway's load. Routes of equal rank go by when they were created, and
// tokens run out by it: what was written must stay.
import type { FlatEntity } from '../diff/flat-entity.js';
import { own } from '../document/dict.js';

/** @returns whether the time that an entity shows is none of the load's */
export function writtenTimes(flats: readonly FlatEntity[]): (flat: FlatEntity) => boolean {
  // Kong sets updated_at at each load, whatever was written.
  const loads = flats.flatMap((flat) => secondOf(flat, 'updated_at') ?? []);
  let [first, last] = [Infinity, -Infinity];
  for (const second of loads) [first, last] = [Math.min(first, second), Math.max(last, second)];
  return (flat) => {
    const created = secondOf(flat, 'created_at');
    const updated = secondOf(flat, 'updated_at');
    if (created === undefined || loads.length === 0) return false;
    return updated === undefined ? created < first || created > last : created !== updated;
  };
}

function secondOf({ entity }: FlatEntity, field: string): number | undefined {
  const time = own(entity.value, field);
  return typeof time === 'number' ? Math.floor(time) : undefined;
}
