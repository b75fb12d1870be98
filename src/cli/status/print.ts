import { styleText } from 'node:util';
import type { Status } from '../../server/diagnostics/status.js';
import { CannotLook, look } from './look.js';
import type { Place } from './options.js';
import { statusTable } from './table.js';
import type { Paint } from './table.js';

export type Format = 'table' | 'json' | 'yaml';

/** 1 where something waits for a person, or nobody knows. */
export function exitCodeOf({ summary }: Status): number {
  return summary.level === 'attention' || summary.level === 'unknown' ? 1 : 0;
}

export function paintFor(stream: NodeJS.WriteStream): Paint {
  const coloured = stream.isTTY && (process.env['NO_COLOR'] ?? '') === '';
  return (style, text) => (coloured ? styleText(style, text) : text);
}

async function rendered(status: Status, format: Format): Promise<string> {
  if (format === 'json') return `${JSON.stringify(status, null, 2)}\n`;
  if (format === 'yaml') return (await import('yaml')).stringify(status);
  return statusTable(status, paintFor(process.stdout));
}

/** Once, to the standard output. @returns the exit code */
export async function printStatus(place: Place, format: Format): Promise<number> {
  try {
    const { status, note } = await look(place);
    if (note !== undefined) process.stderr.write(`${note}\n`);
    process.stdout.write(await rendered(status, format));
    return exitCodeOf(status);
  } catch (error) {
    if (!(error instanceof CannotLook)) throw error;
    process.stderr.write(`error: ${error.message}\n`);
    return 1;
  }
}
