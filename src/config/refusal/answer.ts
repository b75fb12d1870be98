// Kong's 400 to POST /config, taken apart (Kong 3.2 and newer; docs in the reference of the Admin API).
import { isDict, own } from '../document/dict.js';
import type { Dict } from '../document/dict.js';

/** One message about a field, by Kong's dotted path with indices from one, or about the whole entity. */
export interface RefusedField {
  readonly field?: string;
  readonly message: string;
}

export interface RefusedEntity {
  /** Singular, as Kong writes it. */
  readonly type: string;
  readonly id?: string;
  readonly name?: string;
  /** As posted, without what is nested in it. */
  readonly entity: Dict;
  readonly errors: readonly RefusedField[];
}

export interface Refusal {
  readonly entities: readonly RefusedEntity[];
  /** What Kong could not flatten: a tree of messages in the shape of the configuration. */
  readonly fields: Dict;
  readonly message: string;
}

/** @returns undefined for what is no such answer */
export function parseRefusal(body: string): Refusal | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (!isDict(answer)) return undefined;
  const flattened = own(answer, 'flattened_errors');
  const fields = own(answer, 'fields');
  const message = own(answer, 'message');
  return {
    // Empty, it is an object.
    entities: Array.isArray(flattened) ? flattened.flatMap(parseEntity) : [],
    fields: isDict(fields) ? fields : {},
    message: typeof message === 'string' ? message : '',
  };
}

function parseEntity(item: unknown): RefusedEntity[] {
  if (!isDict(item)) return [];
  const { entity_type: type, entity_id: id, entity_name: name, entity, errors } = item;
  if (typeof type !== 'string' || !Array.isArray(errors)) return [];
  return [
    {
      type,
      ...(typeof id === 'string' && { id }),
      ...(typeof name === 'string' && { name }),
      entity: isDict(entity) ? entity : {},
      errors: errors.flatMap(parseError),
    },
  ];
}

function parseError(error: unknown): RefusedField[] {
  if (!isDict(error)) return [];
  const { field, message } = error;
  if (typeof message !== 'string') return [];
  return [{ message, ...(typeof field === 'string' && { field }) }];
}
