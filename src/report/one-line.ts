/** Control characters, line separators, and what turns the direction of writing around. */
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu;

/** Longer texts tell nobody more (characters). */
const MAX_LENGTH = 2000;

/**
 * Text from outside (a gateway's answer, a name in a document) as part of one line: it cannot begin lines of its
 * own, steer a terminal, or flood the log.
 */
export function oneLine(text: string): string {
  const printable = text.replace(UNPRINTABLE, ' ');
  return printable.length > MAX_LENGTH ? `${printable.slice(0, MAX_LENGTH)}…` : printable;
}
