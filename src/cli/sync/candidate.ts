// The configuration that is to be pushed, validated as `silverback validate` does.
import { createCompiler } from '../../config/compile.js';
import type { Compilation, Compiler, SourceText } from '../../config/compile.js';
import type { Plugins } from '../../config/schema/plugin-model.js';
import type { Values } from '../../settings/read.js';
import { loadSchemaDir, schemaProblemLine } from '../../sources/schema-dir.js';
import { readInputs } from '../validate/inputs.js';

export interface Validated {
  readonly texts: readonly SourceText[];
  readonly compiler: Compiler;
  readonly compilation: Compilation;
}

export interface Inputs {
  readonly texts: readonly SourceText[];
  /** Of `--schema-dir`. */
  readonly plugins: Plugins;
}

/** Reads all that the command line names; gives what cannot be read, one line each. */
export async function readAll(
  paths: readonly string[],
  values: Values,
): Promise<Inputs | { readonly problems: readonly string[] }> {
  const { texts, problems } = await readInputs(paths, () => process.stdin);
  if (problems.length > 0) return { problems };
  const dir = values['schema-dir'];
  if (dir === undefined) return { texts, plugins: new Map() };
  const schemas = await loadSchemaDir(dir);
  if (schemas.problems.length > 0) return { problems: schemas.problems.map(schemaProblemLine) };
  return { texts, plugins: schemas.plugins };
}

export function validated({ texts, plugins }: Inputs, values: Values): Validated {
  const compiler = createCompiler({
    deck: values.deck,
    env: process.env,
    allowEmpty: values['allow-removal'],
    now: () => new Date(),
    plugins,
  });
  return { texts, compiler, compilation: compiler.compile(texts) };
}
