import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import { ConnectionError } from '../../../../src/kube/connection/connection.js';
import {
  inCluster,
  loadConnection,
  type ConnectionOptions,
} from '../../../../src/kube/connection/load-connection.js';
import { createVirtualClock } from '../../../support/virtual-clock.js';

const POD = { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443' };

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'silverback-connection-'));
});
afterAll(() => rm(folder, { recursive: true }));

let files = 0;
async function write(text: string, name = `file-${(files += 1)}`): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, text);
  return file;
}

async function serviceAccount(parts: Record<string, string> = {}): Promise<string> {
  const mounted = join(folder, `account-${(files += 1)}`);
  await mkdir(mounted);
  const all = { token: 'token-1\n', 'ca.crt': 'CA 1', namespace: 'kong', ...parts };
  for (const [name, text] of Object.entries(all)) await writeFile(join(mounted, name), text);
  return mounted;
}

/** A kubeconfig of one context. */
function kubeconfig({ cluster = {}, user = {}, context = {}, current = 'c' } = {}): string {
  return JSON.stringify({
    'current-context': current,
    clusters: [{ name: 'k', cluster: { server: 'https://api.example:6443', ...cluster } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'c', context: { cluster: 'k', user: 'u', ...context } }],
  });
}

function options(more: Partial<ConnectionOptions> = {}): ConnectionOptions {
  return { env: {}, clock: createVirtualClock(), home: join(folder, 'nobody'), ...more };
}

async function ofKubeconfig(parts: Parameters<typeof kubeconfig>[0], more: Partial<ConnectionOptions> = {}) {
  return loadConnection(options({ kubeconfig: await write(kubeconfig(parts)), ...more }));
}

const credentialsOf = async (user: object, cluster: object = {}) =>
  (await ofKubeconfig({ user, cluster })).credentials();

const problem = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => Promise.reject(new Error('it worked')),
    (error: unknown) => (error instanceof ConnectionError ? error.message : Promise.reject(error as Error)),
  );

describe('where the cluster is looked for', () => {
  test('first the given kubeconfig, then KUBECONFIG, then the pod, then the home folder', async () => {
    const given = await write(kubeconfig({ context: { namespace: 'given' } }));
    const listed = await write(kubeconfig({ context: { namespace: 'listed' } }));
    const home = join(folder, 'home');
    await mkdir(join(home, '.kube'), { recursive: true });
    await write(kubeconfig({ context: { namespace: 'home' } }), 'home/.kube/config');
    const account = { serviceAccountFolder: await serviceAccount() };
    const everywhere = { env: { ...POD, KUBECONFIG: listed }, home, ...account };
    const namespaces = await Promise.all(
      [
        { kubeconfig: given, ...everywhere },
        everywhere,
        { env: POD, home, ...account },
        { env: { KUBECONFIG: '' }, home },
      ].map(async (one) => (await loadConnection(options(one))).namespace),
    );
    expect(namespaces).toEqual(['given', 'listed', 'kong', 'home']);
  });

  test('and what to do when there is none', async () => {
    expect(await problem(loadConnection(options()))).toMatch(/No Kubernetes cluster.*Pass --kubeconfig/);
  });

  test('a pod is known by its environment alone', () => {
    expect(inCluster(POD)).toBe(true);
    expect(inCluster({ ...POD, KUBERNETES_SERVICE_PORT: '' })).toBe(false);
    expect(inCluster({})).toBe(false);
  });
});

