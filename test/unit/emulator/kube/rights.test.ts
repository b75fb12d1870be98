import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { startKubeEmulator } from '../../../../src/emulator/kube/kube-emulator.js';
import type { KubeEmulator } from '../../../../src/emulator/kube/kube-emulator.js';
import type { Attributes } from '../../../../src/emulator/kube/rights.js';

let kube: KubeEmulator;
beforeEach(async () => {
  kube = await startKubeEmulator();
});
afterEach(() => kube.close());

async function ask(attributes: object): Promise<unknown> {
  const path = `${kube.url}/apis/authorization.k8s.io/v1/selfsubjectaccessreviews`;
  const body = JSON.stringify({ spec: { resourceAttributes: attributes } });
  const answer = await fetch(path, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
  const { status } = (await answer.json()) as { status: { allowed: unknown } };
  return status.allowed;
}

test('answers what somebody may do by the same rule that requests are held to', async () => {
  const asked: Attributes[] = [];
  kube.setRights((attributes) => {
    asked.push(attributes);
    return attributes.verb === 'get' || attributes.name === 'mine';
  });
  const at = `${kube.url}/api/v1/namespaces/n/secrets`;
  expect((await fetch(`${at}/other`)).status).toBe(404);
  const refused = await fetch(at);
  expect([refused.status, await refused.json()]).toMatchObject([
    403,
    {
      reason: 'Forbidden',
      message: expect.stringContaining('cannot list resource "secrets" in API group ""'),
    },
  ]);
  expect((await fetch(`${at}?fieldSelector=metadata.name%3Dmine`)).status).toBe(200);
  expect(asked.map(({ verb, name }) => [verb, name])).toEqual([
    ['get', 'other'],
    ['list', ''],
    ['list', 'mine'],
  ]);
  const resource = { namespace: 'n', group: '', resource: 'secrets' };
  expect(await ask({ ...resource, verb: 'list' })).toBe(false);
  expect(await ask({ ...resource, verb: 'patch', name: 'mine' })).toBe(true);
});

test('shows the clock that it is told to have', async () => {
  kube.setClockAhead(3_600_000);
  const date = Date.parse((await fetch(`${kube.url}/version`)).headers.get('date') ?? '');
  expect(Math.abs(date - Date.now() - 3_600_000)).toBeLessThan(60_000);
});
