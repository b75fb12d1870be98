import type { Event } from 'js-yaml';
import { decode } from './decode.js';
import { jsonEvents } from './json-events.js';
import { DEFAULT_LIMITS, ReadError } from './result.js';
import { withPlainBreaks, yamlEvents } from './yaml-events.js';

/** A text with the events of its grammar: what is where, whatever it means. */
export interface Outline {
  /** Without a byte order mark. */
  readonly text: string;
  /** Their offsets are those of `text`; undefined when it is neither JSON nor YAML. */
  readonly events: readonly Event[] | undefined;
}

/**
 * Reads a text as `readText` does, for its places only.
 * @param mask hides placeholders from the grammar, character for character; undefined when there are none
 * @returns undefined for what is no text, or is too large
 */
export function outline(
  input: string | Uint8Array,
  mask?: (text: string) => string | undefined,
): Outline | undefined {
  if (input.length > DEFAULT_LIMITS.maxBytes) return undefined;
  const decoded = attempt(() => decode(input));
  if (decoded === undefined) return undefined;
  const { text, hadMark } = decoded;
  const plain = mask?.(text) ?? text;
  const { maxDepth } = DEFAULT_LIMITS;
  const json = hadMark ? undefined : attempt(() => jsonEvents(plain, maxDepth));
  return { text, events: json ?? attempt(() => yamlEvents(withPlainBreaks(plain), maxDepth)) };
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof ReadError) return undefined;
    throw error;
  }
}
