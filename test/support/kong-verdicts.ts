// What a real Kong 3.9.3 said of thousands of configs (../shared/kong), and what the emulator says of any.
import { existsSync, readFileSync } from 'node:fs';
import type { Entities } from '../../src/emulator/kong/declarative/flatten.js';
import { parseText } from '../../src/emulator/kong/declarative/text.js';
import { configModel } from '../../src/emulator/kong/declarative/model.js';
import { encodeJson } from '../../src/emulator/kong/lua/json.js';
import { asMap, isKongBreaking } from '../../src/emulator/kong/lua/value.js';
import { loadCatalog } from '../../src/emulator/kong/schema/catalog.js';
import { evaluate, md5 } from '../../src/emulator/kong/server/evaluate.js';
import { message, jsonText, unexpected } from '../../src/emulator/kong/server/answer.js';
import { unparsedBody } from '../../src/emulator/kong/declarative/refusal.js';

const CORPUS = new URL('../../../shared/kong/verdicts-open.ndjson', import.meta.url);

export interface ErrorItem {
  readonly entity_type: string;
  readonly entity_name?: string;
  readonly errors: readonly { readonly type: string; readonly field?: string; readonly message: string }[];
}

export interface Case {
  readonly id: string;
  readonly family: string;
  readonly config?: unknown;
  readonly text?: string;
  readonly text_b64?: string;
  readonly status: number;
  readonly errors?: readonly ErrorItem[];
  readonly counts?: Readonly<Record<string, number>>;
}

export interface Verdict {
  readonly status: number;
  readonly errors: readonly ErrorItem[];
  readonly counts: Readonly<Record<string, number>>;
}

const model = configModel(loadCatalog(), () => Date.now());
const OPTIONS = { validate: true, flatten: true, emptyListIsList: true, zerosWhenEmpty: true };

/** The emulator's verdict on a text sent as text/yaml with flatten_errors. */
export function verdict(text: Buffer): Verdict {
  if (text.length === 0) return refused(message(400, 'expected a declarative configuration'));
  try {
    const parsed = parseText(text);
    if (!parsed.ok) return refused(jsonText(400, unparsedBody(parsed.message)));
    const result = evaluate(model, asMap(parsed.value), text, md5(text), OPTIONS);
    return 'refusal' in result ? refused(result.refusal) : accepted(result.config.entities);
  } catch (error) {
    if (isKongBreaking(error)) return refused(unexpected());
    throw error;
  }
}

/** The entities that a gateway would store, as a configuration; undefined where it would refuse the text. */
export function stored(text: Buffer): Buffer | undefined {
  const parsed = parseText(text);
  if (!parsed.ok) return undefined;
  const result = evaluate(model, asMap(parsed.value), text, md5(text), OPTIONS);
  if ('refusal' in result) return undefined;
  const lists = [...result.config.entities].map(
    ([name, items]) => `${JSON.stringify(name)}:[${[...items.values()].map(encodeJson).join(',')}]`,
  );
  const transform = asMap(parsed.value).get('_transform') !== false;
  return Buffer.from(`{${['"_format_version":"3.0"', `"_transform":${transform}`, ...lists].join(',')}}`);
}

function accepted(entities: Entities): Verdict {
  for (const items of entities.values()) for (const item of items.values()) encodeJson(item);
  const counts = [...entities].filter(([name, items]) => name !== 'workspaces' && items.size > 0);
  return {
    status: 201,
    errors: [],
    counts: Object.fromEntries(counts.map(([name, items]) => [name, items.size])),
  };
}

function refused(answer: ReturnType<typeof unexpected>): Verdict {
  const text = typeof answer.body === 'string' ? answer.body : '{}';
  const body = JSON.parse(text) as { flattened_errors?: ErrorItem[] };
  return { status: answer.status, errors: body.flattened_errors ?? [], counts: {} };
}

/** The corpus; empty where it is not there. */
export function cases(): Case[] {
  if (!existsSync(CORPUS)) return [];
  const lines = readFileSync(CORPUS, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Case);
}

/** The body that was posted. */
export function textOf({ config, text, text_b64: base64 }: Case): Buffer {
  if (base64 !== undefined) return Buffer.from(base64, 'base64');
  return Buffer.from(text ?? JSON.stringify(config));
}
