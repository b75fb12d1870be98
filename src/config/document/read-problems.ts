// What reading a text found worth telling.
import type { Path, Place, ReadFailure, ReadOk, Remark } from '../parse/result.js';
import { MAX_SHOWN } from './problem.js';
import type { Problem } from './problem.js';
import { shownKey } from './shown-key.js';

export function unreadable({ code, message, line, column }: ReadFailure): Problem {
  return { severity: 'error', code: `text-${code}`, message, path: [], place: { line, column } };
}

export function readProblems(read: ReadOk): Problem[] {
  const { remarks, oddKeys, laterDocument, badBytes, position, value } = read;
  const odd = oddKeys.length > 0 ? keptObjects(value) : new Set();
  return [
    ...(laterDocument === undefined ? [] : [secondDocument(position(laterDocument))]),
    ...remarks.slice(0, MAX_SHOWN + 1).map((remark) => remarkProblem(remark, position)),
    ...oddKeys
      .filter(({ owner }) => odd.has(owner))
      .slice(0, MAX_SHOWN + 1)
      .map(({ offset }) => oddKey(position(offset))),
    ...(badBytes ? badText(value) : []),
  ];
}

function secondDocument(place: Place): Problem {
  return {
    severity: 'hold',
    code: 'second-document',
    message: 'a second YAML document: Kong reads only the first, and says nothing',
    hint: 'put it into a text of its own, or merge it into the first',
    path: [],
    place,
  };
}

function remarkProblem(remark: Remark, position: (offset: number) => Place): Problem {
  const base = { severity: 'warning', path: [], place: position(remark.offset) } as const;
  if (remark.kind === 'duplicate-key') {
    const message = `the key '${shownKey(remark.key)}' was there before, in line ${position(remark.first).line}: the last one counts`;
    return { ...base, code: 'duplicate-key', message };
  }
  const reading = { boolean: 'true or false', number: 'a number', string: 'a text' }[remark.reading];
  return {
    ...base,
    code: 'yaml-1.1',
    message: `Kong takes this value for ${reading}, as YAML 1.1 does; YAML 1.2 takes it otherwise`,
    hint: YAML_HINTS[remark.reading],
  };
}

const YAML_HINTS = {
  boolean: 'write true or false if that is meant; put it in quotes if it is a text',
  number: 'write it as a plain decimal number if that is meant; put it in quotes if it is a text',
  string: 'write it in another way',
};

function oddKey(place: Place): Problem {
  return {
    severity: 'error',
    code: 'odd-key',
    message: 'a mapping key that is no text',
    hint: 'put it in quotes',
    path: [],
    place,
  };
}

/** Every object that is not below an `_ignore`. */
function keptObjects(value: unknown, kept = new Set<unknown>()): Set<unknown> {
  if (typeof value !== 'object' || value === null || kept.has(value)) return kept;
  kept.add(value);
  for (const [key, child] of Object.entries(value)) if (key !== '_ignore') keptObjects(child, kept);
  return kept;
}

const BAD_BYTES = /[\ud800-\udfff]/u;

/** Texts that hold bytes which are no UTF-8: they could not be sent as they are. */
function badText(value: unknown, path: Path = []): Problem[] {
  if (typeof value === 'string') return BAD_BYTES.test(value) ? [badTextAt(path)] : [];
  if (typeof value !== 'object' || value === null) return [];
  const isList = Array.isArray(value);
  return Object.entries(value).flatMap(([key, child]) => {
    if (key === '_comment' || key === '_ignore') return [];
    const at = [...path, isList ? Number(key) : key];
    return [...(BAD_BYTES.test(key) ? [badTextAt(at)] : []), ...badText(child, at)];
  });
}

function badTextAt(path: Path): Problem {
  return { severity: 'error', code: 'text-encoding', message: 'a text that is not valid UTF-8', path };
}
