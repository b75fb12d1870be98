import type { FlatEntity } from '../../config/diff/flat-entity.js';
import { describe, pathOf } from '../../config/document/entity.js';
import { printable } from '../../config/document/problem.js';
import type { Document } from '../../config/merge/merge.js';
import type { Places } from '../../config/parse/result.js';

/** An entity, by the name that people know and the place where it is written. */
export interface Placed {
  readonly label: string;
  readonly id?: string;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

/** Finding places costs a reading of the text: once per document. */
export function createPlacer(): (flat: FlatEntity) => Placed {
  const known = new Map<Document, Places>();
  return ({ entity, document, id }) => {
    const named = { label: printable(describe(entity)), ...(id !== undefined && { id: printable(id) }) };
    if (document === undefined) return named;
    const places = known.get(document) ?? document.prepared.places();
    known.set(document, places);
    const { line, column } = places.find(pathOf(entity));
    return { ...named, file: document.file, line, column };
  };
}
