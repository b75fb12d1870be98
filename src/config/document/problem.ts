import type { EntityName, Finding, Severity } from '../finding.js';
import type { Path, Place, Places } from '../parse/result.js';
import { shownKey } from './shown-key.js';

/** A finding before it knows its document: what is wrong where in a value. */
export interface Problem {
  readonly severity: Severity;
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly path: Path;
  /** Point at the mapping key instead of its value. */
  readonly part?: 'key';
  /** Where exactly, when the path does not tell (a key written twice). */
  readonly place?: Place;
  readonly entity?: EntityName;
}

/** Problems of one severity that anybody is shown. Whoever finds more may stop at the first that is too many. */
export const MAX_SHOWN = 1000;

const PLAIN_KEY = /^[A-Za-z_][\w-]{0,79}$/;

/** `services[0].headers["a b"]`; long keys are cut. */
export function formatPath(path: Path): string {
  let out = '';
  for (const step of path) {
    if (typeof step === 'number') out += `[${step}]`;
    else if (PLAIN_KEY.test(step)) out += out === '' ? step : `.${step}`;
    else out += `[${printable(JSON.stringify(shownKey(step)))}]`;
  }
  return out;
}

/** @param places asked only for problems that bring no place of their own */
export function toFinding(problem: Problem, file: string, places: () => Places): Finding {
  const { severity, code, message, hint, path, part, entity } = problem;
  const place = problem.place ?? places().find(path, part);
  return {
    severity,
    code,
    message: printable(message),
    file,
    ...place,
    ...(path.length > 0 && { path: formatPath(path) }),
    ...(entity && {
      entity: { ...entity, ...(entity.name !== undefined && { name: printable(entity.name) }) },
    }),
    ...(hint !== undefined && { hint: printable(hint) }),
  };
}

const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Names come from texts that anybody may have written: what would move a terminal's cursor is spelled out. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
}

/** By file, then by place. */
export function inSourceOrder(one: Finding, other: Finding): number {
  if (one.file !== other.file) return (one.file ?? '') < (other.file ?? '') ? -1 : 1;
  return (one.line ?? 0) - (other.line ?? 0) || (one.column ?? 0) - (other.column ?? 0);
}
