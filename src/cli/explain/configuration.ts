// The configuration that a request is explained by: files, a revision of the history, or what a gateway serves.
import { createCompiler } from '../../config/compile.js';
import type { SourceText } from '../../config/compile.js';
import type { FlatEntity } from '../../config/diff/flat-entity.js';
import { formatFinding } from '../../config/finding.js';
import { shortId } from '../../config/revision.js';
import type { Plugins } from '../../config/schema/plugin-model.js';
import type { Values } from '../../settings/read.js';
import { loadSchemaDir, schemaProblemLine } from '../../sources/schema-dir.js';
import { findKept } from '../history/find-revision.js';
import type { Opened } from '../history/opened.js';
import { readInputs } from '../validate/inputs.js';

export interface Configuration {
  readonly entities: readonly FlatEntity[];
  /** What gateways show that serve it; unknown for what a gateway shows: reading it back gives other bytes. */
  readonly revision: string | undefined;
  /** Where it is from, in words. */
  readonly from: string;
}

/** All that is wrong, line by line. */
export class Unusable extends Error {
  constructor(readonly lines: readonly string[]) {
    super(lines.join('\n'));
  }
}

/** @throws Unusable for what cannot be read, or is not valid */
export async function fromFiles(paths: readonly string[], values: Values): Promise<Configuration> {
  const { texts, problems } = await readInputs(paths, () => process.stdin);
  if (problems.length > 0) throw new Unusable(problems.map((problem) => `error: ${problem}`));
  return compiled(texts, paths.join(', '), values);
}

/** @param written as somebody wrote its id, its first 8 digits or more */
export async function fromHistory(
  { store }: Opened,
  written: string,
  values: Values,
): Promise<Configuration> {
  const record = await store.read();
  const id = findKept(record, written);
  const kept = record.revisions.find((each) => each.id === id);
  if (kept === undefined) throw new Error(`revision ${shortId(id)} is not kept`);
  const { bytes } = await store.load(kept);
  const from = `revision ${shortId(id)}`;
  const text = { file: from, text: bytes, confidential: true };
  return { ...(await compiled([text], from, values)), revision: id };
}

/** Of the gateway of `--kong-admin-url`. */
export async function fromGateway(values: Values): Promise<Configuration> {
  const { readLive } = await import('../read-live.js');
  const texts = await readLive(values);
  const from = `what ${values['kong-admin-url'][0] ?? ''} serves`;
  return { ...(await compiled(texts, from, values)), revision: undefined };
}

async function compiled(texts: readonly SourceText[], from: string, values: Values): Promise<Configuration> {
  const plugins = await pluginsOf(values['schema-dir']);
  const compiler = createCompiler({ deck: values.deck, env: process.env, allowEmpty: true, plugins });
  const { revision, findings } = compiler.compile(texts);
  const entities = revision === undefined ? undefined : compiler.entities(revision.id);
  if (revision === undefined || entities === undefined)
    throw new Unusable([
      ...findings.filter(({ severity }) => severity === 'error').map(formatFinding),
      `error: ${from} is not valid: Kong would refuse it`,
    ]);
  return { entities, revision: revision.id, from };
}

async function pluginsOf(dir: string | undefined): Promise<Plugins> {
  if (dir === undefined) return new Map();
  const { plugins, problems } = await loadSchemaDir(dir);
  if (problems.length > 0) throw new Unusable(problems.map((each) => `error: ${schemaProblemLine(each)}`));
  return plugins;
}
