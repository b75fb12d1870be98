import { describe, expect, test } from '@jest/globals';
import type { Finding } from '../../../../src/config/finding.js';
import { githubLines } from '../../../../src/cli/validate/github.js';
import { toJson } from '../../../../src/cli/validate/json.js';
import { fails, validateInputs } from '../../../../src/cli/validate/outcome.js';
import type { Outcome } from '../../../../src/cli/validate/outcome.js';
import { summarise } from '../../../../src/cli/validate/summary.js';
import { textLines } from '../../../../src/cli/validate/text.js';

const HEAD = '_format_version: "3.0"\n';
const GOOD = `${HEAD}services: [{name: a, host: h}]`;
const WRONG = `${HEAD}services:\n- {name: b, prt: 80}\n- host: h\n  port: "80"`;

const outcomeOf = (texts: Readonly<Record<string, string>>, each = false): Outcome =>
  validateInputs(
    Object.entries(texts).map(([file, text]) => ({ file, text })),
    each,
    {},
  );
const finding = (part: Partial<Finding>): Outcome => ({
  texts: [],
  valid: false,
  findings: [{ severity: 'error', code: 'x', message: 'm', ...part }],
});

describe('as text', () => {
  const written = (outcome: Outcome): string[] => [
    ...textLines(outcome, { strict: false, deck: false, paint: (_, text) => text }),
  ];

  test('a finding is its place, what is wrong, the line with the range underlined, and what to do', () => {
    expect(written(outcomeOf({ 'kong.yaml': WRONG }))).toEqual([
      'kong.yaml:3:3 error missing-field',
      "  service 'b': the field 'host' is missing",
      '  3 | - {name: b, prt: ***}',
      '    |   ^',
      '',
      'kong.yaml:3:13 error unknown-field',
      "  service 'b': unknown field 'prt'",
      '  3 | - {name: b, prt: ***}',
      '    |             ^^^',
      "  hint: did you mean 'port'?",
      '',
      'kong.yaml:5:9 error wrong-type',
      '  service: port must be a whole number, not a text',
      '  5 |   port: "80"',
      '    |         ^^^^',
      '',
      'invalid: 3 errors',
    ]);
  });

  test('a finding without a file has no place and no line', () => {
    expect(written(finding({})).slice(0, 3)).toEqual(['error x', '  m', '']);
  });

  test("a file's name cannot write on a terminal", () => {
    const file = 'a\u001b[2Jb\n::error::x.yaml';
    expect(written(outcomeOf({ [file]: 'x' })).join('\n')).not.toMatch(/\u001b|\n::/);
  });

  test('colours go where they are asked for', () => {
    const painted = [
      ...textLines(outcomeOf({ 'kong.yaml': WRONG }), {
        strict: false,
        deck: false,
        paint: (style, text) => `<${style}:${text}>`,
      }),
    ];
    expect(painted).toContain('<bold:kong.yaml:3:13> <red:error> unknown-field');
    expect(painted).toContain('  <dim:3 |> - {name: b, prt: ***}');
    expect(painted).toContain('    <dim:|>             <red:^^^>');
    expect(painted.at(-1)).toBe('<red:invalid: 3 errors>');
  });
});

describe('the summary', () => {
  const summary = (outcome: Outcome, strict: boolean): string =>
    summarise(outcome, strict).replace(/revision [0-9a-f]{8}\b/, 'revision …');

  test.each<[string, Outcome, string]>([
    ['what a valid configuration holds', outcomeOf({ a: GOOD }), 'valid: 1 entity (services: 1), revision …'],
    ['holds', outcomeOf({ a: HEAD }), 'valid: no entities, revision …; 1 hold'],
    ['errors, and where', outcomeOf({ a: WRONG, b: GOOD }), 'invalid: 3 errors in 1 of 2 files'],
    ['several on their own', outcomeOf({ a: HEAD, b: GOOD }, true), 'valid in 2 files; 1 hold'],
  ])('tells %s', (_, outcome, expected) => {
    expect(summary(outcome, false)).toBe(expected);
  });

  test('tells what only the strict mind', () => {
    expect(summary(outcomeOf({ a: HEAD }), true)).toBe(
      'valid, but not for --strict: no entities, revision …; 1 hold',
    );
  });
});

