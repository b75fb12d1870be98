// The health checks that we ship, run by the interpreters that Argo CD and Flux run them with.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, jest, test } from '@jest/globals';
import { parse } from 'yaml';
import { sizesOf, STATE_ANNOTATIONS } from '../../src/sources/state-annotations.js';

const root = join(import.meta.dirname, '../..');
const LUA = readFileSync(join(root, 'deploy/argocd/health.lua'), 'utf8');

interface Exprs {
  readonly kind: string;
  readonly failed: string;
  readonly current: string;
}
const FLUX = parse(readFileSync(join(root, 'deploy/flux/health-check-exprs.yaml'), 'utf8')) as {
  readonly spec: { readonly healthCheckExprs: readonly Exprs[] };
};

let program = '';
// The first time, Go builds it.
jest.setTimeout(600_000);
beforeAll(() => {
  program = execFileSync(process.execPath, [join(root, 'test/e2e/programs.mjs'), 'health-checks'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  }).trim();
});

interface Verdict {
  readonly status: string;
  readonly message?: string;
  readonly error?: string;
}

function run(request: object): Verdict {
  const { stdout, stderr } = spawnSync(program, { input: JSON.stringify(request), encoding: 'utf8' });
  if (stdout === '') throw new Error(stderr);
  const verdict: Verdict = JSON.parse(stdout);
  return verdict;
}

interface KubeObject {
  readonly kind: string;
  readonly metadata: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly data?: Readonly<Record<string, string>>;
  readonly binaryData?: Readonly<Record<string, string>>;
}

/** The verdicts of Argo CD and of Flux. */
function verdicts(object: KubeObject): readonly [string, string] {
  const flux = FLUX.spec.healthCheckExprs.find(({ kind }) => kind === object.kind)!;
  const { failed, current } = flux;
  const both = [run({ lua: LUA, object }), run({ failed, current, object })] as const;
  expect(both.map(({ error }) => error).filter(Boolean)).toEqual([]);
  return [both[0].status, both[1].status];
}

const DATA = { 'kong.yaml': 'services: []\n', 'notes.txt': 'für später' };

/** An object as Silverback leaves it: the note is about what it holds. */
function noted(
  state: string,
  more: Partial<KubeObject> = {},
  annotations: Record<string, string> = {},
): KubeObject {
  const object = { kind: 'ConfigMap', data: DATA, ...more };
  const sha = annotations['silverback.dev/git-sha'];
  return {
    ...object,
    metadata: {
      labels: { 'silverback.dev/config': 'true' },
      annotations: {
        [STATE_ANNOTATIONS.state]: state,
        [STATE_ANNOTATIONS.message]: 'words',
        [STATE_ANNOTATIONS.sizes]: sizesOf(object) ?? '',
        ...(sha !== undefined && { [STATE_ANNOTATIONS.gitSha]: sha }),
        ...annotations,
      },
    },
  };
}

describe('a source with a note', () => {
  test.each([
    ['Applied', 'Healthy', 'Current'],
    ['Progressing', 'Progressing', 'InProgress'],
    ['Held', 'Suspended', 'Failed'],
    ['Rejected', 'Degraded', 'Failed'],
    ['Quarantined', 'Degraded', 'Failed'],
  ])('%s is %s in Argo CD, and %s in Flux', (state, argo, flux) => {
    expect(verdicts(noted(state))).toEqual([argo, flux]);
    const secret = { kind: 'Secret', data: { 'people.yaml': 'Y29uc3VtZXJzOiBbXQo=' } };
    expect(verdicts(noted(state, secret))).toEqual([argo, flux]);
    expect(verdicts(noted(state, {}, { 'silverback.dev/git-sha': 'c0ffee' }))).toEqual([argo, flux]);
  });

  test('that is green says so in words', () => {
    expect(run({ lua: LUA, object: noted('Applied') }).message).toBe('Applied: words');
  });

  test('is green with compressed texts, with these alone and with none', () => {
    const binaryData = { 'kong.yaml.gz': 'H4sIAAAA' };
    const compressed = { kind: 'ConfigMap', binaryData };
    expect(verdicts(noted('Applied', { binaryData }))).toEqual(['Healthy', 'Current']);
    const { data: _, ...alone } = noted('Applied', { ...compressed, data: {} });
    expect(verdicts(alone)).toEqual(['Healthy', 'Current']);
    const { data: __, ...empty } = noted('Applied', { data: {} });
    expect(verdicts(empty)).toEqual(['Healthy', 'Current']);
  });
});

describe('a note about an earlier write', () => {
  const WAITS = ['Progressing', 'InProgress'];
  const states = ['Applied', 'Rejected', 'Held'];

  test.each(states)('%s is not taken for one about this, when the data has another size', (state) => {
    const before = noted(state);
    for (const data of [
      { ...DATA, 'kong.yaml': 'services: [{name: a}]\n' },
      { ...DATA, 'more.yaml': '' },
      { 'kong.yaml': DATA['kong.yaml'] },
      { 'kong.yaml': DATA['notes.txt'], 'notes.txt': DATA['kong.yaml'] },
      { ...DATA, 'notes.txt': 'fur spater' },
    ])
      expect(verdicts({ ...before, data })).toEqual(WAITS);
  });

  test.each(states)('%s is not taken for one about this, when the commit is another', (state) => {
    const before = noted(state, {}, { 'silverback.dev/git-sha': 'one' });
    const annotations = { ...before.metadata.annotations, 'silverback.dev/git-sha': 'two' };
    expect(verdicts({ ...before, metadata: { ...before.metadata, annotations } })).toEqual(WAITS);
  });

  test('is taken for one about this when neither differs: only the commit tells data of one size apart', () => {
    const data = { ...DATA, 'kong.yaml': 'upstreams: []' };
    expect(verdicts({ ...noted('Applied'), data })).toEqual(['Healthy', 'Current']);
  });
});

test('a source without a note waits', () => {
  const { metadata, ...object } = noted('Applied');
  const { annotations: _, ...bare } = metadata;
  expect(verdicts({ ...object, metadata: bare })).toEqual(['Progressing', 'InProgress']);
});

test('what is no source stays green, whatever it holds', () => {
  for (const object of [
    { kind: 'ConfigMap', metadata: {} },
    { kind: 'Secret', metadata: { labels: { app: 'x' } }, data: { a: 'Yg==' } },
    { kind: 'ConfigMap', metadata: { annotations: { [STATE_ANNOTATIONS.state]: 'Rejected' } } },
  ])
    expect(verdicts(object)).toEqual(['Healthy', 'Current']);
});

test('Argo CD looks at an object of a mebibyte in time', () => {
  const data = Object.fromEntries(
    Array.from({ length: 200 }, (_, index) => [`${index}.yaml`, 'x'.repeat(5_000)]),
  );
  expect(verdicts(noted('Applied', { data }))).toEqual(['Healthy', 'Current']);
});
