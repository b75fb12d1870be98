import { styleText } from 'node:util';
import { Command, Option } from 'commander';
import type { Plugins } from '../config/schema/plugin-model.js';
import type { TargetKong } from '../config/validate/target.js';
import type { Outcome } from './validate/outcome.js';
import type { Paint } from './validate/text.js';

const FORMATS = ['text', 'json', 'github'] as const;

interface Options {
  readonly format: (typeof FORMATS)[number];
  readonly strict?: boolean;
  readonly deck?: boolean;
  readonly each?: boolean;
  readonly allowEmpty?: boolean;
  readonly schemaDir?: string;
  readonly kongVersion: '3.0' | '3.4' | '3.9';
}

const EXAMPLES = `
Exit codes: 0 fine, 1 findings (errors; with --strict also holds and warnings), 2 wrong usage.

Examples:
  $ silverback validate kong.yaml
  $ silverback validate config/ more.yaml          as one configuration
  $ silverback validate --each examples/*.yaml     each on its own
  $ kustomize build . | silverback validate -
`;

/** `silverback validate`: what Kong would refuse, all at once, without any Kong. */
export function validateCommand(): Command {
  return new Command('validate')
    .description('Check configuration as Kong would, and point to every line that it would refuse.')
    .argument(
      '[paths...]',
      'files, folders (the .yaml, .yml and .json files right in them), or - for standard input',
    )
    .addOption(new Option('--format <format>', 'how findings are written').choices(FORMATS).default('text'))
    .option('--strict', 'fail on holds and warnings, too')
    .option('--deck', "read decK's dialect, its placeholders from the environment's DECK_ variables")
    .option('--each', 'take each file for a configuration of its own, not all for one')
    .option('--allow-empty', 'a configuration without entities is fine')
    .addOption(
      new Option('--kong-version <version>', 'the Kong that it is for')
        .choices(['3.0', '3.4', '3.9'])
        .default('3.9'),
    )
    .option('--schema-dir <folder>', 'check plugins with the schemas that `silverback schema pull` wrote')
    .addHelpText('after', EXAMPLES)
    .action(async (paths: readonly string[], options: Options) => {
      process.exitCode = await validate(paths, options);
    });
}

async function validate(paths: readonly string[], options: Options): Promise<0 | 1 | 2> {
  if (paths.length === 0)
    return wrongUsage(['there is nothing to validate: name files or folders, or - for standard input']);
  const { readInputs } = await import('./validate/inputs.js');
  const { texts, problems } = await readInputs(paths, () => process.stdin);
  if (problems.length > 0) return wrongUsage(problems);
  const schemas = await pluginsOf(options.schemaDir);
  if ('problems' in schemas) return wrongUsage(schemas.problems);
  const target = await targetOf(options.kongVersion);
  const { fails, validateInputs } = await import('./validate/outcome.js');
  const { deck = false, each = false, allowEmpty = false, strict = false } = options;
  const outcome = validateInputs(texts, each, { deck, allowEmpty, env: process.env, ...schemas, ...target });
  const code = fails(outcome, strict) ? 1 : 0;
  // Whoever closes the pipe early gets this code, too (see main.ts).
  process.exitCode = code;
  process.stdout.write(await written(outcome, options));
  return code;
}

async function pluginsOf(
  dir: string | undefined,
): Promise<{ readonly plugins?: Plugins } | { readonly problems: readonly string[] }> {
  if (dir === undefined) return {};
  const { loadSchemaDir, schemaProblemLine } = await import('../sources/schema-dir.js');
  const { plugins, problems } = await loadSchemaDir(dir);
  return problems.length > 0 ? { problems: problems.map(schemaProblemLine) } : { plugins };
}

async function targetOf(version: Options['kongVersion']): Promise<{ readonly target?: TargetKong }> {
  if (version === '3.9') return {};
  const { loadTargetKong } = await import('../sources/target-kong.js');
  return { target: await loadTargetKong(version) };
}

async function written(outcome: Outcome, { format, strict = false, deck = false }: Options): Promise<string> {
  if (format === 'json') return `${(await import('./validate/json.js')).toJson(outcome)}\n`;
  if (format === 'github') return lines((await import('./validate/github.js')).githubLines(outcome, strict));
  return lines((await import('./validate/text.js')).textLines(outcome, { strict, deck, paint: paintFor() }));
}

const lines = (each: Iterable<string>): string => Array.from(each, (line) => `${line}\n`).join('');

/** Colours are for terminals, unless NO_COLOR is set (no-color.org). */
function paintFor(): Paint {
  const coloured = process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === '';
  return (style, text) => (coloured ? styleText(style, text) : text);
}

function wrongUsage(problems: readonly string[]): 2 {
  for (const problem of problems) process.stderr.write(`error: ${problem}\n`);
  process.stderr.write('(silverback validate --help tells more)\n');
  return 2;
}
