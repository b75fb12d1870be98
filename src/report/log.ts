import type { Writable } from 'node:stream';
import { pino } from 'pino';
import type { Logger } from 'pino';
import { describe } from './describe.js';
import type { Report } from './happening.js';
import type { Level } from './line.js';

export interface LogOptions {
  readonly level: Level;
  readonly format: 'json' | 'text';
  /** Where lines go; standard output unless given. */
  readonly destination?: Writable;
  readonly color?: boolean;
}

/** For people the sentence says it all, but where it is the first of several things to be said. */
const listsOnly = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields).filter(
      ([name, value]) =>
        (name === 'findings' || name === 'reasons') && Array.isArray(value) && value.length > 1,
    ),
  );

/** A structured logger: `time` in ISO 8601, `level` in words. */
export async function createLogger({ level, format, destination, color }: LogOptions): Promise<Logger> {
  const formatters = { level: (label: string) => ({ level: label }) };
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters };
  if (format === 'json') return destination === undefined ? pino(options) : pino(options, destination);
  const { build: pretty } = await import('pino-pretty');
  const stream = pretty({
    colorize: color ?? process.stdout.isTTY,
    // Lines written just before the process ends must not be lost.
    sync: true,
    translateTime: 'SYS:HH:MM:ss.l',
    ...(destination !== undefined && { destination }),
  });
  return pino({ ...options, formatters: { ...formatters, log: listsOnly } }, stream);
}

/** Writes every happening as one line. */
export function logReport(logger: Logger): Report {
  return (happening) => {
    const { level, message, fields } = describe(happening);
    logger[level]({ event: happening.kind, ...fields }, message);
  };
}
