/** HTTP statuses from the first to the last. */
export interface StatusRange {
  readonly first: number;
  readonly last: number;
}

const RANGE = /^([1-5]\d\d)(?:-([1-5]\d\d))?$/;

/** Reads `200`, `200-299`, …; `undefined` where one of them is none, or where there are none. */
export function parseStatusRanges(texts: readonly string[]): StatusRange[] | undefined {
  const ranges = texts.flatMap((text) => {
    const [, first, last = first] = RANGE.exec(text) ?? [];
    return first !== undefined && Number(first) <= Number(last)
      ? { first: Number(first), last: Number(last) }
      : [];
  });
  return ranges.length === texts.length && ranges.length > 0 ? ranges : undefined;
}
