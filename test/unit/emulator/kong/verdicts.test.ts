import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { Entities } from '../../../../src/emulator/kong/declarative/flatten.js';
import { parseText } from '../../../../src/emulator/kong/declarative/text.js';
import { configModel } from '../../../../src/emulator/kong/declarative/model.js';
import { encodeJson } from '../../../../src/emulator/kong/lua/json.js';
import { asMap, isKongBreaking } from '../../../../src/emulator/kong/lua/value.js';
import { loadCatalog } from '../../../../src/emulator/kong/schema/catalog.js';
import { evaluate, md5 } from '../../../../src/emulator/kong/server/evaluate.js';
import { message, jsonText, unexpected } from '../../../../src/emulator/kong/server/answer.js';
import { unparsedBody } from '../../../../src/emulator/kong/declarative/refusal.js';

const CORPUS = new URL('../../../../../shared/kong/verdicts-open.ndjson', import.meta.url);

interface ErrorItem {
  readonly entity_type: string;
  readonly entity_name?: string;
  readonly errors: readonly { readonly type: string; readonly field?: string; readonly message: string }[];
}

interface Case {
  readonly id: string;
  readonly family: string;
  readonly config?: unknown;
  readonly text?: string;
  readonly text_b64?: string;
  readonly status: number;
  readonly errors?: readonly ErrorItem[];
  readonly counts?: Readonly<Record<string, number>>;
}

interface Verdict {
  readonly status: number;
  readonly errors: readonly ErrorItem[];
  readonly counts: Readonly<Record<string, number>>;
}

const model = configModel(loadCatalog(), () => Date.now());
const OPTIONS = { validate: true, flatten: true, emptyListIsList: true, zerosWhenEmpty: true };

/** The emulator's verdict on a text sent as text/yaml with flatten_errors. */
function verdict(text: Buffer): Verdict {
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

function cases(): Case[] {
  const lines = readFileSync(CORPUS, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Case);
}

function textOf({ config, text, text_b64: base64 }: Case): Buffer {
  if (base64 !== undefined) return Buffer.from(base64, 'base64');
  return Buffer.from(text ?? JSON.stringify(config));
}

/** Errors without what is OpenSSL's, libyaml's or an installation's, and without order. */
function comparable(items: readonly ErrorItem[]): string {
  const lines = items.flatMap((item) =>
    item.errors.map(
      ({ type, field, message: text }) =>
        `${item.entity_type} ${item.entity_name ?? ''} ${type} ${field ?? ''} ${text
          .replace(/(invalid certificate|invalid key|could not load private key).*/, '$1')
          .replace(/(Router Expression failed validation).*/s, '$1')
          .replace(/\/[\w/.]*kong-lua-sandbox\.lua/, 'kong-lua-sandbox.lua')
          .replace("'pem', 'jwk'", "'jwk', 'pem'")}`,
    ),
  );
  return lines.sort().join('\n');
}

(existsSync(CORPUS) ? describe : describe.skip)('the verdicts of a real Kong 3.9.3 (../shared/kong)', () => {
  it('are the emulator’s, with the same words', () => {
    const families = new Map<string, { total: number; agreed: number }>();
    const wrong: string[] = [];
    let told = 0;
    let toldAlike = 0;
    let counted = 0;
    let countedAlike = 0;
    for (const entry of cases()) {
      const found = verdict(textOf(entry));
      const family = families.get(entry.family) ?? { total: 0, agreed: 0 };
      families.set(entry.family, family);
      family.total += 1;
      if (found.status !== entry.status) {
        wrong.push(`${entry.id}: ${found.status} instead of ${entry.status}`);
        continue;
      }
      family.agreed += 1;
      if (entry.errors !== undefined && entry.status === 400) {
        told += 1;
        if (comparable(entry.errors) === comparable(found.errors)) toldAlike += 1;
      }
      if (entry.counts !== undefined) {
        counted += 1;
        const { workspaces: _, ...counts } = entry.counts;
        if (JSON.stringify(sorted(counts)) === JSON.stringify(sorted(found.counts))) countedAlike += 1;
      }
    }
    const total = [...families.values()].reduce((sum, family) => sum + family.total, 0);
    report(
      families,
      wrong,
      `errors alike: ${toldAlike} of ${told}; entity counts alike: ${countedAlike} of ${counted}`,
    );
    expect(1 - wrong.length / total).toBeGreaterThanOrEqual(0.998);
    expect(toldAlike / told).toBeGreaterThanOrEqual(0.995);
    expect(countedAlike).toBe(counted);
  }, 60_000);
});

function report(
  families: ReadonlyMap<string, { total: number; agreed: number }>,
  wrong: readonly string[],
  rest: string,
): void {
  const groups = new Map<string, { total: number; agreed: number }>();
  for (const [name, { total, agreed }] of families) {
    const [group = name] = name.split(':');
    const sum = groups.get(group) ?? { total: 0, agreed: 0 };
    groups.set(group, { total: sum.total + total, agreed: sum.agreed + agreed });
  }
  for (const [name, { total, agreed }] of groups) process.stdout.write(`${name}: ${agreed} of ${total}\n`);
  for (const line of wrong) process.stdout.write(`  ${line}\n`);
  process.stdout.write(`${rest}\n`);
}

function sorted(counts: Readonly<Record<string, number>>): [string, number][] {
  return Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1));
}
