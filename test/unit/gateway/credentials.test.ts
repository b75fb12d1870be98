import { X509Certificate } from 'node:crypto';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createAdminApi } from '../../../src/gateway/admin-api.js';
import type { AdminApi } from '../../../src/gateway/admin-api.js';
import { earliestEnd } from '../../../src/gateway/certificates.js';
import { openCredentials } from '../../../src/gateway/credentials.js';
import type { Credentials, CredentialSources } from '../../../src/gateway/credentials.js';
import { startKongEmulator } from '../../../src/emulator/kong/kong-emulator.js';
import type { KongEmulator } from '../../../src/emulator/kong/kong-emulator.js';
import { makeCertificates } from '../../support/certificates.js';
import type { Certificates } from '../../support/certificates.js';
import { createVirtualClock } from '../../support/virtual-clock.js';
import type { VirtualClock } from '../../support/virtual-clock.js';

const SERVICE_NAME = 'pod.kong-admin.kong.svc';
const REFRESH_MS = 10_000;

let certificates: Certificates;
let folder: string;
let clock: VirtualClock;
let gateway: KongEmulator;
let credentials: Credentials | undefined;
let rotated: () => void;
let unreadable: string[];

beforeAll(async () => {
  certificates = await makeCertificates({ serverNames: [SERVICE_NAME] });
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'silverback-test-'));
  clock = createVirtualClock();
  unreadable = [];
  rotated = () => undefined;
  gateway = await startKongEmulator({ tls: { ...certificates.server, clientCa: certificates.ca } });
});
afterEach(async () => {
  await credentials?.close();
  credentials = undefined;
  await gateway.stop();
  await rm(folder, { recursive: true, force: true });
});

const inFile = (name: string): { file: string } => ({ file: join(folder, name) });

async function put(name: string, text: string): Promise<void> {
  await writeFile(join(folder, `${name}.new`), text);
  await rename(join(folder, `${name}.new`), join(folder, name));
}

async function open(sources: Partial<CredentialSources>): Promise<AdminApi> {
  const opened = await openCredentials(
    { skipVerify: false, headers: {}, ...sources },
    {
      clock,
      refreshMs: REFRESH_MS,
      connectTimeoutMs: 5_000,
      onRotated: () => rotated(),
      onUnreadable: (reason) => unreadable.push(reason),
    },
  );
  credentials = opened;
  return createAdminApi({
    dispatcher: ({ serverName }) => opened.dispatcher(serverName),
    headers: () => opened.headers(),
    workspace: undefined,
    onUnauthorized: () => opened.refresh(),
    wallNow: () => 0,
  });
}

const look = (admin: AdminApi, serverName = SERVICE_NAME) =>
  admin.status({ key: 'k', name: 'kong', url: gateway.adminUrl, serverName }, new AbortController().signal);

const mutual = () => ({
  ca: { value: certificates.ca },
  clientCert: { value: certificates.client.cert },
  clientKey: { value: certificates.client.key },
});

test('speaks mTLS to a pod by its address and verifies the name of the Service', async () => {
  expect((await look(await open(mutual()))).kind).toBe('status');
  expect(gateway.requests.at(-1)?.client).toBe('silverback');
});

test('tells a wrong name, an unknown CA and a missing client certificate apart from a dead gateway', async () => {
  const admin = await open(mutual());
  const wrongName = await look(admin, 'pod.other.kong.svc');
  expect(wrongName).toMatchObject({ kind: 'unreachable', trouble: { code: 'tls' } });
  expect(JSON.stringify(wrongName)).toContain('ERR_TLS_CERT_ALTNAME_INVALID');
  await credentials?.close();
  expect(
    await look(await open({ clientCert: mutual().clientCert, clientKey: mutual().clientKey })),
  ).toMatchObject({
    trouble: { code: 'tls' },
  });
  await credentials?.close();
  const noClient = await look(await open({ ca: { value: certificates.ca } }));
  expect(noClient).toMatchObject({ trouble: { code: 'tls' } });
  expect(JSON.stringify(noClient)).toContain('--kong-admin-tls-client-cert');
});

