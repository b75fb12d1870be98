import type { Position } from './result.js';

const LINE_BREAK = /\r\n|[\n\r\x85\u2028\u2029]/g;

/** A function from offsets in `text` to lines and columns; it reads the text once, when first asked. */
export function lineIndex(text: string): (offset: number) => Position {
  let starts: number[] | undefined;
  return (offset) => {
    starts ??= lineStarts(text);
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
}

/** A function from 1-based lines to the offsets of their start and end, without the break; undefined beyond the last. */
export function lineBounds(text: string): (line: number) => { start: number; end: number } | undefined {
  const breaks = Array.from(text.matchAll(LINE_BREAK), ({ index, 0: found }) => [
    index,
    index + found.length,
  ]);
  return (line) => {
    const start = line === 1 ? 0 : breaks[line - 2]?.[1];
    return start === undefined ? undefined : { start, end: breaks[line - 1]?.[0] ?? text.length };
  };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (const { index, 0: found } of text.matchAll(LINE_BREAK)) starts.push(index + found.length);
  return starts;
}
