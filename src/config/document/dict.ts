/** A mapping as `readText` gives it: own properties only, whatever their names. */
export type Dict = Readonly<Record<string, unknown>>;

export function isDict(value: unknown): value is Dict {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An own property, or undefined; never what the prototype has. */
export function own(dict: Dict, key: string): unknown {
  return Object.hasOwn(dict, key) ? dict[key] : undefined;
}

/**
 * The items of a list as Kong sees it: absent, null and an empty mapping are lists without items.
 * @returns undefined for what is no list
 */
export function asList(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value as unknown[];
  if (value === undefined || value === null) return [];
  return isDict(value) && Object.keys(value).length === 0 ? [] : undefined;
}

/** A record as Kong sees it: an empty list is an empty record. */
export function asRecord(value: unknown): Dict | undefined {
  if (isDict(value)) return value;
  return Array.isArray(value) && value.length === 0 ? {} : undefined;
}
