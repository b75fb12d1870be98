// Kong's refusal of a revision becomes findings on the lines of its sources.
import { own } from '../document/dict.js';
import { describe, nameOf, pathOf } from '../document/entity.js';
import type { Entity } from '../document/entity.js';
import { inSourceOrder, printable, toFinding } from '../document/problem.js';
import type { Problem } from '../document/problem.js';
import { shownKey } from '../document/shown-key.js';
import type { Finding } from '../finding.js';
import type { Document, Merged } from '../merge/merge.js';
import type { Path } from '../parse/result.js';
import { entitiesById } from '../seal/seal.js';
import { parseRefusal } from './answer.js';
import { pathOfField } from './field-path.js';
import { readFieldTree } from './field-tree.js';
import type { TreeMessage } from './field-tree.js';
import { bySingular, findEntity } from './find-entity.js';
import { isSecretField, maskBlindly, maskForEntity } from './mask.js';

const MAX_FINDINGS = 1000;

/**
 * @param body Kong's answer; a 400 of `POST /config`, with or without flattened errors
 * @param documents that the revision was made of
 * @param merged what they make together
 */
export function explainRefusal(body: string, documents: readonly Document[], merged: Merged): Finding[] {
  const { entities } = merged;
  const refusal = parseRefusal(body);
  if (refusal === undefined)
    return [unplaced('Kong refused the configuration, with an answer that is no JSON')];
  const homes = new Map(
    documents.flatMap((document) => document.prepared.entities.map((entity) => [entity, document] as const)),
  );
  const groups = bySingular(entities);
  const byId = entitiesById(merged);
  const messages: TreeMessage[] = refusal.entities.slice(0, MAX_FINDINGS).flatMap((refused) => {
    const entity = findEntity(refused, groups.get(refused.type) ?? [], byId);
    return refused.errors.map((error) => ({ ...error, ...(entity && { entity }) }));
  });
  messages.push(
    ...readFieldTree(refusal.fields, entities, byId).map((message) => betterPlaced(message, entities)),
  );
  const findings = messages
    .slice(0, MAX_FINDINGS)
    .map((message) => toRefusalFinding(message, homes, documents));
  if (findings.length === 0)
    return [unplaced(`Kong refused the configuration: ${maskBlindly(refusal.message)}`)];
  return findings.sort(inSourceOrder);
}

function unplaced(message: string): Finding {
  return { severity: 'error', code: 'kong-refusal', message: printable(message) };
}

const DUPLICATE = /^uniqueness violation: '(\w+)' entity with (.+?) set to '([^]*)' already declared$/;
const DANGLING = /^invalid reference '(\w+): /;

/** Duplicates among nested entities are told by an index in nobody knows which list, but with their value. */
function betterPlaced(message: TreeMessage, entities: readonly Entity[]): TreeMessage {
  const [, type, what, value] = DUPLICATE.exec(message.message) ?? [];
  if (type === undefined || what === undefined) {
    const field = DANGLING.exec(message.message)?.[1];
    return field === undefined || message.entity === undefined ? message : { ...message, field };
  }
  const field = what === 'primary key' ? 'id' : what;
  const same = entities.filter((entity) => entity.model.type === type && own(entity.value, field) === value);
  const entity = same.at(-1) ?? message.entity;
  return { ...message, ...(entity && { entity }), ...(same.length > 0 && { field }) };
}

function toRefusalFinding(
  { message, entity, field }: TreeMessage,
  homes: ReadonlyMap<Entity, Document>,
  documents: readonly Document[],
): Finding {
  const home = entity && homes.get(entity);
  if (entity === undefined || home === undefined) return atTop(message, field, documents);
  const path: Path = field === undefined ? [] : pathOfField(field, entity.value);
  const problem: Problem = {
    severity: 'error',
    code: 'kong-refusal',
    message: `${describe(entity)}: Kong says of ${field === undefined ? 'it' : shownKey(field)}: ${safely(message, entity)}`,
    path: [...pathOf(entity), ...path],
    entity: nameOf(entity),
  };
  return toFinding(problem, home.file, home.prepared.places);
}

/** A duplicate of a secret is told in our words, all else in Kong's. */
function safely(message: string, entity: Entity): string {
  const [, , what] = DUPLICATE.exec(message) ?? [];
  if (what !== undefined && isSecretField(entity, what)) return `another one has the same ${what}`;
  return maskForEntity(message, entity);
}

/** About a key at the top, or about something that is not found again. */
function atTop(message: string, field: string | undefined, documents: readonly Document[]): Finding {
  const [key = ''] = field?.split('.') ?? [];
  const said = `Kong says${key === '' ? '' : ` of ${shownKey(key)}`}: ${maskBlindly(message)}`;
  const home = documents.find(({ prepared }) => key !== '' && prepared.topLevelKeys.has(key));
  if (home === undefined) return unplaced(said);
  return toFinding(
    { severity: 'error', code: 'kong-refusal', message: said, path: [key], part: 'key' },
    home.file,
    home.prepared.places,
  );
}