describe('in a pod', () => {
  test('the service account is used', async () => {
    const serviceAccountFolder = await serviceAccount();
    const connection = await loadConnection(options({ env: POD, serviceAccountFolder }));
    expect(connection).toMatchObject({
      server: { origin: 'https://10.0.0.1:443', pathPrefix: '' },
      namespace: 'kong',
      source: "the pod's service account",
    });
    expect(await connection.credentials()).toEqual({
      headers: { authorization: 'Bearer token-1' },
      tls: { ca: 'CA 1' },
    });
  });

  test('IPv6 addresses are written as URLs want them', async () => {
    const env = { ...POD, KUBERNETES_SERVICE_HOST: 'fd00::1' };
    const connection = await loadConnection(options({ env, serviceAccountFolder: await serviceAccount() }));
    expect(connection.server.origin).toBe('https://[fd00::1]:443');
  });

  test('token and CA are read again after a minute, not before, and at once after a 401', async () => {
    const clock = createVirtualClock();
    const serviceAccountFolder = await serviceAccount();
    const connection = await loadConnection(options({ env: POD, clock, serviceAccountFolder }));
    const first = await connection.credentials();
    await writeFile(join(serviceAccountFolder, 'token'), 'token-2');
    await clock.advance(59_000);
    expect(await connection.credentials()).toBe(first);
    await clock.advance(1_000);
    expect((await connection.credentials()).headers['authorization']).toBe('Bearer token-2');
    await writeFile(join(serviceAccountFolder, 'token'), 'token-3');
    await writeFile(join(serviceAccountFolder, 'ca.crt'), 'CA 2');
    await clock.advance(2_000);
    const refused = await connection.credentials();
    expect(await connection.credentials(refused)).toEqual({
      headers: { authorization: 'Bearer token-3' },
      tls: { ca: 'CA 2' },
    });
  });

  test('many refusals at once read once, and refusals in a row no more often than each second', async () => {
    const clock = createVirtualClock();
    const serviceAccountFolder = await serviceAccount();
    const connection = await loadConnection(options({ env: POD, clock, serviceAccountFolder }));
    const refused = await connection.credentials();
    expect(await connection.credentials(refused)).toBe(refused);
    await clock.advance(1_000);
    const all = await Promise.all(Array.from({ length: 5 }, () => connection.credentials(refused)));
    expect(new Set(all).size).toBe(1);
    expect(all[0]).not.toBe(refused);
    expect(await connection.credentials(refused)).toBe(all[0]);
  });

  test('what was read before stays in use while files cannot be read', async () => {
    const clock = createVirtualClock();
    const serviceAccountFolder = await serviceAccount();
    const connection = await loadConnection(options({ env: POD, clock, serviceAccountFolder }));
    await writeFile(join(serviceAccountFolder, 'token'), '');
    await clock.advance(60_000);
    expect((await connection.credentials()).headers['authorization']).toBe('Bearer token-1');
  });

  test('without a usable service account it says which file, and what to do', async () => {
    const missing = options({ env: POD, serviceAccountFolder: join(folder, 'missing') });
    expect(await problem(loadConnection(missing))).toMatch(
      /missing.*ENOENT.*automountServiceAccountToken: true/,
    );
    const empty = options({ env: POD, serviceAccountFolder: await serviceAccount({ token: '' }) });
    expect(await problem(loadConnection(empty))).toMatch(/token is empty/);
  });
});

