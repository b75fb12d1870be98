// Arrow keys among tiles that lie in rows, whatever the width of the window makes of them.

const STEPS: Readonly<Record<string, (tiles: readonly HTMLElement[], at: number) => number>> = {
  ArrowRight: (_tiles, at) => at + 1,
  ArrowLeft: (_tiles, at) => at - 1,
  ArrowDown: (tiles, at) => nextRow(tiles, at, 1),
  ArrowUp: (tiles, at) => nextRow(tiles, at, -1),
  Home: () => 0,
  End: (tiles) => tiles.length - 1,
};

/** The nearest tile of the next row in a direction; the same where there is none. */
function nextRow(tiles: readonly HTMLElement[], at: number, direction: 1 | -1): number {
  const from = tiles[at]?.getBoundingClientRect();
  if (from === undefined) return at;
  let best = at;
  let bestTop = Infinity;
  let bestAside = Infinity;
  for (let index = at + direction; index >= 0 && index < tiles.length; index += direction) {
    const box = tiles[index]?.getBoundingClientRect();
    if (box === undefined) break;
    const top = (box.top - from.top) * direction;
    if (top <= 1) continue;
    if (top > bestTop + 1) break;
    const aside = Math.abs(box.left - from.left);
    if (aside < bestAside) [best, bestTop, bestAside] = [index, top, aside];
  }
  return best;
}

/** Moves the focus; gives whether the key was one of ours. */
export function moveFocus(tiles: readonly HTMLElement[], key: string): boolean {
  const step = Object.hasOwn(STEPS, key) ? STEPS[key] : undefined;
  const at = tiles.findIndex((tile) => tile === document.activeElement);
  if (step === undefined || at < 0) return false;
  tiles[Math.min(tiles.length - 1, Math.max(0, step(tiles, at)))]?.focus();
  return true;
}
