import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { createLogger, logReport } from '../../../src/report/log.js';
import type { LogOptions } from '../../../src/report/log.js';
import type { Happening } from '../../../src/report/happening.js';
import { ALL, finding, SAMPLES } from './samples.js';

const END = 'end of log';

/** Everything that a logger wrote of these happenings, up to a last line of our own. */
async function logged(happenings: readonly Happening[], options: Partial<LogOptions> = {}): Promise<string> {
  const destination = new PassThrough();
  const logger = await createLogger({
    level: 'trace',
    format: 'json',
    color: false,
    destination,
    ...options,
  });
  const report = logReport(logger);
  for (const happening of happenings) report(happening);
  logger.fatal(END);
  let text = '';
  for await (const chunk of destination) {
    text += String(chunk);
    if (text.includes(END)) break;
  }
  return text.slice(0, text.lastIndexOf('\n', text.indexOf(END)) + 1);
}

const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '');

describe('the log as JSON', () => {
  it('has one object per happening: when, how grave, what, and in words', async () => {
    const [line] = linesOf(await logged([SAMPLES['gateway-left']])).map((text): unknown => JSON.parse(text));
    expect(line).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      event: 'gateway-left',
      gateway: 'kong-1',
      msg: 'gateway kong-1 left',
    });
  });

  it('has a line for every kind of happening, and no line that is not JSON', async () => {
    const events = linesOf(await logged(ALL)).map((text) => (JSON.parse(text) as { event: string }).event);
    expect(events).toEqual(ALL.map(({ kind }) => kind));
  });

  it('leaves out what is below its level', async () => {
    const text = await logged([SAMPLES['push-started'], SAMPLES.stopped, SAMPLES.drift], { level: 'warn' });
    expect(linesOf(text)).toHaveLength(1);
    expect(text).toContain('"event":"drift"');
  });

  it('lets nobody begin a line of their own', async () => {
    const text = await logged([{ ...SAMPLES['gateway-left'], gateway: 'a\n{"level":"info","msg":"FAKE"}' }]);
    expect(linesOf(text)).toHaveLength(1);
  });
});

describe('the log as text', () => {
  const text = (happenings: readonly Happening[]): Promise<string> => logged(happenings, { format: 'text' });

  it('is a time, a level and a sentence', async () => {
    expect(await text([SAMPLES['gateway-left']])).toMatch(
      /^\[\d\d:\d\d:\d\d\.\d{3}\] INFO: gateway kong-1 left\n$/,
    );
  });

  it('lists all findings and reasons where the sentence has but the first of several', async () => {
    const findings = [finding, { ...finding, file: 'more.yaml' }];
    const invalid = await text([{ ...SAMPLES['config-invalid'], findings }]);
    expect(invalid).toContain('kong.yaml:3:5');
    expect(invalid).toContain('more.yaml:3:5');
    expect(await text([SAMPLES['config-held']])).toContain('kong.yaml is gone');
  });

  it('does not say again what the sentence has said', async () => {
    const happenings = [{ ...SAMPLES['config-held'], reasons: ['one reason'] }, ...ALL];
    const single = happenings.filter(({ kind }) => kind !== 'config-invalid' && kind !== 'config-held');
    expect(linesOf(await text(single))).toHaveLength(single.length);
    expect(linesOf(await text(happenings.slice(0, 1)))).toHaveLength(1);
  });

  it('lets nobody begin a line of their own, nor steer the terminal', async () => {
    const hostile = 'a\n[12:00:00.000] INFO: FAKE\u001b[2J';
    const shown = await text([{ ...SAMPLES['gateway-left'], gateway: hostile }]);
    expect(linesOf(shown)).toHaveLength(1);
    expect(shown).not.toContain('\u001b');
    const listed = await text([{ ...SAMPLES['config-held'], reasons: ['first', hostile] }]);
    expect(listed).not.toContain('\n[12:00:00.000]');
    expect(listed).not.toContain('\u001b');
  });

  it('is coloured only where asked to', async () => {
    expect(await text([SAMPLES.drift])).not.toContain('\u001b');
    expect(await logged([SAMPLES.drift], { format: 'text', color: true })).toContain('\u001b');
  });
});
