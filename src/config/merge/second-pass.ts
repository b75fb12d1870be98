// Kong validates a configuration twice when the first pass finds anything: then with every parent's key filled in. One rule
// bites in the second pass only.
import { isDict, own } from '../document/dict.js';
import { describe, nameOf, parentField, pathOf } from '../document/entity.js';
import type { Entity } from '../document/entity.js';
import type { Problem } from '../document/problem.js';

/** Plugins that must not have their parent's scope: the first pass lets them, nested; the second does not. */
export function secondPassProblems(entities: readonly Entity[]): [Entity, Problem][] {
  const escaped = entities.filter(escapesItsScope);
  if (escaped.length === 0) return [];
  const cause = entities.find(failsFirstPass);
  return cause === undefined ? [] : escaped.map((entity) => [entity, toProblem(entity, cause)]);
}

function escapesItsScope(entity: Entity): boolean {
  const scope = parentField(entity);
  return entity.plugin?.facts.unscoped.some((field) => field === scope) ?? false;
}

/** What is right, but not before parents are filled in: an object as a reference, a password that needs its consumer. */
function failsFirstPass(entity: Entity): boolean {
  if (entity.model.type === 'basicauth_credentials') return true;
  const nested = parentField(entity);
  return Array.from(entity.model.references.keys()).some((field) => {
    const value = own(entity.value, field);
    return isDict(value) || (nested !== undefined && value !== undefined && value !== null);
  });
}

function toProblem(entity: Entity, cause: Entity): Problem {
  const scope = parentField(entity) ?? '';
  return {
    severity: 'error',
    code: 'check',
    message: `${describe(entity)}: this plugin does not work for a ${scope}; Kong notices because of the ${describe(cause)}`,
    path: pathOf(entity),
    entity: nameOf(entity),
  };
}
