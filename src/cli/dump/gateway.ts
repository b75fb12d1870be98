import { createCompiler } from '../../config/compile.js';
import type { Compilation, Compiler, SourceText } from '../../config/compile.js';
import { isEmptyDiff } from '../../config/diff/diff.js';
import { formatFinding } from '../../config/finding.js';
import type { Plugins } from '../../config/schema/plugin-model.js';
import type { Values } from '../../settings/read.js';
import { UnreadableConfig } from '../read-config.js';
import { readLive, readPlugins } from '../read-live.js';

export type Dumped = { readonly text: string } | { readonly problems: readonly string[] };

/** What the gateway of `--kong-admin-url` serves, as YAML; or why not, line by line. */
export async function dumpGateway(values: Values, secrets: boolean): Promise<Dumped> {
  try {
    const texts = await readLive(values);
    const first = compileAll(texts);
    const unknown = first.live.unchecked ?? [];
    const plugins = unknown.length === 0 ? undefined : await readPlugins(values, unknown);
    return dumpTexts(plugins === undefined ? first : compileAll(texts, plugins), secrets);
  } catch (error) {
    if (!(error instanceof UnreadableConfig)) throw error;
    return { problems: [`error: ${error.message}`] };
  }
}

interface Compiled {
  readonly compiler: Compiler;
  readonly live: Compilation;
}

function compileAll(texts: readonly SourceText[], plugins?: Plugins): Compiled {
  const compiler = createCompiler({ deck: false, env: {}, allowEmpty: true, ...(plugins && { plugins }) });
  return { compiler, live: compiler.compile(texts) };
}

function dumpTexts({ compiler, live }: Compiled, secrets: boolean): Dumped {
  const id = live.revision?.id;
  if (id === undefined) {
    const errors = live.findings.filter(({ severity }) => severity === 'error');
    return { problems: [...errors.map(formatFinding), NOT_VALID] };
  }
  const whole = compiler.dump(id, { secrets: true }) ?? '';
  const again = compiler.compile([{ file: 'the dump', text: whole }]).revision?.id;
  const diff = again === undefined ? undefined : compiler.diff(id, again);
  if (diff === undefined || !isEmptyDiff(diff)) return { problems: [NOT_THE_SAME] };
  return { text: secrets ? whole : (compiler.dump(id, { secrets }) ?? '') };
}

const NOT_VALID =
  'error: what the gateway serves is not a configuration that Silverback knows (Kong OSS 3.4 to 3.9): nothing is written';

/** Nobody is to find that out by a push. */
const NOT_THE_SAME =
  'error: a push of this dump would change something, so that nothing is written; this is a fault of Silverback: please report it';
