// YAML that every reader reads alike, Kong's (libyaml), ours and YAML 1.1's and 1.2's: what could be taken for anything else is quoted.
import { isDict } from '../document/dict.js';
import type { Dict } from '../document/dict.js';

/** Words, paths and UUIDs, which no reader takes for a number, a date or a truth. (Kong's takes `_0` for one.) */
const PLAIN =
  /^(?:_*[A-Za-z][\w-]*(?:[ ./][\w-]+)*|(?:\/[\w.-]+)+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;
const WORDS = /^(?:y|n|yes|no|on|off|true|false|null|nan|inf|infinity)$/i;
/** Several lines that a block can hold: printable, the first not indented, with one end of line at the end or none. */
const BLOCK =
  /^(?=\S)(?:[\t -~\u00a0-\u2027\u202a-\ud7ff]*\n)+[\t -~\u00a0-\u2027\u202a-\ud7ff]*(?<=[^\n]\n?)$/u;
/** Lists that are as long as this are written one item a line (characters). */
const SHORT = 80;

/** @param comment lines at its top, without `#` */
export function toYaml(config: Dict, comment: readonly string[]): string {
  return [...comment.map((line) => `# ${line}`), ...dictLines(config, ''), ''].join('\n');
}

function dictLines(dict: Dict, indent: string): string[] {
  return Object.entries(dict).flatMap(([key, value]) =>
    valueLines(`${indent}${scalar(key)}:`, value, indent),
  );
}

/** @param head what stands before the value on its line */
function valueLines(head: string, value: unknown, indent: string): string[] {
  if (Array.isArray(value)) return listLines(head, value, indent);
  if (isDict(value)) {
    const inner = dictLines(value, `${indent}  `);
    return inner.length === 0 ? [`${head} {}`] : [head, ...inner];
  }
  if (typeof value === 'string' && BLOCK.test(value)) {
    const lines = value.split('\n').map((line) => (line === '' ? '' : `${indent}  ${line}`));
    return value.endsWith('\n') ? [`${head} |`, ...lines.slice(0, -1)] : [`${head} |-`, ...lines];
  }
  return [`${head} ${scalar(value)}`];
}

function listLines(head: string, list: readonly unknown[], indent: string): string[] {
  const flow = `${head} [${list.map((item) => (isScalar(item) ? scalar(item) : ' '.repeat(SHORT))).join(', ')}]`;
  if (flow.length < SHORT) return [flow];
  return [head, ...list.flatMap((item) => itemLines(item, `${indent}  `))];
}

/** The first line of what an item holds stands beside its dash. */
function itemLines(item: unknown, indent: string): string[] {
  const inner = isDict(item) ? dictLines(item, `${indent}  `) : [];
  const [first, ...rest] = inner;
  return first === undefined
    ? valueLines(`${indent}-`, item, indent)
    : [`${indent}- ${first.trimStart()}`, ...rest];
}

const isScalar = (value: unknown): boolean =>
  (typeof value !== 'object' || value === null) && !(typeof value === 'string' && value.includes('\n'));

/** Characters that a YAML text may not hold as they are, or that readers differ about. */
const UNPRINTABLE = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]|\p{Surrogate}/gu;

function scalar(value: unknown): string {
  if (typeof value !== 'string') return String(value);
  if (PLAIN.test(value) && !WORDS.test(value)) return value;
  return JSON.stringify(value).replace(
    UNPRINTABLE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
