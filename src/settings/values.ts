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

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Go's duration notation (`1h30m`, `1.5s`, `300ms`), in milliseconds. A bare `0` is allowed, as in Go. */
export function parseDuration(text: string): Parsed<number> {
  const trimmed = text.trim();
  if (trimmed === '0') return good(0);
  const parts = [...trimmed.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map((part) => part[0]).join('') !== trimmed) {
    return bad('must be a duration such as 300ms, 15s, 2m or 1h30m');
  }
  return good(parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (UNIT_MS[unit ?? 's'] ?? 0), 0));
}

export function parseCount(text: string): Parsed<number> {
  return /^\d{1,9}$/.test(text.trim()) ? good(Number(text.trim())) : bad('must be a whole number');
}

/** Seconds, fractions allowed, in milliseconds. */
export function parseSeconds(text: string): Parsed<number> {
  return /^\d+(\.\d+)?$/.test(text.trim())
    ? good(Number(text.trim()) * 1000)
    : bad('must be a number of seconds');
}

/** Several values: given several times, or with commas. Commas inside a value (headers) need repetition. */
export function parseList(texts: readonly string[], splitCommas: boolean): string[] {
  return texts
    .flatMap((text) => (splitCommas ? text.split(',') : [text]))
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

function written(ms: number): string {
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}

/** Whether a number keeps to a setting's bounds; `undefined` when it does. */
export function outOfBounds(definition: SettingDefinition, value: number): string | undefined {
  const { min, max, kind } = definition;
  const show = (bound: number): string => (kind === 'count' ? String(bound) : written(bound));
  if (min !== undefined && value < min) return `must be at least ${show(min)}`;
  if (max !== undefined && value > max) return `must be at most ${show(max)}`;
  return undefined;
}
