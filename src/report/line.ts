import type { ChangeCounts, CountByType } from '../config/diff/change-counts.js';
import { placeOf } from '../config/finding.js';
import type { Finding } from '../config/finding.js';
import { EMPTY_HASH, shortId } from '../config/revision.js';
import type { Trouble } from './happening.js';

export type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error';

/** A happening as a log line: a sentence for people, fields for machines. */
export interface Line {
  readonly level: Level;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export const line = (
  level: Level,
  message: string,
  fields: Readonly<Record<string, unknown>> = {},
): Line => ({
  level,
  message,
  fields,
});

export const short = (revision: string | undefined): string =>
  revision === undefined ? 'none' : shortId(revision);

/** What a gateway serves, by the hash it shows. */
export const served = (hash: string): string => (hash === EMPTY_HASH ? 'nothing' : shortId(hash));

export const ms = (value: number): number => Math.round(value);
export const seconds = (value: number): string => `${(value / 1000).toFixed(1)} s`;
export const plural = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? '' : 's'}`;
export const words = ({ reason, advice }: Trouble): string =>
  advice === undefined ? reason : `${reason}; ${advice}`;

export function troubleFields(trouble: Trouble | undefined): Record<string, unknown> {
  if (trouble === undefined) return {};
  const { code, reason, advice } = trouble;
  return { code, reason, ...(advice !== undefined && { advice }) };
}

/** As many findings or reasons as a log line can bear; the count tells of the rest. */
export const SHOWN = 20;
const GRAVITY = { error: 0, hold: 1, warning: 2 } as const;

/** The gravest first, else in the order they came. */
const gravestFirst = (findings: readonly Finding[]): Finding[] =>
  [...findings].sort((a, b) => GRAVITY[a.severity] - GRAVITY[b.severity]);

/** One finding in one line: where, what, what to do. */
export function findingLine(finding: Finding): string {
  const place = placeOf(finding);
  const hint = finding.hint === undefined ? '' : ` (${finding.hint})`;
  return `${place === '' ? '' : `${place}: `}${finding.message} [${finding.code}]${hint}`;
}

export function findingFields(findings: readonly Finding[]): Record<string, unknown> {
  return {
    count: findings.length,
    findings: gravestFirst(findings).slice(0, SHOWN).map(findingLine),
  };
}

/** `adds 1 routes; changes 2 plugins, 1 services`. */
export function changesLine(changes: ChangeCounts): string {
  const kinds = [
    ['adds', changes.added],
    ['removes', changes.removed],
    ['changes', changes.changed],
  ] as const;
  const parts = kinds.flatMap(([verb, counts]) =>
    countsLine(counts) === '' ? [] : [`${verb} ${countsLine(counts)}`],
  );
  return parts.length === 0 ? 'changes nothing' : parts.join('; ');
}

const countsLine = (counts: CountByType): string =>
  Object.entries(counts)
    .map(([type, count]) => `${count} ${type}`)
    .join(', ');

export const kept = (revision: string | undefined): string =>
  revision === undefined ? 'nothing is pushed' : `${short(revision)} stays desired`;

/** The first of several texts, and how many more there are. */
export const firstOf = ([one = 'no reason given', ...rest]: readonly string[]): string =>
  rest.length === 0 ? one : `${one} (and ${rest.length} more)`;

export const gravest = (findings: readonly Finding[]): string =>
  firstOf(gravestFirst(findings).map(findingLine));
