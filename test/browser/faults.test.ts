// What a stranger must see at a glance: which gateway is behind, and why. Nothing is clicked before it is looked for.
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BROKEN } from '../../src/demo/config.js';
import type { GatewayPod } from '../../src/demo/world.js';
import { makeCertificates } from '../support/certificates.js';
import type { Certificates } from '../support/certificates.js';
import { configOf } from '../support/troop.js';
import { openBrowser, takePicture } from './support/browser.js';
import { setStage } from './support/fault-stage.js';
import type { FaultStage, StageOptions } from './support/fault-stage.js';

jest.setTimeout(180_000);

interface Fault extends StageOptions {
  readonly name: string;
  /** Makes it happen. */
  readonly strike: (stage: FaultStage, victim: GatewayPod) => unknown;
  /** Texts on the tile of `kong-3`, the victim; nothing where no gateway is to blame. */
  readonly tile?: readonly string[];
  /** Texts anywhere on the page. */
  readonly page?: readonly string[];
}

const PATIENT = { timeout: 60_000 };
const IMPATIENT = ['--proxy-timeout-seconds', '5', '--canary=false', '--kong-admin-retries', '1'];

const post = (pod: GatewayPod, text: string): Promise<unknown> =>
  fetch(`${pod.kong.adminUrl}/config`, {
    method: 'POST',
    headers: { 'content-type': 'text/yaml' },
    body: text,
  });

/** For a name that nobody asks for. */
let certificates: Certificates;

const rejection = () => ({
  fields: { services: [null, { host: 'expected a string' }] },
  flattenedErrors: [],
});

const FAULTS: readonly Fault[] = [
  {
    name: 'connection-refused',
    strike: (_stage, { kong }) => kong.faults.set({ refuse: true }),
    args: ['--kong-admin-retries', '1'],
    tile: ['Unreachable', 'Connection refused'],
    page: ['is Kong up'],
  },
  {
    name: 'hanging',
    strike(stage, { kong }) {
      kong.faults.set({ hang: 'all' });
      stage.edit();
    },
    args: IMPATIENT,
    tile: ['Unreachable', 'no answer'],
  },
  {
    name: 'rejected-by-one',
    strike(stage, { kong }) {
      kong.faults.set({ rejectWith: rejection });
      stage.edit();
    },
    args: ['--canary=false'],
    tile: ['Rejects the configuration', '400', 'expected a string'],
  },
  {
    name: 'canary-rejected',
    strike(stage) {
      for (const { kong } of stage.troop.world.pods()) kong.faults.set({ rejectWith: rejection });
      stage.edit();
    },
    page: ['was withdrawn'],
  },
  {
    name: 'wrong-token',
    strike: (_stage, { kong }) => kong.faults.set({ answer: { status: 401, message: 'Unauthorized' } }),
    tile: ['Refuses Silverback', 'refused our credentials (401)'],
    page: ['check --kong-admin-token'],
  },
  {
    name: 'body-limit',
    strike(stage, { kong }) {
      kong.faults.set({ answer: { status: 413, method: 'POST', html: true } });
      stage.edit();
    },
    args: ['--canary=false'],
    tile: ['Refuses Silverback', 'larger than the Admin API'],
    page: ['nginx_admin_client_max_body_size'],
  },
  {
    name: 'drift-reported',
    strike: (_stage, pod) => post(pod, configOf('somebody-else')),
    args: ['--drift', 'report'],
    tile: ['Changed by somebody else', 'no revision of Silverback'],
  },
  {
    name: 'restart-loop',
    async strike(stage, { kong }) {
      for (let times = 0; times < 4; times += 1) {
        const healed = performance.now();
        await kong.restart('empty');
        await stage.troop.untilConverged(healed);
      }
    },
    tile: ['Keeps losing its configuration', 'lost or changed its configuration 4 times'],
    page: ['Needs attention', 'see whether it restarts'],
  },
  {
    name: 'server-errors',
    strike: (_stage, { kong }) =>
      kong.faults.set({ answer: { status: 500, message: 'An unexpected error occurred' } }),
    args: ['--kong-admin-retries', '1'],
    tile: ['Answers with errors', 'Answered 500'],
  },
  {
    name: 'certificate-name',
    async prepare(folder) {
      await writeFile(join(folder, 'ca.crt'), certificates.ca);
      return ['--kong-admin-ca-cert-file', join(folder, 'ca.crt')];
    },
    strike: ({ troop }) => troop.world.addGateway({ tls: certificates.server }),
    page: ['kong-7', 'its certificate is for another name', 'kong-admin-tls-server-name'],
  },
  {
    name: 'source-deleted',
    strike: ({ troop }) => troop.world.setConfig('shop', undefined),
    page: ['Waits for you', 'The gateways keep what they have'],
  },
  {
    name: 'most-routes-removed',
    async strike(stage) {
      const before = performance.now();
      stage.edit(configOf('many', 10));
      await stage.troop.untilConverged(before);
      stage.edit(configOf('few', 1));
    },
    page: ['Waits for you', 'silverback approve', 'Show what it would change'],
  },
  {
    name: 'invalid-source',
    strike: (stage) => stage.edit(BROKEN),
    page: ['port must be a whole number', 'configmap/silverback/shop', 'port: eighty'],
  },
  {
    name: 'rollout-paused',
    async strike(stage) {
      await stage.decide('rollout', 'pause');
      await stage.page.getByText('paused the rollout').first().waitFor(PATIENT);
      stage.edit();
    },
    page: ['6 gateways', 'still serves', 'Waits for you', 'paused the rollout', 'silverback rollout resume'],
  },
  {
    name: 'follower',
    strike: () => undefined,
    replicas: 2,
    at: 'follower',
    page: ['Following', 'port-forward pod/silverback-'],
  },
];

let browser: Browser;
let stage: FaultStage;
beforeAll(async () => {
  browser = await openBrowser();
  certificates = await makeCertificates({ serverNames: ['another.name'] });
});
afterAll(() => browser.close());
afterEach(() => stage.close());

test.each(FAULTS)('$name: the page says which gateway is behind, and why', async (fault) => {
  stage = await setStage(browser, fault);
  const { page, troop } = stage;
  await page.locator('.connection-live').waitFor(PATIENT);
  await fault.strike(stage, troop.world.pods()[2]!);
  try {
    const tile = page.locator('[data-gateway=kong-3]');
    for (const text of fault.tile ?? []) await tile.getByText(text).first().waitFor(PATIENT);
    for (const text of fault.page ?? []) await page.locator('main').getByText(text).first().waitFor(PATIENT);
    if (fault.tile !== undefined) {
      expect(await page.locator('.tile').first().getAttribute('data-gateway')).toBe('kong-3');
    }
    expect(stage.complaints).toEqual([]);
  } finally {
    await takePicture(page, fault.name);
  }
});
