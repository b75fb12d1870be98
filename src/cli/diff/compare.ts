import { styleText } from 'node:util';
import { createCompiler } from '../../config/compile.js';
import type { Compilation } from '../../config/compile.js';
import type { ConfigDiff } from '../../config/diff/diff.js';
import { isEmptyDiff } from '../../config/diff/diff.js';
import { formatFinding } from '../../config/finding.js';
import { readConfig, UnreadableConfig } from '../read-config.js';
import { diffJson } from './json.js';
import { diffMarkdown } from './markdown.js';
import { diffText } from './text.js';
import type { Paint } from './text.js';

export interface DiffOptions {
  readonly format: 'text' | 'json' | 'markdown';
  readonly deck: boolean;
}

const SAME = 0;
const DIFFERENT = 1;
const FAILED = 2;

/** Prints what differs between two files, folders or `-`, or why they cannot be compared; gives the exit code. */
export async function compare(old: string, now: string, { format, deck }: DiffOptions): Promise<number> {
  // An empty configuration is a fair thing to compare with.
  const compiler = createCompiler({ deck, env: process.env, allowEmpty: true });
  const compilations: Compilation[] = [];
  let unreadable = false;
  for (const path of [old, now]) {
    try {
      compilations.push(compiler.compile(await readConfig(path, () => process.stdin)));
    } catch (error) {
      if (!(error instanceof UnreadableConfig)) throw error;
      process.stderr.write(`error: ${error.message}\n`);
      unreadable = true;
    }
  }
  const invalid = compilations.filter(({ valid }) => !valid);
  for (const { findings } of invalid)
    for (const finding of findings) process.stderr.write(`${formatFinding(finding)}\n`);
  const [before, after] = compilations.map(({ revision }) => revision);
  if (unreadable || invalid.length > 0 || before === undefined || after === undefined) return FAILED;
  const diff = compiler.diff(before.id, after.id);
  if (diff === undefined) throw new Error('a revision that was just compiled is not known');
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