describe('a kubeconfig', () => {
  test('gives server, path, namespace and where it comes from', async () => {
    const connection = await ofKubeconfig({
      cluster: { server: 'https://proxy.example/k8s/clusters/c-1/' },
      context: { namespace: 'kong' },
    });
    expect(connection.server).toEqual({ origin: 'https://proxy.example', pathPrefix: '/k8s/clusters/c-1' });
    expect(connection.namespace).toBe('kong');
    expect(connection.source).toMatch(/, context "c"$/);
  });

  test('may name a server without TLS', async () => {
    const connection = await ofKubeconfig({
      cluster: { server: 'http://127.0.0.1:8001' },
      user: { token: 't' },
    });
    expect(connection.server.origin).toBe('http://127.0.0.1:8001');
    expect((await connection.credentials()).headers).toEqual({ authorization: 'Bearer t' });
  });

  test('may have no user', async () => {
    const connection = await ofKubeconfig({ context: { user: undefined } });
    expect(await connection.credentials()).toEqual({ headers: {}, tls: {} });
  });

  test('may hold tokens, passwords, and somebody to act as', async () => {
    expect((await credentialsOf({ token: 'abc' })).headers).toEqual({ authorization: 'Bearer abc' });
    expect((await credentialsOf({ username: 'a', password: 'b' })).headers).toEqual({
      authorization: 'Basic YTpi',
    });
    expect((await credentialsOf({ token: 'abc', as: 'jane' })).headers).toEqual({
      authorization: 'Bearer abc',
      'impersonate-user': 'jane',
    });
  });

  test('may name a token file, beside it, that is read again each minute', async () => {
    const clock = createVirtualClock();
    await write('first\n', 'token-file');
    const connection = await ofKubeconfig({ user: { tokenFile: 'token-file' } }, { clock });
    expect((await connection.credentials()).headers).toEqual({ authorization: 'Bearer first' });
    await write('second', 'token-file');
    await clock.advance(61_000);
    const refused = await connection.credentials();
    await clock.advance(61_000);
    expect((await connection.credentials(refused)).headers).toEqual({ authorization: 'Bearer second' });
  });

  test('may hold TLS material, inside it or in files beside it', async () => {
    const base64 = (text: string): string => Buffer.from(text).toString('base64');
    const inside = await credentialsOf(
      { 'client-certificate-data': base64('CERT'), 'client-key-data': base64('KEY') },
      { 'certificate-authority-data': base64('CA'), 'tls-server-name': 'api.internal' },
    );
    expect(inside.tls).toEqual({ ca: 'CA', cert: 'CERT', key: 'KEY', serverName: 'api.internal' });
    await Promise.all(['ca', 'crt', 'key'].map((name) => write(name.toUpperCase(), `tls.${name}`)));
    const beside = await credentialsOf(
      { 'client-certificate': 'tls.crt', 'client-key': 'tls.key' },
      { 'certificate-authority': 'tls.ca' },
    );
    expect(beside.tls).toEqual({ ca: 'CA', cert: 'CRT', key: 'KEY' });
    expect((await credentialsOf({}, { 'insecure-skip-tls-verify': true })).tls).toEqual({ insecure: true });
  });

  test('of several, the first that defines something wins', async () => {
    const first = await write(JSON.stringify({ users: [{ name: 'u', user: { token: 'first' } }] }));
    const second = await write(kubeconfig({ user: { token: 'second' } }));
    const connection = await loadConnection(
      options({ env: { KUBECONFIG: [first, second].join(delimiter) } }),
    );
    expect((await connection.credentials()).headers).toEqual({ authorization: 'Bearer first' });
  });

  test('is read again after a 401: somebody may have logged in anew', async () => {
    const clock = createVirtualClock();
    const file = await write(kubeconfig({ user: { token: 'old' } }));
    const connection = await loadConnection(options({ kubeconfig: file, clock }));
    const refused = await connection.credentials();
    await writeFile(file, kubeconfig({ user: { token: 'new' } }));
    await clock.advance(1_000);
    expect((await connection.credentials(refused)).headers).toEqual({ authorization: 'Bearer new' });
  });
});