test('does not verify where told not to', async () => {
  const { clientCert, clientKey } = mutual();
  expect((await look(await open({ skipVerify: true, clientCert, clientKey }), 'whatever.test')).kind).toBe(
    'status',
  );
});

test('takes up a rotated certificate, and what is under way ends on the old one', async () => {
  const renewed = await certificates.issue(['silverback-2'], 'silverback-2');
  await put('tls.crt', certificates.client.cert);
  await put('tls.key', certificates.client.key);
  const admin = await open({
    ca: { value: certificates.ca },
    clientCert: inFile('tls.crt'),
    clientKey: inFile('tls.key'),
  });
  expect((await look(admin)).kind).toBe('status');
  gateway.faults.set({ hang: 'status' });
  const underWay = look(admin);
  await gateway.waitFor(() => gateway.requests.length === 2);

  const noticed = new Promise<void>((resolve) => (rotated = resolve));
  await put('tls.crt', renewed.cert);
  await put('tls.key', renewed.key);
  await clock.advance(REFRESH_MS);
  await noticed;
  gateway.faults.clear();
  expect((await look(admin)).kind).toBe('status');
  expect(gateway.requests.map(({ client }) => client)).toEqual(['silverback', 'silverback', 'silverback-2']);
  await gateway.stop();
  expect((await underWay).kind).toBe('unreachable');
});

test('reads the token from its file again after a 401, and when it changes', async () => {
  await put('token', 'first\n');
  const admin = await open({ ...mutual(), token: inFile('token') });
  expect(credentials?.headers()).toEqual({ 'Kong-Admin-Token': 'first' });
  const noticed = new Promise<void>((resolve) => (rotated = resolve));
  await put('token', 'second\n');
  await clock.advance(1_000);
  gateway.faults.set({ answer: { status: 401, times: 1 } });
  expect(await look(admin)).toMatchObject({ kind: 'refused', trouble: { code: '401' } });
  await noticed;
  expect(credentials?.headers()).toEqual({ 'Kong-Admin-Token': 'second' });
});

test('a header that is given wins over the token', async () => {
  await open({ token: { value: 'token' }, headers: { 'kong-admin-token': 'mine' } });
  expect(credentials?.headers()).toEqual({ 'kong-admin-token': 'mine' });
});

test('a file that cannot be read at the start is an error that names it; later it keeps what was read, and says so once', async () => {
  await expect(open({ token: inFile('token') })).rejects.toThrow(/token/);
  await put('token', 'first');
  await open({ token: inFile('token') });
  await rm(join(folder, 'token'));
  const untilTold = async (): Promise<void> => {
    while (unreadable.length === 0) await clock.advance(REFRESH_MS);
  };
  await untilTold();
  await clock.advance(REFRESH_MS * 3);
  expect(unreadable).toHaveLength(1);
  expect(unreadable[0]).not.toContain('first');
  expect(credentials?.headers()).toEqual({ 'Kong-Admin-Token': 'first' });
});

test('knows until when certificates are good: ours, the CA, and what a gateway has shown', async () => {
  const admin = await open(mutual());
  const endOf = (pem: string): Date => new Date(new X509Certificate(pem).validTo);
  expect(credentials?.certificates()).toEqual({
    client: endOf(certificates.client.cert),
    ca: endOf(certificates.ca),
    servers: new Map(),
  });
  await look(admin);
  expect(credentials?.certificates().servers).toEqual(
    new Map([[gateway.adminUrl, endOf(certificates.server.cert)]]),
  );
});

test('of several certificates in a text the first to run out counts, and what is none does not', () => {
  const many = `# ours\n${certificates.client.cert}\n${certificates.ca}\n-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n`;
  const ends = [certificates.client.cert, certificates.ca].map(
    (pem) => new Date(new X509Certificate(pem).validTo),
  );
  expect(earliestEnd(many)?.getTime()).toBe(Math.min(...ends.map((end) => end.getTime())));
  expect(earliestEnd('none')).toBeUndefined();
  expect(earliestEnd(undefined)).toBeUndefined();
});
