// The two sides of a diff: each a configuration in files, or what a gateway serves.
import type { Command } from 'commander';
import { createCompiler } from '../../config/compile.js';
import type { Compilation, Compiler, SourceText } from '../../config/compile.js';
import type { ConfigDiff } from '../../config/diff/diff.js';
import { formatFinding } from '../../config/finding.js';
import type { Plugins } from '../../config/schema/plugin-model.js';
import type { Values } from '../../settings/read.js';
import { readConfig, UnreadableConfig } from '../read-config.js';

/** A path as `readConfig` takes it, or how to reach a gateway. */
export type SideArgument =
  | { readonly path: string }
  | { readonly gateway: Values }
  /** A revision of the history, and how it is found there. */
  | { readonly kept: string; readonly history: Command };

/**
 * @returns what differs, or all that is wrong, line by line
 */
export async function diffSides(
  sides: readonly [SideArgument, SideArgument],
  deck: boolean,
): Promise<ConfigDiff | { readonly problems: readonly string[] }> {
  const read = await Promise.all(sides.map(readSide));
  const unreadable = read.flatMap((each) => ('problem' in each ? [each.problem] : []));
  const texts = read.flatMap((each) => ('texts' in each ? [each.texts] : []));
  if (unreadable.length > 0) return { problems: unreadable };
  let compiled = compileAll(texts, deck);
  const plugins = await unknownPlugins(sides, compiled.compilations);
  if ('problem' in plugins) return { problems: [plugins.problem] };
  if (plugins.models.size > 0) compiled = compileAll(texts, deck, plugins.models);
  const invalid = compiled.compilations.filter(({ valid }) => !valid);
  const problems = invalid.flatMap(({ findings }) => findings.map(formatFinding));
  const [before, after] = compiled.compilations.map(({ revision }) => revision);
  if (problems.length > 0 || before === undefined || after === undefined) return { problems };
  const diff = compiled.compiler.diff(before.id, after.id);
  if (diff === undefined) throw new Error('a revision that was just compiled is not known');
  return diff;
}

type Read = { readonly texts: readonly SourceText[] } | { readonly problem: string };

async function readSide(side: SideArgument): Promise<Read> {
  return orProblem(async () => {
    if ('kept' in side)
      return { texts: await (await import('../read-kept.js')).readKept(side.kept, side.history) };
    if ('path' in side) return { texts: await readConfig(side.path, () => process.stdin) };
    return { texts: await (await import('../read-live.js')).readLive(side.gateway) };
  });
}

function compileAll(
  texts: readonly (readonly SourceText[])[],
  deck: boolean,
  plugins?: Plugins,
): { readonly compiler: Compiler; readonly compilations: readonly Compilation[] } {
  // An empty configuration is a fair thing to compare with.
  const options = { deck, env: process.env, allowEmpty: true, ...(plugins && { plugins }) };
  const compiler = createCompiler(options);
  return { compiler, compilations: texts.map((each) => compiler.compile(each)) };
}

/** Kong shows the defaults of its own plugins, too: without their schemas each would look changed. */
async function unknownPlugins(
  sides: readonly SideArgument[],
  compilations: readonly Compilation[],
): Promise<{ readonly models: Plugins } | { readonly problem: string }> {
  const names = [...new Set(compilations.flatMap(({ unchecked }) => unchecked ?? []))];
  const gateway = sides.flatMap((side) => ('gateway' in side ? [side.gateway] : []))[0];
  if (names.length === 0 || gateway === undefined) return { models: new Map() };
  return orProblem(async () => ({
    models: await (await import('../read-live.js')).readPlugins(gateway, names),
  }));
}

async function orProblem<T>(read: () => Promise<T>): Promise<T | { readonly problem: string }> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof UnreadableConfig)) throw error;
    return { problem: `error: ${error.message}` };
  }
}
