import { styleText } from 'node:util';
import type { Command } from 'commander';
import type { ConfigDiff } from '../../config/diff/diff.js';
import { isEmptyDiff } from '../../config/diff/diff.js';
import { connectionProblems } from '../../settings/contradictions.js';
import { readSettings } from '../../settings/read.js';
import type { Problem, Raw } from '../../settings/read.js';
import { diffJson } from '../../config/diff/json.js';
import { givenSettings } from '../setting-options.js';
import { diffMarkdown } from './markdown.js';
import { diffSides } from './sides.js';
import type { SideArgument } from './sides.js';
import { diffText } from './text.js';
import type { Paint } from './text.js';

export interface DiffOptions {
  readonly format: 'text' | 'json' | 'markdown';
  readonly deck: boolean;
}

const SAME = 0;
const DIFFERENT = 1;
const FAILED = 2;

type Side = SideArgument | { readonly wrong: readonly Problem[] };

function sideOf(argument: string, given: Raw, command: Command): Side {
  if (argument.startsWith('@')) return { kept: argument.slice(1), history: command };
  if (!/^https?:\/\//i.test(argument)) return { path: argument };
  const { values, problems } = readSettings({ ...given, 'kong-admin-url': [argument] }, process.env);
  const wrong = [...problems, ...connectionProblems(values)];
  return wrong.length > 0 ? { wrong } : { gateway: values };
}

/**
 * Prints what differs.
 *
 * @param sides paths, -, URLs of gateways, or @ and a revision of the history
 * @param command whose flags say how a gateway is reached, and where the history is
 * @returns the exit code: 0 no difference, 1 differences, 2 one of them is wrong, invalid or cannot be read
 */
export async function compare(
  sides: readonly [string, string],
  command: Command,
  { format, deck }: DiffOptions,
): Promise<number> {
  const given = givenSettings(command);
  const [old, now] = [sideOf(sides[0], given, command), sideOf(sides[1], given, command)];
  if ('wrong' in old || 'wrong' in now) {
    const wrong = [old, now].flatMap((side) => ('wrong' in side ? side.wrong : []));
    const lines = wrong.map(({ setting, problem }) => `error: ${setting} ${problem}\n`);
    process.stderr.write([...new Set(lines)].join(''));
    return FAILED;
  }
  const diff = await diffSides([old, now], deck);
  if ('problems' in diff) {
    for (const problem of diff.problems) process.stderr.write(`${problem}\n`);
    return FAILED;
  }
  process.stdout.write(rendered(diff, format));
  return isEmptyDiff(diff) ? SAME : DIFFERENT;
}

function rendered(diff: ConfigDiff, format: DiffOptions['format']): string {
  if (format === 'json') return diffJson(diff);
  return format === 'markdown' ? diffMarkdown(diff) : diffText(diff, terminalPaint());
}

function terminalPaint(): Paint {
  const coloured = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
  return (colour, text) => (coloured ? styleText(colour, text) : text);
}
