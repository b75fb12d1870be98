import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import type { AuditedRequest } from '../support/rights.js';
import { rightsIn, unusedAmong, wordsOf } from '../support/rights.js';
import type { Right } from '../support/rights.js';
import type { Scenario } from '../support/scenario.js';
import { suite } from '../support/suite.js';

const createScenario = suite();

/** What a ServiceAccount of the controller's namespace may do in both namespaces, in the words of the manifest. */
async function rightsOf(scenario: Scenario, account: string): Promise<Right[]> {
  const { plane, namespaces, shippedName } = scenario;
  const namespace = namespaces.controller;
  const pod = await plane.admin.apply({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `asking-${account}`, namespace },
    spec: { serviceAccountName: account, containers: [{ name: 'c', image: 'i' }] },
  });
  const token = await plane.admin.token({ namespace, name: account }, pod);
  const reviews = await Promise.all(
    Object.values(namespaces).map(async (each: string) =>
      rightsIn(await plane.admin.rules(token, each), each),
    ),
  );
  return reviews
    .flat()
    .map((right) => ({ ...right, namespace: shippedName(right.namespace), name: shippedName(right.name) }));
}

/** What the ServiceAccounts of all scenarios so far asked for. */
function used(): AuditedRequest[] {
  const file = process.env['SILVERBACK_E2E_RIGHTS'] ?? '';
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line): AuditedRequest => {
      const request: AuditedRequest = JSON.parse(line);
      return request;
    });
}

// A part of the suite says nothing about rights that its other parts need.
const isWhole = process.env['SILVERBACK_E2E_FILES'] === String(readdirSync(import.meta.dirname).length);
const wholeTest = isWhole ? test : test.skip;

wholeTest('every right that the manifest grants was needed by some scenario', async () => {
  const scenario = await createScenario();
  const { plane, namespaces, shipped } = scenario;
  const metadata = { name: 'anybody', namespace: namespaces.controller };
  await plane.admin.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata });
  const ours = await rightsOf(scenario, shipped.account);
  const everybodys = new Set((await rightsOf(scenario, 'anybody')).map(wordsOf));
  const granted = ours.filter((right) => !everybodys.has(wordsOf(right)));
  expect(granted.length).toBeGreaterThan(0);

  const requests = used();
  const unused = new Set(unusedAmong(granted, requests).map(wordsOf));
  const lines = granted.map(
    (right) => `${unused.has(wordsOf(right)) ? 'unused' : '  used'}  ${wordsOf(right)}`,
  );
  process.stderr.write(`\nRights beyond everybody's\n${lines.map((line) => `  ${line}\n`).join('')}`);
  expect([...unused]).toEqual([]);
});
