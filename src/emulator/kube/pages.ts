import type { StoredObject } from './object.js';
import { StatusError } from './status.js';

export interface Page {
  readonly items: readonly StoredObject[];
  /** The version of the whole list: every page shows the same moment. */
  readonly version: number;
  /** For the next page; undefined on the last. */
  readonly token: string | undefined;
  readonly remaining: number;
}

/** Lists under way: what is left of each, by its token. */
export interface Pages {
  /** @param limit items on a page; 0 for all */
  first(items: readonly StoredObject[], version: number, limit: number): Page;
  /** Throws 410 for a token that is no longer kept. */
  next(token: string, limit: number): Page;
  forget(): void;
}

export function createPages(): Pages {
  const rests = new Map<string, { readonly items: readonly StoredObject[]; readonly version: number }>();
  let made = 0;

  function page(items: readonly StoredObject[], version: number, limit: number): Page {
    const size = limit > 0 ? limit : items.length;
    const rest = items.slice(size);
    if (rest.length === 0) return { items, version, token: undefined, remaining: 0 };
    made += 1;
    const token = Buffer.from(`${version}:${made}`).toString('base64url');
    rests.set(token, { items: rest, version });
    return { items: items.slice(0, size), version, token, remaining: rest.length };
  }

  return {
    first: page,
    next(token, limit) {
      const rest = rests.get(token);
      if (rest === undefined) {
        const why = 'The provided continue parameter is too old to display a consistent list result.';
        throw new StatusError(410, 'Expired', why);
      }
      return page(rest.items, rest.version, limit);
    },
    forget: () => rests.clear(),
  };
}
