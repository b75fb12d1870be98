// What Kong takes, and people regret. A doubt never makes a configuration invalid.
import { describe, nameOf, pathOf } from '../../document/entity.js';
import type { Entity } from '../../document/entity.js';
import type { Problem } from '../../document/problem.js';

/** A problem of one entity that is no error; its path starts at the entity. */
export interface Doubt extends Pick<Problem, 'code' | 'message' | 'hint' | 'path'> {
  readonly severity: 'hold' | 'warning';
}

export function doubtProblem(entity: Entity, doubt: Doubt): Problem {
  return {
    ...doubt,
    message: `${describe(entity)}: ${doubt.message}`,
    path: [...pathOf(entity), ...doubt.path],
    entity: nameOf(entity),
  };
}
