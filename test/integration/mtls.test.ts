import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { makeCertificates } from '../support/certificates.js';
import type { Certificates, KeyPair } from '../support/certificates.js';
import { configOf, createTroop, overlapsIn } from '../support/troop.js';
import type { Troop } from '../support/troop.js';

jest.setTimeout(120_000);

/** What the certificate of every gateway behind kong/kong-admin must carry. */
const SERVER_NAME = 'pod.kong-admin.kong.svc';
const TOKENS = { old: 'old-token-of-the-test', fresh: 'new-token-of-the-test' };

let before: Certificates;
let after: Certificates;
let troop: Troop;

beforeAll(async () => {
  [before, after] = await Promise.all([
    makeCertificates({ serverNames: [SERVER_NAME] }),
    makeCertificates({ serverNames: [SERVER_NAME] }),
  ]);
});
beforeEach(async () => {
  troop = await createTroop({});
});
afterEach(async () => {
  expect(overlapsIn(troop.world.pods())).toEqual([]);
  await troop.close();
});

const inFolder = (name: string): string => join(troop.folder, name);

async function writeCredentials(ca: string, client: KeyPair, token: string): Promise<void> {
  await writeFile(inFolder('ca.crt'), ca);
  await writeFile(inFolder('tls.crt'), client.cert);
  await writeFile(inFolder('tls.key'), client.key);
  await writeFile(inFolder('token'), token);
}

const fileSettings = (): NodeJS.ProcessEnv => ({
  CONTROLLER_KONG_ADMIN_CA_CERT_FILE: inFolder('ca.crt'),
  CONTROLLER_KONG_ADMIN_TLS_CLIENT_CERT_FILE: inFolder('tls.crt'),
  CONTROLLER_KONG_ADMIN_TLS_CLIENT_KEY_FILE: inFolder('tls.key'),
  CONTROLLER_KONG_ADMIN_TOKEN_FILE: inFolder('token'),
});

test('gateways are known by the name of their Service, and credentials rotate without a restart', async () => {
  const { world } = troop;
  const old = await world.addGateway({
    tls: { ...before.server, clientCa: before.ca },
    requireToken: { header: 'Kong-Admin-Token', value: TOKENS.old },
  });
  world.setConfig('shop', { 'kong.yaml': configOf('one') });
  await writeCredentials(before.ca, before.client, TOKENS.old);
  const replica = troop.start(undefined, fileSettings());
  await troop.untilConverged(0);
  expect(old.kong.requests.map(({ status }) => status)).toEqual(expect.arrayContaining([200, 201]));

  // The next generation of gateways knows neither the old CA nor the old token.
  const rotated = performance.now();
  await world.addGateway({
    tls: { ...after.server, clientCa: after.ca },
    requireToken: { header: 'Kong-Admin-Token', value: TOKENS.fresh },
  });
  await troop.until('the word about the certificate', () =>
    troop
      .said('retry', rotated)
      .some(({ fields }) => fields['gateway'] === 'kong-2' && fields['code'] === 'tls'),
  );
  await writeCredentials(after.ca, after.client, TOKENS.fresh);
  await world.removeGateway(old);
  const { fields } = await troop.untilConverged(rotated);
  expect(fields).toMatchObject({ gateways: 1 });
  expect(troop.said('credentials-rotated', rotated).length).toBeGreaterThan(0);
  expect(replica.lines.filter(({ event }) => event === 'started')).toHaveLength(1);
});

test('a gateway that wants a client certificate, and gets none, is refused with what to do', async () => {
  const { world } = troop;
  await world.addGateway({ tls: { ...before.server, clientCa: before.ca } });
  world.setConfig('shop', { 'kong.yaml': configOf('one') });
  await writeFile(inFolder('ca.crt'), before.ca);
  troop.start(undefined, { CONTROLLER_KONG_ADMIN_CA_CERT_FILE: inFolder('ca.crt') });
  const refused = () => troop.said('gateway-phase').filter(({ fields }) => fields['to'] === 'refused');
  await troop.until('the word', () => refused().length > 0);
  expect(refused()[0]!.message).toContain('set --kong-admin-tls-client-cert-file');
});
