import { styleText } from 'node:util';
import type { Status } from '../../server/diagnostics/status.js';
import { ApiProblem } from './ask-api.js';
import { CannotLook, look } from './look.js';
import type { Place } from './options.js';
import { statusTable } from './table.js';
import type { Paint } from './table.js';
import { watchStatus } from './watch.js';

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

const CLEAR = '\u001b[2J\u001b[H';

/** Again and again, until Ctrl-C. @returns the exit code: of what was shown last */
export async function watchAndPrint(place: Place): Promise<number> {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  let code = 1;
  let shown = '';
  const show = (status: Status): void => {
    code = exitCodeOf(status);
    const text = statusTable(status, paintFor(process.stdout));
    if (text === shown) return;
    shown = text;
    process.stdout.write(process.stdout.isTTY ? `${CLEAR}${text}` : `${text}\n`);
  };
  try {
    const { api, note } = await look(place);
    if (api === undefined) {
      process.stderr.write(
        `error: --watch needs the diagnostics API${note === undefined ? '' : `; ${note}`}\n`,
      );
      return 1;
    }
    await watchStatus(api, stop.signal, show, (reason) => process.stderr.write(`${reason}; trying again\n`));
  } catch (error) {
    if (!(error instanceof CannotLook || error instanceof ApiProblem)) throw error;
    process.stderr.write(`error: ${error.message}\n`);
    return 1;
  }
  return code;
}
