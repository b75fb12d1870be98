import type { SettingDefinition } from './table.js';

/** What a written value means, or what is wrong with it. */
export type Parsed<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

const good = <T>(value: T): Parsed<T> => ({ ok: true, value });
const bad = (problem: string): Parsed<never> => ({ ok: false, problem });

const YES = new Set(['true', '1', 'yes', 'on', 't', 'y']);
const NO = new Set(['false', '0', 'no', 'off', 'f', 'n']);

export function parseSwitch(text: string): Parsed<boolean> {
  const word = text.trim().toLowerCase();
  if (YES.has(word)) return good(true);
  if (NO.has(word)) return good(false);
  return bad('must be true or false');
}

/** Go's units, with their milliseconds. */
const UNITS = [
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
  ['us', 1e-3],
  ['µs', 1e-3],
  ['μs', 1e-3],
  ['ns', 1e-6],
] as const;
const UNIT_MS: Readonly<Record<string, number>> = Object.fromEntries(UNITS);
const PART = String.raw`(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)`;
const DURATION = new RegExp(`^(?:${PART})+$`);

/** Go's duration notation (`1h30m`, `1.5s`, `300ms`), in milliseconds. A bare `0` is allowed, as in Go. */
export function parseDuration(text: string): Parsed<number> {
  const trimmed = text.trim().replace(/^\+/, '');
  if (trimmed === '0') return good(0);
  if (!DURATION.test(trimmed)) return bad('must be a duration such as 300ms, 15s, 2m or 1h30m');
  const parts = [...trimmed.matchAll(new RegExp(PART, 'g'))];
  const ms = parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (UNIT_MS[unit ?? 's'] ?? 0), 0);
  // To the nanosecond, as in Go: 1.1s is 1100 ms, not 1100.0000000000002.
  return good(Math.round(ms * 1e6) / 1e6);
}

export function parseCount(text: string): Parsed<number> {
  return /^\d{1,9}$/.test(text.trim()) ? good(Number(text.trim())) : bad('must be a whole number');
}

/** Seconds, fractions allowed, in milliseconds. */
export function parseSeconds(text: string): Parsed<number> {
  return /^\d+(\.\d+)?$/.test(text.trim())
    ? good(Math.round(Number(text.trim()) * 1000))
    : bad('must be a number of seconds');
}

/** Several values: given several times, or in one text with `separator` between them. Empty ones are dropped. */
export function parseList(texts: readonly string[], separator: ',' | '\n'): string[] {
  return texts
    .flatMap((text) => text.split(separator))
    .map((text) => text.trim())
    .filter((text) => text !== '');
}

export interface ListenAddress {
  readonly host: string | undefined;
  readonly port: number;
}

/** `:10254`, `127.0.0.1:10254`, `[::1]:10254`; `off` or `0` (as in controller-runtime) for none. */
export function parseAddress(text: string): Parsed<ListenAddress | undefined> {
  const trimmed = text.trim();
  if (trimmed === 'off' || trimmed === '0') return good(undefined);
  const match = /^(?:\[([^\]]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(trimmed);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535)
    return bad('must be an address such as :10254 or 127.0.0.1:10254, or off');
  const host = match[1] ?? match[2];
  return good({ host: host === undefined || host === '' ? undefined : host, port });
}

/** A bound as a user would write the value: `10`, `1.5`, `300ms`, `1h`. */
export function written(bound: number, kind: SettingDefinition['kind']): string {
  if (kind === 'count') return String(bound);
  if (kind === 'seconds') return String(bound / 1000);
  const [unit, unitMs] = UNITS.find(([, each]) => bound >= each && bound % each === 0) ?? ['ms', 1];
  return `${bound / unitMs}${unit}`;
}

/** Whether a number keeps to a setting's bounds: what is wrong, or `undefined`. */
export function outOfBounds({ min, max, kind }: SettingDefinition, value: number): string | undefined {
  if (min !== undefined && value < min) return `must be at least ${written(min, kind)}`;
  if (max !== undefined && value > max) return `must be at most ${written(max, kind)}`;
  return undefined;
}
