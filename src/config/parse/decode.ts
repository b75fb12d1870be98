import { ReadError } from './result.js';

export interface Decoded {
  readonly text: string;
  /** A text with a byte order mark is YAML for Kong, even when JSON follows: its JSON reader refuses the mark. */
  readonly hadMark: boolean;
}

/** The encoding by its byte order mark, as libyaml determines it; UTF-8 without one. */
function encodingOf(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return 'utf-8';
}

function decodeBytes(bytes: Uint8Array): string {
  const encoding = encodingOf(bytes);
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new ReadError('encoding', `the text is not valid ${encoding.toUpperCase()}`, 0);
  }
}

/** A surrogate without its other half: no UTF-8 text has one, and JSON made of it would change on its way to Kong. */
const LONE_SURROGATE = /[\ud800-\udfff]/u;

/**
 * Bytes to text.
 * @throws ReadError code `encoding`. (Kong's JSON reader lets invalid UTF-8 pass in free text; we do not: what we send
 * must be what was written.)
 */
export function decode(input: string | Uint8Array): Decoded {
  const text = typeof input === 'string' ? input : decodeBytes(input);
  if (typeof input === 'string' && LONE_SURROGATE.test(text)) {
    throw new ReadError('encoding', 'the text holds half of a surrogate pair', text.search(LONE_SURROGATE));
  }
  const hadMark = text.startsWith('\ufeff');
  return { text: hadMark ? text.slice(1) : text, hadMark };
}
