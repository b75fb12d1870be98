import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import { nearest } from '../config/validate/near.js';
import { oneSchema, pluginDefinition } from '../config/schema/published.js';
import type { JsonSchema } from '../config/schema/convert.js';
import { schemaPullCommand } from './schema-pull.js';

const BUNDLED = fileURLToPath(new URL('../../schemas/kong-3.9', import.meta.url));

interface PrintOptions {
  readonly plugin?: string;
  readonly entity?: string;
  readonly schemaDir?: string;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The definitions of a whole schema as `wholeSchema` makes it. */
function definitionsOf(text: string): Map<string, JsonSchema> {
  const whole: unknown = JSON.parse(text);
  const definitions = isObject(whole) ? whole['definitions'] : undefined;
  const entries = Object.entries(isObject(definitions) ? definitions : {});
  return new Map(entries.flatMap(([name, schema]) => (isObject(schema) ? [[name, schema] as const] : [])));
}

const PLUGIN = pluginDefinition('');

/**
 * The text to print.
 * @throws Error that tells what there is no schema of
 */
function schemaText({ plugin, entity, schemaDir }: PrintOptions): string {
  const file = join(schemaDir ?? BUNDLED, 'kong.schema.json');
  if (!existsSync(file)) throw new Error(`${file} does not exist; \`silverback schema pull\` makes it`);
  const text = readFileSync(file, 'utf8');
  const asked = plugin ?? entity;
  if (asked === undefined) return text;
  const definitions = definitionsOf(text);
  const plugins = [...definitions.keys()].filter((name) => name.startsWith(PLUGIN));
  const entities = [...definitions.keys()].filter((name) => !name.startsWith(PLUGIN));
  const known = plugin === undefined ? entities : plugins.map((name) => name.slice(PLUGIN.length));
  const name = plugin === undefined ? asked : pluginDefinition(asked);
  const schema = known.includes(asked) ? oneSchema(definitions, name) : undefined;
  if (schema !== undefined) return `${JSON.stringify(schema, null, 1)}\n`;
  const meant = nearest(asked, known);
  const hint = meant === undefined ? `there are: ${known.join(', ')}` : `did you mean ${meant}?`;
  throw new Error(
    `there is no schema of ${plugin === undefined ? 'an entity' : 'a plugin'} ${asked}; ${hint}`,
  );
}

function printCommand(): Command {
  return new Command('print')
    .exitOverride()
    .description(
      'Print the JSON Schema (draft 7) of a declarative configuration, for editors and other tools.',
    )
    .addOption(new Option('--plugin <name>', "only this plugin's").conflicts('entity'))
    .option('--entity <type>', "only this entity type's, such as services or keyauth_credentials")
    .option('--schema-dir <folder>', 'from a folder that `silverback schema pull` wrote, instead of Kong 3.9')
    .action((options: PrintOptions, command: Command) => {
      try {
        process.stdout.write(schemaText(options));
      } catch (error) {
        command.error(`error: ${error instanceof Error ? error.message : String(error)}`, { exitCode: 2 });
      }
    });
}

/** `silverback schema`: what a configuration may hold, as JSON Schema. */
export function schemaCommand(): Command {
  return new Command('schema')
    .exitOverride()
    .description(
      'JSON Schemas of the declarative configuration: print them, or pull those of a live gateway.',
    )
    .addCommand(printCommand())
    .addCommand(schemaPullCommand());
}
