import { styleText } from 'node:util';
import { Argument, Command, Option } from 'commander';
import { createCompiler } from '../config/compile.js';
import type { Compilation } from '../config/compile.js';
import type { ConfigDiff } from '../config/diff/diff.js';
import { isEmptyDiff } from '../config/diff/diff.js';
import { formatFinding } from '../config/finding.js';
import { diffJson } from './diff/json.js';
import { diffMarkdown } from './diff/markdown.js';
import { diffText } from './diff/text.js';
import type { Paint } from './diff/text.js';
import { readConfig, UnreadableConfig } from './read-config.js';

const FORMATS = ['text', 'json', 'markdown'] as const;
type Format = (typeof FORMATS)[number];

interface DiffOptions {
  readonly format: Format;
  readonly deck: boolean;
}

const HELP = `
Order, nesting, defaults, shorthands and ids that Kong derives are no difference; secrets are shown as changed only.
Exit codes: 0 no difference, 1 differences, 2 wrong usage, or a configuration that is invalid or cannot be read.

Examples:
  $ silverback diff old.yaml new.yaml
  $ git show main:kong.yaml | silverback diff - kong.yaml
  $ silverback diff --format markdown main/kong/ kong/ > comment.md
`;

const SAME = 0;
const DIFFERENT = 1;
const FAILED = 2;

/** `silverback diff OLD NEW`. Exit codes: see the help. */
export function diffCommand(): Command {
  return new Command('diff')
    .description('Compare two configurations as Kong sees them, entity by entity and field by field.')
    .addArgument(new Argument('<old>', 'a file, a folder, or - for the standard input'))
    .addArgument(new Argument('<new>', 'a file, a folder, or - for the standard input'))
    .addOption(new Option('--format <format>', 'how to print it').choices(FORMATS).default('text'))
    .option('--deck', "read decK's dialect, on both sides", false)
    .addHelpText('after', HELP)
    .action(async (old: string, now: string, options: DiffOptions, command: Command) => {
      if (old === '-' && now === '-')
        command.error('error: only one of the two can be - (the standard input)', { exitCode: FAILED });
      process.exitCode = await compare(old, now, options);
    });
}

async function compare(old: string, now: string, { format, deck }: DiffOptions): Promise<number> {
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

function rendered(diff: ConfigDiff, format: Format): string {
  if (format === 'json') return diffJson(diff);
  return format === 'markdown' ? diffMarkdown(diff) : diffText(diff, terminalPaint());
}

function terminalPaint(): Paint {
  const coloured = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
  return (colour, text) => (coloured ? styleText(colour, text) : text);
}