test('errors fail; holds and warnings when strict', () => {
  expect([false, true].map((strict) => fails(outcomeOf({ a: WRONG }), strict))).toEqual([true, true]);
  expect([false, true].map((strict) => fails(outcomeOf({ a: HEAD }), strict))).toEqual([false, true]);
  expect([false, true].map((strict) => fails(outcomeOf({ a: GOOD }), strict))).toEqual([false, false]);
});

describe('texts', () => {
  const one = { a: GOOD, b: `${HEAD}routes: [{service: a, paths: [/]}]` };

  test('are one configuration', () => {
    expect(outcomeOf(one)).toMatchObject({ valid: true, revision: { counts: { services: 1, routes: 1 } } });
  });

  test('are each a configuration, when told so', () => {
    const outcome = outcomeOf(one, true);
    expect(outcome).toMatchObject({ valid: false, findings: [{ file: 'b', code: 'dangling-reference' }] });
    expect(outcome.each?.map(({ file, valid }) => [file, valid])).toEqual([
      ['a', true],
      ['b', false],
    ]);
  });
});

describe('as JSON', () => {
  test("the findings are the library's, and the revision is there when valid", () => {
    const wrong = outcomeOf({ a: WRONG });
    expect(JSON.parse(toJson(wrong))).toEqual({ valid: false, findings: wrong.findings });
    expect(JSON.parse(toJson(outcomeOf({ a: GOOD })))).toEqual({
      valid: true,
      findings: [],
      revision: { id: expect.stringMatching(/^[0-9a-f]{32}$/), counts: { services: 1 } },
    });
  });

  test('each configuration is told, when each is on its own', () => {
    expect(JSON.parse(toJson(outcomeOf({ a: GOOD, b: 'x' }, true)))).toMatchObject({
      valid: false,
      findings: [{ file: 'b' }],
      each: [
        { file: 'a', valid: true, revision: { counts: { services: 1 } } },
        { file: 'b', valid: false },
      ],
    });
  });
});

describe('as workflow commands of GitHub', () => {
  const commands = (outcome: Outcome, strict = false): string[] => [...githubLines(outcome, strict)];

  test('a finding has its file, range, code and hint; the last line is the summary', () => {
    expect(commands(outcomeOf({ 'kong.yaml': WRONG })).slice(1)).toEqual([
      "::error file=kong.yaml,line=3,col=13,endLine=3,endColumn=16,title=error%3A unknown-field::service 'b': unknown field 'prt'; did you mean 'port'?",
      '::error file=kong.yaml,line=5,col=9,endLine=5,endColumn=13,title=error%3A wrong-type::service: port must be a whole number, not a text',
      'invalid: 3 errors',
    ]);
  });

  test('holds and warnings are warnings, unless they fail', () => {
    const outcome = outcomeOf({ a: HEAD });
    expect(commands(outcome)[0]).toMatch(/^::warning file=a,line=1,col=1,title=hold%3A no-entities::/);
    expect(commands(outcome, true)[0]).toMatch(/^::error /);
  });

  test('what would end a property or a command is escaped', () => {
    const file = 'a,b:c%\r\n::stop.yaml';
    expect(commands(finding({ file, message: '100%\r\n::x' }))[0]).toBe(
      '::error file=a%2Cb%3Ac%25%0D%0A%3A%3Astop.yaml,title=error%3A x::100%25%0D%0A::x',
    );
  });

  test('standard input is no file of the repository', () => {
    expect(commands(finding({ file: '<stdin>', line: 1, column: 1 }))[0]).toBe('::error title=error%3A x::m');
  });
});
