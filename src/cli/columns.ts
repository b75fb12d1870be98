// Parts of tables, as several commands print them.
import { oneLine } from '../report/one-line.js';

const SHOWN_TYPES = 3;

/** To the second, in UTC. */
export const time = (iso: string): string => iso.replace(/\.\d+Z$/, 'Z').replace('T', ' ');

/** The most frequent types of entities: `12 routes, 3 services, 4 more`. */
export function entities(counts: Readonly<Record<string, number>>): string {
  const all = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .sort(([, one], [, other]) => other - one);
  const shown = all.slice(0, SHOWN_TYPES).map(([type, count]) => `${count} ${type}`);
  const rest = all.slice(SHOWN_TYPES).reduce((sum, [, count]) => sum + count, 0);
  return [...shown, ...(rest > 0 ? [`${rest} more`] : [])].join(', ') || 'none';
}

/** Rows with their columns below each other; nothing where there is only a heading. */
export function columns(rows: readonly (readonly string[])[]): string {
  const isEmpty = rows.length < 2 && /^[A-Z]+$/.test(rows[0]?.[0] ?? '');
  if (isEmpty) return '';
  const cells = rows.map((row) => row.map(oneLine));
  const widths = (cells[0] ?? []).map((_, at) => Math.max(...cells.map((row) => row[at]?.length ?? 0)));
  const lineOf = (row: readonly string[]): string =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd();
  return cells.map((row) => `${lineOf(row)}\n`).join('');
}
