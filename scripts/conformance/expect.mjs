// What checks are made of. A check returns nothing when it holds, what is wrong when it does not, or `skipped: why`.

export function check(name, run) {
  return { name, run };
}

export function expect(holds, why) {
  return holds ? undefined : why;
}

/** What differs between two plain values; the order of keys does not matter. */
export function equal(found, wanted) {
  const text = (value) => JSON.stringify(sorted(value)) ?? 'nothing';
  return text(found) === text(wanted) ? undefined : `${text(found)} instead of ${text(wanted)}`;
}

function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, v]) => [k, sorted(v)]),
  );
}
