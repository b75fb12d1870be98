// Plain YAML scalars as Kong reads them: libyaml's text, resolved by lyaml 6.2.8 (YAML 1.1 with its own edges).

/** A scalar whose tag does not fit its text, or which lyaml's own code breaks on. */
export const INVALID: unique symbol = Symbol('invalid scalar');

export type Scalar = null | boolean | number | string;

const KEYWORDS = new Map<string, Scalar>([
  ...['', '~', 'null', 'Null', 'NULL'].map((text) => [text, null] as const),
  ...['true', 'True', 'TRUE', 'yes', 'Yes', 'YES', 'on', 'On', 'ON'].map((text) => [text, true] as const),
  ...['false', 'False', 'FALSE', 'no', 'No', 'NO', 'off', 'Off', 'OFF'].map((text) => [text, false] as const),
]);

const NOT_FINITE = /^(?:[+-]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const OCTAL = /^[+-]?0_*[0-7][0-7_]*$/;
const DECIMAL = /^[+-]?_*[0-9][0-9_]*$/;
const HEXADECIMAL = /^[+-]?0x_*[0-9a-fA-F][0-9a-fA-F_]*$/;
const BINARY = /^[+-]?0b_*[01][01_]+$/;
const SEXAGESIMAL = /^[+-]?[0-9]+:[0-5]?[0-9][:0-9]*$/;
const SEXAGESIMAL_FLOAT = /^([+-]?[0-9]+:[0-5]?[0-9][:0-9]*)(\.[0-9]+)$/;
const LUA_DECIMAL = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
const LUA_HEXADECIMAL = /^([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)(?:[pP]([+-]?[0-9]+))?$/;

/** A plain (unquoted, untagged) scalar. */
export function resolvePlain(text: string): Scalar | typeof INVALID {
  const keyword = KEYWORDS.get(text);
  if (keyword !== undefined) return keyword;
  // Numbers start with a digit or one of + - . _
  const first = text.charCodeAt(0);
  return first < 0x3a || first === 0x5f ? (resolveNumber(text) ?? text) : text;
}

/** Tries lyaml's readings in its order: octal, decimal, float, .inf and .nan, hexadecimal, binary, sexagesimal. */
function resolveNumber(text: string): number | typeof INVALID | undefined {
  if (OCTAL.test(text)) return readDigits(text, 8, /^[+-]?0_*/);
  if (DECIMAL.test(text)) return readDecimal(text);
  const float = /[.eE]/.test(text) ? luaNumber(text.replaceAll('_', '')) : undefined;
  if (float !== undefined) return float;
  if (NOT_FINITE.test(text)) return notFinite(text);
  if (HEXADECIMAL.test(text)) return luaNumber(text.replaceAll('_', ''));
  if (BINARY.test(text)) return readDigits(text, 2, /^[+-]?0b_*/);
  if (SEXAGESIMAL.test(text)) return readSexagesimal(text);
  const [, whole, fraction] = SEXAGESIMAL_FLOAT.exec(text) ?? [];
  if (whole === undefined || fraction === undefined) return undefined;
  return readSexagesimal(whole) + (whole.startsWith('-') ? -1 : 1) * Number(fraction);
}

const sign = (text: string): number => (text.startsWith('-') ? -1 : 1);

function notFinite(text: string): number {
  return text.toLowerCase() === '.nan' ? NaN : sign(text) * Infinity;
}

/** Digits of one base after a prefix. lyaml breaks on a trailing underscore here. */
function readDigits(text: string, base: number, prefix: RegExp): number | typeof INVALID {
  if (text.endsWith('_')) return INVALID;
  let value = 0;
  for (const digit of text.replace(prefix, '').replaceAll('_', '')) value = value * base + Number(digit);
  return sign(text) * value;
}

/** More digits than a number holds: lyaml takes the text, or breaks when there is a minus to apply. */
function readDecimal(text: string): number | typeof INVALID | undefined {
  const value = Number(text.replace(/^[+-]/, '').replaceAll('_', ''));
  if (!Number.isFinite(value)) return text.startsWith('-') ? INVALID : undefined;
  return sign(text) * value;
}

function readSexagesimal(text: string): number {
  const digits = text.match(/[0-9]+/g) ?? [];
  return sign(text) * digits.reduce((value, digit) => value * 60 + Number(digit), 0);
}

/** Lua's `tonumber` of a text without spaces, LuaJIT's hexadecimal floats included. */
export function luaNumber(text: string): number | undefined {
  if (LUA_DECIMAL.test(text)) return Number(text);
  const [, minus, whole = '', fraction = '', exponent] = LUA_HEXADECIMAL.exec(text) ?? [];
  if (minus === undefined || whole + fraction === '') return undefined;
  let mantissa = 0;
  for (const digit of whole + fraction) mantissa = mantissa * 16 + parseInt(digit, 16);
  return sign(minus) * mantissa * 2 ** (Number(exponent ?? 0) - 4 * fraction.length);
}

const TAG_PREFIX = 'tag:yaml.org,2002:';
const EXPLICIT_BOOLEANS = new Map([
  ['y', true],
  ['Y', true],
  ['n', false],
  ['N', false],
]);

/** A scalar with an explicit tag; any tag but these five changes nothing for lyaml. */
export function resolveTagged(tag: string, text: string, plain: boolean): Scalar | typeof INVALID {
  switch (tag) {
    case `${TAG_PREFIX}str`:
      return text;
    case `${TAG_PREFIX}null`:
      return null;
    case `${TAG_PREFIX}bool`: {
      const value = EXPLICIT_BOOLEANS.get(text) ?? KEYWORDS.get(text);
      return typeof value === 'boolean' ? value : INVALID;
    }
    case `${TAG_PREFIX}int`:
      return resolveExplicitNumber(text, (candidate) => !isFloat(candidate));
    case `${TAG_PREFIX}float`:
      return resolveExplicitNumber(text, (candidate) => !SEXAGESIMAL.test(candidate));
    default:
      return plain ? resolvePlain(text) : text;
  }
}

function resolveExplicitNumber(text: string, fits: (text: string) => boolean): number | typeof INVALID {
  return (fits(text) ? resolveNumber(text) : undefined) ?? INVALID;
}

function isFloat(text: string): boolean {
  if (OCTAL.test(text) || DECIMAL.test(text) || HEXADECIMAL.test(text)) return false;
  return NOT_FINITE.test(text) || text.includes('.') || (/[eE]/.test(text) && !BINARY.test(text));
}

const CORE_INTEGER = /^[+-]?[0-9]+$|^0o[0-7]+$|^0x[0-9a-fA-F]+$/;
const CORE_FLOAT = /^[+-]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][+-]?[0-9]+)?$/;
const CORE_BOOLEAN = /^(?:true|True|TRUE|false|False|FALSE)$/;

/** A plain scalar by the YAML 1.2 core schema, which most of today's tools follow. */
export function resolveCore(text: string): Scalar {
  if (CORE_BOOLEAN.test(text)) return text.toLowerCase() === 'true';
  if (KEYWORDS.get(text) === null) return null;
  if (CORE_INTEGER.test(text) || CORE_FLOAT.test(text)) return Number(text);
  return NOT_FINITE.test(text) ? notFinite(text) : text;
}
