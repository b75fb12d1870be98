// `silverback explain`, once its arguments are known to make sense.
import { styleText } from 'node:util';
import type { AskedRequest } from '../../config/routing/request.js';
import type { Values } from '../../settings/read.js';
import type { Opened } from '../history/opened.js';
import { UnreadableConfig } from '../read-config.js';
import { fromFiles, fromGateway, fromHistory, Unusable } from './configuration.js';
import type { Configuration } from './configuration.js';
import { explainRequest } from './explanation.js';
import { askGateways } from './gateways.js';
import { createRegexRunner } from './run-regex.js';
import { textLines } from './text.js';

export interface ExplainOptions {
  readonly asked: AskedRequest;
  readonly consumer: string | undefined;
  /** Files and folders; none for a revision of the history, or what a gateway serves. */
  readonly paths: readonly string[];
  readonly history: { readonly opened: Opened; readonly revision: string } | undefined;
  readonly values: Values;
  readonly output: 'text' | 'json';
}

/** @returns 0: a route takes it, and every gateway that was asked serves this; 1: not so, or it cannot be told */
export async function explain(options: ExplainOptions): Promise<0 | 1> {
  const { asked, consumer, values, output } = options;
  let configuration: Configuration;
  try {
    configuration = await readConfiguration(options);
  } catch (error) {
    const lines = error instanceof Unusable ? error.lines : [];
    if (lines.length === 0 && !(error instanceof UnreadableConfig)) throw error;
    const told = error instanceof UnreadableConfig ? [`error: ${error.message}`] : lines;
    process.stderr.write(told.map((line) => `${line}\n`).join(''));
    return 1;
  }
  const { gateways, notes, priorities } = await askGateways(values);
  const question = { asked, consumer, ...(priorities !== undefined && { priorities }) };
  const made = explainRequest(configuration.entities, question, createRegexRunner());
  const explanation = { ...made, notes: [...made.notes, ...notes] };
  // What a gateway shows has no hash of its own: it is the one that this gateway serves.
  const revision = configuration.revision ?? gateways[0]?.serves;
  const { from } = configuration;
  const agree = gateways.every(({ serves }) => serves !== undefined && serves === revision);
  const code = made.route !== undefined && agree && made.doubtful.length === 0 ? 0 : 1;
  // Whoever closes the pipe early gets this code, too (see main.ts).
  process.exitCode = code;
  const coloured = process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === '';
  const paint: Parameters<typeof textLines>[0]['paint'] = (style, text) =>
    coloured ? styleText(style, text) : text;
  const lines =
    output === 'json'
      ? [JSON.stringify({ ...explanation, from, revision, gateways }, undefined, 2)]
      : textLines({ explanation, from, revision, gateways, paint });
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
  return code;
}

function readConfiguration({ paths, history, values }: ExplainOptions): Promise<Configuration> {
  if (paths.length > 0) return fromFiles(paths, values);
  if (history !== undefined) return fromHistory(history.opened, history.revision, values);
  return fromGateway(values);
}
