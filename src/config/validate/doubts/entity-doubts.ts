import type { Entity } from '../../document/entity.js';
import type { Problem } from '../../document/problem.js';
import { doubtProblem } from './doubt.js';
import type { Doubt } from './doubt.js';
import { healthCounterDoubts } from './health-counters.js';
import { nullIdDoubts } from './null-id.js';
import { routePathDoubts } from './route-paths.js';
import { withoutDatabaseDoubts } from './without-database.js';

const THEMES: Readonly<Record<string, (value: Entity['value']) => Doubt[]>> = {
  plugins: withoutDatabaseDoubts,
  routes: routePathDoubts,
  upstreams: healthCounterDoubts,
};

/** Every doubt about one entity on its own, whatever else is wrong with it. */
export function entityDoubts(entity: Entity): Problem[] {
  const { type } = entity.model;
  const theme = Object.hasOwn(THEMES, type) ? THEMES[type] : undefined;
  const doubts = [...nullIdDoubts(entity), ...(theme?.(entity.value) ?? [])];
  return doubts.map((doubt) => doubtProblem(entity, doubt));
}
