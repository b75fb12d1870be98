import { SCALAR_STYLE, getScalarValue } from 'js-yaml';
import type { DocumentDirective, ScalarEvent } from 'js-yaml';
import { jsonScalar } from './json-events.js';
import { ReadError } from './result.js';
import type { Remark } from './result.js';
import { INVALID, resolveCore, resolvePlain, resolveTagged } from './yaml-scalar.js';
import type { Scalar } from './yaml-scalar.js';

/** Gives a scalar its value; adds to `remarks` what is worth a warning. `tag` is its full tag, if it has one. */
export type ScalarReader = (
  text: string,
  event: ScalarEvent,
  tag: string | undefined,
  remarks: Remark[],
) => Scalar;

/** The offset of a scalar, quotes included. */
export function scalarStart({ valueStart, style, tagStart, anchorStart }: ScalarEvent): number {
  if (valueStart < 0) return Math.max(tagStart, anchorStart, 0);
  return isQuoted(style) ? valueStart - 1 : valueStart;
}

export const isQuoted = (style: ScalarEvent['style']): boolean =>
  style === SCALAR_STYLE.SINGLE_QUOTED || style === SCALAR_STYLE.DOUBLE_QUOTED;

const isBlock = (style: ScalarEvent['style']): boolean =>
  style === SCALAR_STYLE.LITERAL_BLOCK || style === SCALAR_STYLE.FOLDED_BLOCK;

type Render = (scalar: string) => string;

/** @param render puts values for placeholders into a scalar's text, before the text gets its type */
export function yamlScalarReader(render?: Render): ScalarReader {
  return (text, event, tag, remarks) => {
    const source = lyamlText(text, event);
    return readYamlScalar(render ? render(source) : source, event, tag, remarks);
  };
}

function readYamlScalar(
  source: string,
  event: ScalarEvent,
  tag: string | undefined,
  remarks: Remark[],
): Scalar {
  const plain = event.style === SCALAR_STYLE.PLAIN;
  if (!plain && tag === undefined) return source;
  const value = tag === undefined ? resolvePlain(source) : resolveTagged(tag, source, plain);
  if (typeof value === 'string' && !source.startsWith('0o')) return value;
  const offset = scalarStart(event);
  if (value === INVALID)
    throw new ReadError('syntax', 'not YAML: a value that does not fit its type', offset);
  checkFinite(value, offset);
  if (tag === undefined && !Object.is(value, resolveCore(source))) {
    remarks.push({ kind: 'yaml-1.1', reading: readingOf(value), offset });
  }
  return value;
}

/** A scalar's text as lyaml gets it from libyaml: as a C string, and with no line break that the text's end lacks. */
function lyamlText(text: string, event: ScalarEvent): string {
  const source = getScalarValue(text, event);
  if (event.fast) return source;
  const unended = isBlock(event.style) && event.valueEnd === text.length && !text.endsWith('\n');
  const nul = source.indexOf('\0');
  return source.slice(0, nul >= 0 ? nul : unended && source.endsWith('\n') ? -1 : undefined);
}

export function jsonScalarReader(render?: Render): ScalarReader {
  return (text, event) => {
    const value = jsonScalar(text, event);
    checkFinite(value, event.valueStart);
    return render && typeof value === 'string' ? render(value) : value;
  };
}

/** Kong 3.9.3 answers 500 to such a number, or takes it and shows it to nobody; JSON cannot carry it. */
function checkFinite(value: Scalar, offset: number): void {
  if (typeof value !== 'number' || Number.isFinite(value)) return;
  throw new ReadError(
    'number',
    'a number that JSON cannot hold (infinite, too large, or not a number)',
    offset,
  );
}

function readingOf(value: Scalar): 'boolean' | 'number' | 'string' {
  if (typeof value === 'boolean') return 'boolean';
  return typeof value === 'number' ? 'number' : 'string';
}

/** The full name of a tag as written (`!!int`, `!<...>`, `!x`, `!handle!x`). */
export function fullTag(raw: string, directives: readonly DocumentDirective[]): string {
  if (raw.startsWith('!<')) return raw.slice(2, -1);
  const handle = raw.slice(0, raw.indexOf('!', 1) + 1) || '!';
  const declared = directives.find((directive) => directive.kind === 'tag' && directive.handle === handle);
  const prefix = declared?.kind === 'tag' ? declared.prefix : handle === '!!' ? 'tag:yaml.org,2002:' : handle;
  return prefix + raw.slice(handle.length);
}
