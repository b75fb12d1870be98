/**
 * JSON with sorted keys and no spaces: equal values give equal texts. Takes what `readText` gives (null, booleans, finite
 * numbers, strings, lists, plain objects); recursion is bounded by the reader's limit on nesting.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) {
    let out = '';
    for (const item of value as unknown[]) out += `${out === '' ? '' : ','}${canonicalJson(item)}`;
    return `[${out}]`;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  let out = '';
  for (const [key, item] of Object.entries(value).sort(byKey)) {
    if (item !== undefined) out += `${out === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(item)}`;
  }
  return `{${out}}`;
}

/** By UTF-16 units, as no locale would sort. */
function byKey([one]: [string, unknown], [other]: [string, unknown]): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
