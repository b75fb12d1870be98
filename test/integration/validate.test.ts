import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { MAIN } from '../support/troop.js';

jest.setTimeout(60_000);

const HEAD = '_format_version: "3.0"\n';
const PLANTED = 'hunter2';
const GOOD = `${HEAD}services: [{name: a, host: h}]\n`;
const WRONG = `${HEAD}consumers: [{usrname: a, keyauth_credentials: [{key: ${PLANTED}}]}]\n`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'silverback-validate-'));
  await writeFile(join(folder, 'good.yaml'), GOOD);
  await writeFile(join(folder, 'wrong.yaml'), WRONG);
});
afterEach(() => rm(folder, { recursive: true }));

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

async function node(args: readonly string[], input = '', env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { PATH: process.env['PATH'], ...env },
    stdio: 'pipe',
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await exited, out, err };
}

const validate = (args: readonly string[], input?: string, env?: NodeJS.ProcessEnv): Promise<Ran> =>
  node([MAIN, 'validate', ...args], input, env);

describe('silverback validate', () => {
  test('leaves with 0 when all is fine, and says what there is', async () => {
    expect(await validate(['good.yaml'])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^valid: 1 entity \(services: 1\), revision [0-9a-f]{8}\n$/),
      err: '',
    });
  });

  test('leaves with 1 when there are errors, each with its line, and no secret', async () => {
    const { code, out, err } = await validate(['good.yaml', 'wrong.yaml']);
    expect({ code, err }).toEqual({ code: 1, err: '' });
    expect(out).toContain('wrong.yaml:2:14 error unknown-field\n');
    expect(out).toContain('  2 | consumers: [{usrname: ***, keyauth_credentials: [{key: ***}]}]\n');
    expect(out).not.toContain(PLANTED);
    expect(out).not.toContain('\u001b');
  });

  test('minds holds when strict', async () => {
    expect((await validate(['-'], HEAD)).code).toBe(0);
    expect((await validate(['-', '--strict'], HEAD)).code).toBe(1);
    expect((await validate(['-', '--strict', '--allow-empty'], HEAD)).code).toBe(0);
  });

  test("reads decK's dialect, and the environment's DECK_ variables, when told so", async () => {
    const deck = `${HEAD}services: [{name: a, host: "\${{ env "DECK_HOST" }}"}]`;
    expect((await validate(['-'], deck)).code).toBe(1);
    expect((await validate(['--deck', '-'], deck)).out).toContain('the environment has no DECK_HOST');
    expect((await validate(['--deck', '-'], deck, { DECK_HOST: 'h' })).code).toBe(0);
  });

  test('leaves with 2 when it is used wrongly, and tells all that cannot be read', async () => {
    const none = await validate([]);
    expect(none).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('there is nothing to validate'),
    });
    expect(await validate(['--wrong', 'good.yaml'])).toMatchObject({ code: 2, out: '' });
    expect(await validate(['--format', 'xml', 'good.yaml'])).toMatchObject({ code: 2, out: '' });
    const missing = await validate(['good.yaml', 'a.yaml', 'b.yaml']);
    expect(missing).toMatchObject({ code: 2, out: '' });
    expect(missing.err).toMatch(/a\.yaml: it does not exist\n.*b\.yaml: it does not exist\n/);
  });

  test('a reader that has seen enough changes no exit code', async () => {
    await writeFile(join(folder, 'long.yaml'), `${HEAD}services:\n${'- {a: 1}\n'.repeat(2000)}`);
    const child = spawn(process.execPath, [MAIN, 'validate', 'long.yaml'], { cwd: folder, stdio: 'pipe' });
    child.stdout.once('data', () => child.stdout.destroy());
    const err = await text(child.stderr);
    const code = child.exitCode ?? (await new Promise((resolve) => child.once('exit', resolve)));
    expect({ code, err }).toEqual({ code: 1, err: '' });
  });

  test('what is no text, or nothing at all, is a finding', async () => {
    await writeFile(
      join(folder, 'binary.yaml'),
      Uint8Array.from({ length: 4096 }, (_, at) => (at * 31) % 256),
    );
    await writeFile(join(folder, 'empty.yaml'), '');
    for (const file of ['binary.yaml', 'empty.yaml']) {
      const { code, out, err } = await validate([file]);
      expect({ code, err }).toEqual({ code: 1, err: '' });
      expect(out).toContain(`${file}:1:1 error `);
    }
  });

  test('loads nothing that talks to gateways or to Kubernetes', async () => {
    const coverage = join(folder, 'coverage');
    await validate(['wrong.yaml'], '', { NODE_V8_COVERAGE: coverage });
    const [file = ''] = await readdir(coverage);
    const { result } = JSON.parse(await readFile(join(coverage, file), 'utf8')) as {
      result: { url: string }[];
    };
    const urls = result.map(({ url }) => url);
    expect(urls.some((url) => url.includes('/dist/config/compile.js'))).toBe(true);
    const strangers =
      /\/dist\/(?:controller|demo|discovery|emulator|gateway|kube|rollout|server)\/|node_modules\/(?:@kubernetes|ajv|pino|prom-client|undici)\b/;
    expect(urls.filter((url) => strangers.test(url))).toEqual([]);
  });
});

describe('the library', () => {
  const LIBRARY = JSON.stringify(new URL('../../dist/index.js', import.meta.url).href);

  test('validates in a plain Node script', async () => {
    const script = `
      import { validateDeclarativeConfig } from ${LIBRARY};
      const say = (...texts) => {
        const { valid, findings, revision } = validateDeclarativeConfig(texts);
        console.log(JSON.stringify({ valid, findings, revision: revision && { ...revision, bytes: new TextDecoder().decode(revision.bytes) } }));
      };
      say({ file: 'a.yaml', text: ${JSON.stringify(GOOD)} }, { file: 'b.yaml', text: new TextEncoder().encode(${JSON.stringify(HEAD)}) });
      say({ file: 'a.yaml', text: ${JSON.stringify(HEAD)} });
      say({ file: 'a.yaml', text: ${JSON.stringify(WRONG)} });
      say();
    `;
    const { code, out, err } = await node(['--input-type=module', '-e', script]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const said: unknown = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(said).toEqual([
      {
        valid: true,
        findings: [],
        revision: {
          id: expect.stringMatching(/^[0-9a-f]{32}$/),
          bytes: expect.stringContaining('"host":"h"'),
          counts: { services: 1 },
        },
      },
      {
        valid: true,
        findings: [expect.objectContaining({ severity: 'hold', code: 'no-entities' })],
        revision: expect.anything(),
      },
      {
        valid: false,
        findings: [
          expect.objectContaining({ file: 'a.yaml', line: 2, column: 13, code: 'check' }),
          expect.objectContaining({ file: 'a.yaml', line: 2, column: 14, code: 'unknown-field' }),
        ],
      },
      { valid: false, findings: [expect.objectContaining({ code: 'no-sources' })] },
    ]);
  });
});
