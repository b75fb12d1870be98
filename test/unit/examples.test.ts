import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import { createCompiler } from '../../src/config/compile.js';
import type { SourceText } from '../../src/config/compile.js';
import { containerSettings } from '../support/container-settings.js';
import type { StartedContainer } from '../support/container-settings.js';
import { verdict } from '../support/kong-verdicts.js';
import { OPTIONS, compile } from './config/compile-text.js';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

test.each<[string, readonly SourceText[]]>([
  ['small.yaml', [{ file: 'small.yaml', text: read('examples/small.yaml') }]],
  [
    'shop',
    readdirSync(join(root, 'examples/shop')).map((file) => ({ file, text: read(`examples/shop/${file}`) })),
  ],
  [
    'configmap.yaml',
    [{ file: 'kong.yaml', text: (parse(read('examples/configmap.yaml')) as ConfigMap).data['kong.yaml'] }],
  ],
])('the example %s has no findings, and Kong takes it', (_, texts) => {
  const { findings, revision } = createCompiler(OPTIONS).compile(texts);
  expect(findings).toEqual([]);
  expect(verdict(Buffer.from(revision?.bytes ?? []))).toMatchObject({
    status: 201,
    counts: revision?.counts,
  });
});

interface ConfigMap {
  readonly data: Readonly<Record<'kong.yaml', string>>;
}

test('an example with a slip is found out', () => {
  expect(compile(read('examples/small.yaml').replace('paths:', 'path:'))).toMatchObject({
    valid: false,
    findings: [{ line: 8 }, { line: 9 }],
  });
});

interface Deployment {
  readonly kind: string;
  readonly spec: { readonly template: { readonly spec: { readonly containers: readonly Container[] } } };
}
type Container = StartedContainer & { readonly ports: readonly { readonly containerPort: number }[] };

test('the plain manifest starts Silverback with settings that it knows and takes', () => {
  const objects = parseAllDocuments(read('deploy/silverback.yaml')).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS() as Deployment;
  });
  const [container] = objects.find(({ kind }) => kind === 'Deployment')!.spec.template.spec.containers;
  const values = containerSettings(container!);
  expect(values['kong-admin-svc']).toBe('kong/kong-admin');
  expect(container!.ports.map(({ containerPort }) => containerPort)).toEqual([
    values['health-probe-bind-address']!.port,
    values['metrics-bind-address']!.port,
  ]);
});

test('the flags of the compose file are known and taken', () => {
  const { services } = parse(read('examples/compose.yaml'), { merge: true }) as {
    services: { silverback: { command: string[] } };
  };
  expect(() => containerSettings({ args: services.silverback.command })).not.toThrow();
});
