// Several documents become one configuration, whatever the order in which they came.
import { withoutComments } from '../document/comments.js';
import { describe, nameOf, pathOf } from '../document/entity.js';
import type { Entity } from '../document/entity.js';
import type { Prepared } from '../prepare.js';
import { MAX_SHOWN } from '../document/problem.js';
import type { Problem } from '../document/problem.js';
import { canonicalJson } from '../seal/canonical-json.js';
import { identifyAll } from './identity.js';
import type { Identity } from './identity.js';
import { indexEntities, referenceProblems } from './references.js';
import { secondPassProblems } from './second-pass.js';
import { findShadowed } from './shadowed.js';
import type { Shadowed } from './shadowed.js';
import { clashProblem, findClashes } from './unique.js';
import type { Clash } from './unique.js';

export interface Document {
  readonly file: string;
  readonly prepared: Prepared;
}

export interface Merged {
  /** Parents before what is nested in them. */
  readonly entities: readonly Entity[];
  readonly identities: ReadonlyMap<Entity, Identity>;
  readonly transform: boolean;
}

export interface MergeResult {
  readonly merged: Merged;
  readonly problems: readonly (readonly [Document, Problem])[];
}

/** @param documents in the order of their files */
export function merge(documents: readonly Document[]): MergeResult {
  const homes = new Map<Entity, Document>();
  for (const document of documents)
    for (const entity of document.prepared.entities) homes.set(entity, document);
  const identities = identifyAll(homes.keys());
  const problems: [Document, Problem][] = [];
  const report = (entity: Entity, problem: Problem): void => {
    const home = homes.get(entity);
    if (home !== undefined) problems.push([home, problem]);
  };
  /** All that is told here are errors; of the first that is not shown it is enough to know that it is there. */
  const isFull = (): boolean => problems.length > MAX_SHOWN;

  const repeated = new Set<Entity>();
  const placeOf = (entity: Entity): string => placeIn(homes.get(entity), entity);
  const clashes = findClashes(identities);
  for (const clash of clashes) {
    const { entity, first } = clash;
    if (repeated.has(rootOf(entity))) continue;
    if (isFull()) break;
    if (homes.get(entity) === homes.get(first)) report(entity, clashProblem(clash, placeOf));
    else if (isSame(clash)) repeated.add(entity);
    else report(entity, conflict(clash, placeOf));
  }
  const kept =
    repeated.size === 0
      ? homes.keys()
      : Array.from(homes.keys()).filter((entity) => !repeated.has(rootOf(entity)));
  const entities = Array.from(kept);

  const index = indexEntities(identities);
  for (const entity of entities) {
    if (isFull()) break;
    if (identities.get(entity)?.kind === 'broken') report(entity, nullParent(entity));
    for (const problem of referenceProblems(entity, index)) report(entity, problem);
  }
  for (const [entity, problem] of secondPassProblems(entities)) report(entity, problem);
  const refused = new Set(clashes.map(({ entity }) => entity));
  for (const one of findShadowed(entities, identities)) {
    if (!refused.has(one.entity)) report(one.entity, shadowedProblem(one, placeOf));
  }
  const transform = documents.every(({ prepared }) => prepared.transform);
  problems.push(...transformProblems(documents));
  return { merged: { entities, identities, transform }, problems };
}

function rootOf(entity: Entity): Entity {
  return entity.parent === undefined ? entity : rootOf(entity.parent);
}

/** The same entity in two documents, with the same content, counts once. */
function isSame({ entity, first }: Clash): boolean {
  if (entity.parent !== undefined || first.parent !== undefined) return false;
  return contentOf(entity) === contentOf(first);
}

const contentOf = ({ model, value }: Entity): string => canonicalJson(withoutComments(model, value));

function placeIn(document: Document | undefined, entity: Entity): string {
  if (document === undefined) return 'another place';
  const { line, column } = document.prepared.places().find(pathOf(entity));
  return `${document.file}:${line}:${column}`;
}

function conflict(clash: Clash, placeOf: (entity: Entity) => string): Problem {
  const { entity, first, what } = clash;
  return {
    severity: 'error',
    code: 'conflict',
    message: `${describe(entity)}: ${placeOf(first)} has one with ${what} and other content`,
    hint: 'keep one of the two, or make them equal',
    path: pathOf(entity),
    entity: nameOf(entity),
  };
}

function shadowedProblem({ entity, first }: Shadowed, placeOf: (entity: Entity) => string): Problem {
  return {
    severity: 'warning',
    code: 'shadowed-plugin',
    message: `${describe(entity)}: the same plugin for the same scope is at ${placeOf(first)}: Kong runs only one of the two`,
    hint: 'keep one of them',
    path: pathOf(entity),
    entity: nameOf(entity),
  };
}

function nullParent(entity: Entity): Problem {
  return {
    severity: 'error',
    code: 'null-id',
    message: `${describe(entity)}: Kong fails on it, because the id of what it is nested in is null`,
    hint: 'remove the id, or give one',
    path: pathOf(entity),
    entity: nameOf(entity),
  };
}

/** Whether passwords are hashed already must be said in one way: the answer holds for all documents together. */
function transformProblems(documents: readonly Document[]): [Document, Problem][] {
  const [first] = documents;
  const other = documents.find(({ prepared }) => prepared.transform !== first?.prepared.transform);
  if (first === undefined || other === undefined) return [];
  const message = `_transform is ${String(other.prepared.transform)} here, and ${String(first.prepared.transform)} in ${first.file}`;
  return [[other, { severity: 'error', code: 'conflict', message, path: ['_transform'] }]];
}
