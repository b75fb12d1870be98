import { parentPort, workerData } from 'node:worker_threads';
import { createCompiler } from '../../config/compile.js';
import { diffJson } from '../../config/diff/json.js';
import { createExcerpts } from '../../config/excerpt/excerpt.js';
import type { Finding } from '../../config/finding.js';
import { redactedYaml } from '../../config/redact.js';
import type { PluginModel } from '../../config/schema/plugin-model.js';
import type { SourceText } from '../../sources/source.js';
import type { InspectorAnswer, InspectorData, InspectorTask, RevisionText } from './inspector.js';

/** The thread's side of `inspector.ts`: one task at a time. */
const { deck, schemas } = workerData as InspectorData;

async function plugins(): Promise<Map<string, PluginModel>> {
  const models = new Map<string, PluginModel>();
  if (schemas.size === 0) return models;
  const { compilePlugin } = await import('../../config/schema/compile-plugin.js');
  for (const [name, schema] of schemas) {
    try {
      models.set(name, compilePlugin(name, schema));
    } catch {
      // A schema that ajv cannot use: nothing is known of that plugin, and its config hidden.
      continue;
    }
  }
  return models;
}

const models = await plugins();

function diff(from: RevisionText, to: RevisionText): string | undefined {
  const compiler = createCompiler({ deck: false, env: {}, allowEmpty: true, plugins: models });
  const [old, now] = [compiler.compile([from]), compiler.compile([to])].map(({ revision }) => revision);
  const differences = old && now && compiler.diff(old.id, now.id);
  return differences && diffJson(differences);
}

/** Two lines for each: the source's, and one that points into it. */
function excerpts(texts: readonly SourceText[], findings: readonly Finding[]): (string | undefined)[] {
  const byFile = new Map(texts.map(({ file, text }) => [file, createExcerpts(text, deck)]));
  return findings.map((finding) => {
    const shown = finding.file === undefined ? undefined : byFile.get(finding.file)?.(finding);
    if (shown === undefined) return undefined;
    const { line, text, before, width } = shown;
    const number = String(line);
    const margin = `${' '.repeat(number.length)} | `;
    return `${`${number} | ${text}`.trimEnd()}\n${margin}${' '.repeat(before)}${'^'.repeat(width)}`;
  });
}

function answer(task: InspectorTask): readonly (string | undefined)[] {
  switch (task.kind) {
    case 'excerpts':
      return excerpts(task.texts, task.findings);
    case 'redact':
      return [redactedYaml(task.bytes, models)];
    case 'diff':
      return [diff(task.from, task.to)];
  }
}

parentPort?.on('message', (task: InspectorTask) => {
  let result: InspectorAnswer;
  try {
    result = { ok: true, texts: answer(task) };
  } catch {
    result = { ok: false };
  }
  parentPort?.postMessage(result);
});
