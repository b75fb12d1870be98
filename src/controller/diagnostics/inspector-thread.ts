import { parentPort, workerData } from 'node:worker_threads';
import { createCompiler } from '../../config/compile.js';
import { diffJson } from '../../config/diff/json.js';
import { createExcerpts } from '../../config/excerpt/excerpt.js';
import type { Finding } from '../../config/finding.js';
import { redactedYaml } from '../../config/redact.js';
import type { SourceText } from '../../sources/source.js';
import { pluginModels } from '../plugin-models.js';
import type { InspectorAnswer, InspectorData, InspectorTask, RevisionText } from './inspector.js';

/** The thread's side of `inspector.ts`: one task at a time. */
const { deck, schemas } = workerData as InspectorData;

/** Of a plugin that is not known the config is hidden whole. */
const models = await pluginModels(schemas);

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