describe('a credential plugin', () => {
  const plugin = (script: string): { exec: object } => ({
    exec: { apiVersion: 'client.authentication.k8s.io/v1', command: process.execPath, args: ['-e', script] },
  });
  const credential = (status: object): string =>
    `console.log(JSON.stringify({ kind: 'ExecCredential', status: ${JSON.stringify(status)} }))`;

  test('gives the token', async () => {
    const { headers } = await credentialsOf(plugin(credential({ token: 'made' })));
    expect(headers).toEqual({ authorization: 'Bearer made' });
  });

  test('may give a client certificate', async () => {
    const status = { clientCertificateData: 'CERT', clientKeyData: 'KEY' };
    expect((await credentialsOf(plugin(credential(status)))).tls).toEqual({ cert: 'CERT', key: 'KEY' });
  });

  test('is told who asks, and has the environment that its entry gives', async () => {
    const info = { apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential' };
    const script = `const { KUBERNETES_EXEC_INFO, WORD, PATH } = process.env;
      const token = JSON.stringify([JSON.parse(KUBERNETES_EXEC_INFO), WORD, PATH]);
      console.log(JSON.stringify({ kind: 'ExecCredential', status: { token } }));`;
    const { exec } = plugin(script);
    const { headers } = await credentialsOf({ exec: { ...exec, env: [{ name: 'WORD', value: 'given' }] } });
    expect(JSON.parse(headers['authorization']!.replace('Bearer ', ''))).toEqual([
      { ...info, spec: { interactive: false } },
      'given',
      process.env['PATH'],
    ]);
  });

  test('gives way to a token beside it, as with kubectl, and joins the rest of the entry', async () => {
    const exec = plugin(credential({ token: 'made' }));
    const { headers } = await credentialsOf({ ...exec, token: 'own', as: 'jane' });
    expect(headers).toEqual({ authorization: 'Bearer own', 'impersonate-user': 'jane' });
  });

  test('is run again once its credential has expired, and not before', async () => {
    const clock = createVirtualClock();
    const runs = join(folder, 'runs');
    const expirationTimestamp = new Date(clock.wall().getTime() + 150_000).toISOString();
    const script = `require('fs').appendFileSync(${JSON.stringify(runs)}, '.');`;
    const exec = plugin(`${script}${credential({ token: 'made', expirationTimestamp })}`);
    const connection = await ofKubeconfig({ user: exec }, { clock });
    await clock.advance(61_000);
    await connection.credentials();
    expect(await readFile(runs, 'utf8')).toBe('.');
    await clock.advance(90_000);
    await connection.credentials();
    expect(await readFile(runs, 'utf8')).toBe('..');
  });

  test.each([
    ['says something else', 'console.log("secret-output")'],
    ['fails', 'console.error("secret-output"); process.exit(1)'],
    ['says nothing', ''],
    ['gives neither token nor certificate', 'console.log(`{"status":{"clientKeyData":"secret-output"}}`)'],
  ])('that %s is named, and nothing of what it said', async (_what, script) => {
    const told = await problem(ofKubeconfig({ user: plugin(script) }));
    expect(told).toMatch(/the credential plugin ".*" of user "u" failed.*Run it by hand/);
    expect(told).not.toContain('secret-output');
  });

  test('that does not answer is given up after a minute, and killed though it is deaf to SIGTERM', async () => {
    const clock = createVirtualClock();
    const file = join(folder, 'pid');
    const hanging = plugin(`process.on('SIGTERM', () => undefined);
      setInterval(() => undefined, 1000);
      require('fs').writeFileSync(${JSON.stringify(file)}, String(process.pid));`);
    let told = '';
    void problem(ofKubeconfig({ user: hanging }, { clock })).then((message) => (told = message));
    const pid = (): Promise<number> => readFile(file, 'utf8').then(Number, () => 0);
    while ((await pid()) === 0) await clock.settle();
    while (told === '') await clock.advance(1_000);
    expect(told).toMatch(/failed \(no answer in 60 s\)/);
    expect(clock.now()).toBeGreaterThanOrEqual(60_000);
    const plugged = await pid();
    const isThere = (): boolean => {
      try {
        return process.kill(plugged, 0);
      } catch {
        return false;
      }
    };
    while (isThere()) await clock.settle();
  });

  test('that does not exist is told by its name', async () => {
    const told = await problem(ofKubeconfig({ user: { exec: { command: 'no-such-plugin' } } }));
    expect(told).toMatch(/"no-such-plugin" of user "u" failed \(ENOENT/);
  });
});

describe('what is wrong with a kubeconfig is told with the file, and without its content', () => {
  test.each([
    ['no file', undefined, /missing-file: cannot be read \(ENOENT\)/],
    ['no YAML', 'users: [ {token: secret-token', /:1:\d+: not valid YAML/],
    ['no mapping', 'secret-token', /not a kubeconfig/],
    ['no current context', kubeconfig({ current: '' }), /no current-context.*kubectl config use-context/],
    ['an unknown context', kubeconfig({ current: 'x' }), /current-context names "x".* contexts \(c\)/],
    [
      'an unknown cluster',
      kubeconfig({ context: { cluster: 'y' } }),
      /context "c" names "y".*clusters \(k\)/,
    ],
    ['an unknown user', kubeconfig({ context: { user: 'z' } }), /context "c" names "z".*users \(u\)/],
    ['no server', kubeconfig({ cluster: { server: 'api' } }), /cluster "k" has no server/],
    ['a proxy', kubeconfig({ cluster: { 'proxy-url': 'http://p' } }), /proxy-url, which is not supported/],
    [
      'groups to act as',
      kubeconfig({ user: { 'as-groups': ['g'] } }),
      /user "u" has as-groups: not supported/,
    ],
    [
      'a missing certificate',
      kubeconfig({ user: { token: 'secret-token', 'client-certificate': 'gone.crt' } }),
      /credentials of user "u" cannot be read \(ENOENT .*gone.crt/,
    ],
  ])('%s', async (_what, text, expected) => {
    const file = text === undefined ? join(folder, 'missing-file') : await write(text);
    const told = await problem(loadConnection(options({ kubeconfig: file })));
    expect(told).toMatch(expected);
    expect(told).not.toContain('secret-token');
  });
});
