import { styleText } from 'node:util';
import { Argument, Command, Option } from 'commander';
import type { ConfigDiff } from '../config/diff/diff.js';
import { isEmptyDiff } from '../config/diff/diff.js';
import { connectionProblems } from '../settings/contradictions.js';
import { readSettings } from '../settings/read.js';
import type { Problem } from '../settings/read.js';
import { CONNECTION } from './connection.js';
import { diffJson } from './diff/json.js';
import { diffMarkdown } from './diff/markdown.js';
import { diffSides } from './diff/sides.js';
import type { SideArgument } from './diff/sides.js';
import { diffText } from './diff/text.js';
import type { Paint } from './diff/text.js';
import { addSettingOptions, givenSettings } from './setting-options.js';

const FORMATS = ['text', 'json', 'markdown'] as const;
type Format = (typeof FORMATS)[number];

interface DiffOptions {
  readonly format: Format;
  readonly deck: boolean;
}

const HELP = `
Order, nesting, defaults, shorthands and ids that Kong derives are no difference; secrets are shown as changed only.
Of a gateway, GET /config is read, once: nothing is changed there.
Exit codes: 0 no difference, 1 differences, 2 wrong usage, or a configuration that is invalid or cannot be read.

Examples:
  $ silverback diff old.yaml new.yaml
  $ git show main:kong.yaml | silverback diff - kong.yaml
  $ silverback diff --format markdown main/kong/ kong/ > comment.md
  $ silverback diff http://kong-1:8001 kong.yaml           what a push would change for users
  $ silverback diff http://kong-1:8001 http://kong-2:8001  whether two gateways serve the same
`;

const SAME = 0;
const DIFFERENT = 1;
const FAILED = 2;

const SIDE = 'a file, a folder, - for the standard input, or the Admin API URL of a gateway';

/** `silverback diff OLD NEW`. Exit codes: see the help. */
export function diffCommand(): Command {
  const command = new Command('diff')
    .description('Compare two configurations as Kong sees them, entity by entity and field by field.')
    .addArgument(new Argument('<old>', SIDE))
    .addArgument(new Argument('<new>', SIDE))
    .addOption(new Option('--format <format>', 'how to print it').choices(FORMATS).default('text'))
    .option('--deck', "read decK's dialect, on both sides", false)
    .addHelpText('after', HELP);
  return addSettingOptions(command, CONNECTION).action(
    async (old: string, now: string, options: DiffOptions) => {
      if (old === '-' && now === '-')
        command.error('error: only one of the two can be - (the standard input)', { exitCode: FAILED });
      process.exitCode = await compare(sideOf(old, command), sideOf(now, command), options);
    },
  );
}

type Side = SideArgument | { readonly wrong: readonly Problem[] };

function sideOf(argument: string, command: Command): Side {
  if (!/^https?:\/\//i.test(argument)) return { path: argument };
  const given = { ...givenSettings(command), 'kong-admin-url': [argument] };
  const { values, problems } = readSettings(given, process.env);
  const wrong = [...problems, ...connectionProblems(values)];
  return wrong.length > 0 ? { wrong } : { gateway: values };
}

async function compare(old: Side, now: Side, { format, deck }: DiffOptions): Promise<number> {
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

function rendered(diff: ConfigDiff, format: Format): string {
  if (format === 'json') return diffJson(diff);
  return format === 'markdown' ? diffMarkdown(diff) : diffText(diff, terminalPaint());
}

function terminalPaint(): Paint {
  const coloured = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
  return (colour, text) => (coloured ? styleText(colour, text) : text);
}
