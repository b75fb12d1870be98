import { describe, expect, test } from '@jest/globals';
import { startSchemaPulls } from '../../../src/controller/plugin-schemas.js';
import type { PluginSchemas } from '../../../src/controller/compiler.js';
import type { JsonAnswer } from '../../../src/gateway/schemas.js';
import type { Happening } from '../../../src/report/happening.js';
import { createVirtualClock } from '../../support/virtual-clock.js';

const root = (version: string): JsonAnswer => ({
  kind: 'json',
  value: { version, plugins: { available_on_server: { cors: true, mine: true } } },
});
const schema: JsonAnswer = {
  kind: 'json',
  value: { fields: [{ config: { type: 'record', fields: [{ limit: { type: 'integer' } }] } }] },
};
const failed: JsonAnswer = { kind: 'failed', trouble: { code: 'timeout', reason: 'no answer in time' } };

/** Gateways that answer as `answers` says, by path; what nobody set is absent. */
function scene() {
  const clock = createVirtualClock();
  const answers = new Map<string, JsonAnswer>([['/', root('3.9.3')]]);
  const asked: string[] = [];
  const told: Happening[] = [];
  const given: PluginSchemas[] = [];
  const state = { leading: true, gateways: ['a'] };
  const pulls = startSchemaPulls({
    clock,
    random: () => 1,
    report: (happening) => told.push(happening),
    leading: () => state.leading,
    gateways: () => state.gateways.map((name) => ({ key: name, name, url: `http://${name}` })),
    onSchemas: (schemas) => given.push(schemas),
    reader: {
      async read(gateway, path) {
        asked.push(`${gateway.name} ${path}`);
        return answers.get(path) ?? { kind: 'absent' };
      },
    },
  });
  return { clock, answers, asked, told, given, state, pulls };
}

describe('schemas of plugins that nobody here knows', () => {
  test('are pulled from one gateway, and handed over once', async () => {
    const { clock, answers, asked, told, given, pulls } = scene();
    answers.set('/schemas/plugins/mine', schema);
    pulls.want(['mine']);
    await clock.settle();
    pulls.want(['mine']);
    await clock.advance(60_000);
    expect(asked).toEqual(['a /', 'a /schemas/plugins/mine']);
    expect(given.map((schemas) => [...schemas.keys()])).toEqual([['mine']]);
    expect(told.map(({ kind }) => kind)).toEqual(['schemas-pulled']);
  });

  test('are asked for by the leader only, as soon as it leads', async () => {
    const { clock, answers, asked, given, state, pulls } = scene();
    answers.set('/schemas/plugins/mine', schema);
    state.leading = false;
    pulls.want(['mine']);
    await clock.advance(600_000);
    expect(asked).toEqual([]);
    state.leading = true;
    await clock.advance(1_000);
    expect(given).toHaveLength(1);
  });

  test('that a gateway does not have are told once, and asked for again now and then', async () => {
    const { clock, answers, asked, told, given, pulls } = scene();
    pulls.want(['gone']);
    await clock.advance(1_300_000);
    expect(told).toEqual([{ kind: 'schemas-missing', gateway: 'a', plugins: ['gone'] }]);
    expect(asked.filter((path) => path.endsWith('gone'))).toHaveLength(3);
    answers.set('/schemas/plugins/gone', schema);
    await clock.advance(600_000);
    expect(given).toHaveLength(1);
  });

  test('that make no sense leave the plugin unchecked', async () => {
    const { clock, answers, told, given, pulls } = scene();
    answers.set('/schemas/plugins/mine', { kind: 'json', value: { fields: 'none' } });
    pulls.want(['mine']);
    await clock.settle();
    expect(told.map(({ kind }) => kind)).toEqual(['schemas-missing']);
    expect(given).toEqual([]);
  });

  test('are asked for ever more slowly, of one gateway after the other, while that fails', async () => {
    const { clock, answers, asked, told, state, given, pulls } = scene();
    state.gateways = ['a', 'b'];
    answers.set('/', failed);
    pulls.want(['mine']);
    await clock.advance(7_000);
    expect(asked).toEqual(['a /', 'b /', 'a /', 'b /']);
    expect(told.map((happening) => (happening.kind === 'schemas-failed' ? happening.delayMs : 0))).toEqual([
      1_000, 2_000, 4_000, 8_000,
    ]);
    answers.set('/', root('3.9.3')).set('/schemas/plugins/mine', schema);
    await clock.advance(8_000);
    expect(given).toHaveLength(1);
  });

  test('are remembered by the version of Kong, and pulled anew from another', async () => {
    const { clock, answers, asked, given, pulls } = scene();
    answers.set('/schemas/plugins/mine', schema);
    pulls.want(['mine']);
    await clock.settle();
    answers.set('/', root('3.10.0'));
    await clock.advance(600_000);
    answers.set('/', root('3.9.3'));
    await clock.advance(600_000);
    expect(given).toHaveLength(3);
    expect(asked.filter((path) => path.endsWith('mine'))).toHaveLength(2);
  });

  test('are asked for no more once stopped', async () => {
    const { clock, asked, pulls } = scene();
    pulls.want(['mine']);
    pulls.stop();
    await clock.advance(3_600_000);
    expect(asked.length).toBeLessThanOrEqual(2);
  });
});
