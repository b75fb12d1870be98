import { asMap, isTable, toText, type Key, type Table, type Value } from './value.js';

const KEYWORDS = new Set(
  (
    'and break do else elseif end false for function if in local nil not or repeat return then true ' +
    'until while'
  ).split(' '),
);

/**
 * A table as Penlight's `pretty.write(table, "")` prints it, on one line: the sequence part first, then the
 * named keys in byte order, then numbered keys after a hole. Kong puts such a text into `message`.
 */
export function prettyTable(table: Value[] | Table): string {
  const map = asMap(table);
  const entries: string[] = [];
  let next = 1;
  for (let value = map.get(next); value !== undefined; value = map.get(next)) {
    entries.push(pretty(value));
    next += 1;
  }
  for (const key of namedKeys(map)) entries.push(`${keyText(key)}=${pretty(map.get(key))}`);
  for (const [key, value] of map) {
    if (typeof key === 'number' && key >= next) entries.push(`[${toText(key)}]=${pretty(value)}`);
  }
  return `{${entries.join(',')}}`;
}

function pretty(value: Value | undefined): string {
  if (isTable(value)) return prettyTable(value);
  return typeof value === 'string' ? quoted(value) : toText(value);
}

function namedKeys(map: Table): Key[] {
  const keys = [...map.keys()].filter((key) => typeof key !== 'number');
  return keys.sort((a, b) => (typeof a === 'string' && typeof b === 'string' ? (a < b ? -1 : 1) : 0));
}

function keyText(key: Key): string {
  const text = toText(key);
  return /^[A-Za-z_]\w*$/.test(text) && !KEYWORDS.has(text) ? text : `[${quoted(text)}]`;
}

/** Text with a newline goes into long brackets; anything else is quoted as Lua's `%q` does. */
function quoted(text: string): string {
  if (text.includes('\n')) return longBrackets(text);
  return `"${text.replace(/[\\"]/g, '\\$&').replaceAll('\r', '\\r').replaceAll('\0', '\\000')}"`;
}

function longBrackets(text: string): string {
  let level = '';
  while (text.includes(`]${level}]`)) level += '=';
  const start = text.startsWith('\n') ? '\n' : '';
  return `[${level}[${start}${text}]${level}]`;
}
