import { ReadError } from './result.js';

export interface Decoded {
  readonly text: string;
  /** A text with a byte order mark is YAML for Kong, even when JSON follows: its JSON reader refuses the mark. */
  readonly hadMark: boolean;
  /** Not all of it is UTF-8; U+DFFF stands for what is not. Only a JSON text may be so (YAML refuses it). */
  readonly badBytes: boolean;
}

/** A surrogate without its other half: no UTF-8 text has one. */
const LONE_SURROGATE = /[\ud800-\udfff]/u;
const BAD_BYTES = '\udfff';

/**
 * Bytes to text.
 * @throws ReadError code `encoding`
 */
export function decode(input: string | Uint8Array): Decoded {
  if (typeof input !== 'string') return decodeBytes(input);
  const lone = input.search(LONE_SURROGATE);
  if (lone >= 0) throw new ReadError('encoding', 'the text holds half of a surrogate pair', lone);
  return withoutMark(input, false);
}

function decodeBytes(bytes: Uint8Array): Decoded {
  const encoding = encodingOf(bytes);
  const text = tryDecode(bytes, encoding);
  if (text !== undefined) return withoutMark(text, false);
  if (encoding !== 'utf-8' || !startsLikeJson(bytes)) throw badEncoding(encoding);
  return withoutMark(new TextDecoder().decode(bytes).replaceAll('\ufffd', BAD_BYTES), true);
}

/** `{` or `[`, behind spaces. */
function startsLikeJson(bytes: Uint8Array): boolean {
  const first = bytes.find((byte) => ![0x20, 0x09, 0x0a, 0x0d].includes(byte));
  return first === 0x7b || first === 0x5b;
}

/** What is said of bytes that are no text. */
export function badEncoding(encoding: string): ReadError {
  return new ReadError('encoding', `the text is not valid ${encoding.toUpperCase()}`, 0);
}

/** The encoding by its byte order mark, as libyaml determines it; UTF-8 without one. */
function encodingOf(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return 'utf-8';
}

function tryDecode(bytes: Uint8Array, encoding: string): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function withoutMark(text: string, badBytes: boolean): Decoded {
  const hadMark = text.startsWith('\ufeff');
  return { text: hadMark ? text.slice(1) : text, hadMark, badBytes };
}
