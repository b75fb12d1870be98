import { afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CONFIG_NAMESPACE, KONG_NAMESPACE } from '../../src/demo/world.js';
import type { KongEmulatorOptions } from '../../src/emulator/kong/server/options.js';
import { makeCertificates, makeSelfSigned } from '../support/certificates.js';
import type { Certificates } from '../support/certificates.js';
import { createPatient, HISTORY } from '../support/doctor.js';
import type { DoctorResult, Patient } from '../support/doctor.js';
import { configOf } from '../support/troop.js';

jest.setTimeout(60_000);

const SERVER_NAME = 'pod.kong-admin.kong.svc';
const DAY = 24 * 3600 * 1000;
const inDays = (days: number): Date => new Date(Date.now() + days * DAY);

let certificates: Certificates;
let patient: Patient;
const servers: Server[] = [];

beforeAll(async () => {
  certificates = await makeCertificates({ serverNames: [SERVER_NAME] });
});
beforeEach(async () => {
  patient = await createPatient();
});
afterEach(async () => {
  for (const server of servers.splice(0)) server.close();
  // Whatever was found, nothing was pushed and nothing changed.
  const asked = patient.world.pods().flatMap(({ kong }) => kong.requests);
  expect(asked.filter(({ method }) => method !== 'GET')).toEqual([]);
  const written = patient.world.kube.requests.filter(({ method }) => method !== 'GET');
  expect(written.every(({ path }) => path.endsWith('/selfsubjectaccessreviews'))).toBe(true);
  await patient.close();
});

const gateway = (options?: KongEmulatorOptions) => patient.world.addGateway(options);
const give = (...args: readonly string[]): void => void patient.args.push(...args);

async function trustCa(): Promise<void> {
  give('--kong-admin-ca-cert-file', await patient.file('ca.crt', certificates.ca));
}

async function tlsGateway(names: readonly string[], from?: Date, to?: Date): Promise<void> {
  await trustCa();
  const validity = { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
  await gateway({ tls: await certificates.issue(names, names[0], undefined, validity) });
}

function staticUrl(url: string): void {
  const at = patient.args.indexOf('--kong-admin-svc');
  patient.args.splice(at, 2, '--kong-admin-url', url);
}

async function listening(answer: (respond: (status: number, type: string, body: string) => void) => void) {
  const server = createServer((_request, response) => {
    answer((status, type, body) => response.writeHead(status, { 'content-type': type }).end(body));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface Misconfiguration {
  readonly name: string;
  readonly spoil: () => unknown;
  readonly verdict: 'fail' | 'warn';
  readonly check: string;
  /** What the cause is called. */
  readonly says: RegExp;
  /** What is to be done. */
  readonly fix: RegExp;
  /** Failures beside it, which it causes. */
  readonly also?: readonly string[];
}

const MISCONFIGURATIONS: readonly Misconfiguration[] = [
  {
    name: 'settings that contradict each other',
    spoil: () => give('--kong-admin-url', 'http://10.0.0.7:8001'),
    verdict: 'fail',
    check: 'settings',
    says: /--kong-admin-svc cannot be given together with --kong-admin-url/,
    fix: /run --help/,
  },
  {
    name: 'a misspelt variable',
    spoil: () => {
      patient.env['CONTROLLER_KONG_ADMIN_TOKN'] = 'x';
      return gateway();
    },
    verdict: 'warn',
    check: 'variables',
    says: /CONTROLLER_KONG_ADMIN_TOKN names no setting/,
    fix: /misspelt/,
  },
  {
    name: 'a kubeconfig that is not there',
    spoil: () => give('--kubeconfig', '/nonexistent/kubeconfig'),
    verdict: 'fail',
    check: 'credentials',
    says: /nonexistent/,
    fix: /--kubeconfig/,
  },
  {
    name: 'an API server that cannot be reached',
    spoil: () => patient.world.kube.refuse(),
    verdict: 'fail',
    check: 'api-server',
    says: /ECONNREFUSED/,
    fix: /server of the kubeconfig/,
  },
  {
    name: 'a token that the API server does not accept',
    spoil: () => patient.world.kube.setTokens({ 'another-token': 'silverback' }),
    verdict: 'fail',
    check: 'api-server',
    says: /401/,
    fix: /not accepted/,
  },
  {
    name: 'missing rights',
    spoil: () => {
      patient.world.kube.setRights(({ resource }) => resource !== 'endpointslices');
      return gateway();
    },
    verdict: 'fail',
    check: 'rights',
    says: /may not list, watch endpointslices\.discovery\.k8s\.io \(the addresses of the gateways\)/,
    fix: /Role/,
    also: ['endpoints'],
  },
  {
    name: 'no right to write Events',
    spoil: () => {
      patient.world.kube.setRights(({ resource }) => resource !== 'events');
      return gateway();
    },
    verdict: 'warn',
    check: 'rights',
    says: /may not create, patch events/,
    fix: /Role/,
  },
  {
    name: 'a Service that is not there',
    spoil: () => patient.world.kube.remove('Service', KONG_NAMESPACE, 'kong-admin'),
    verdict: 'fail',
    check: 'service',
    says: /there is no Service kong\/kong-admin/,
    fix: /--kong-admin-svc/,
  },
  {
    name: 'ports of other names',
    spoil: async () => {
      patient.setService([{ name: 'web', port: 8001 }]);
      const pod = await gateway();
      const name = `kong-admin-${pod.name}`;
      const slice = patient.world.kube.get('EndpointSlice', KONG_NAMESPACE, name)!;
      const [port] = slice['ports'] as readonly object[];
      patient.world.kube.apply({ ...slice, ports: [{ ...port, name: 'web' }] });
    },
    verdict: 'fail',
    check: 'service',
    says: /no port named admin-tls, .*: its ports are named web/,
    fix: /--kong-admin-svc-port-names web/,
    also: ['endpoints'],
  },
  {
    name: 'a Service that selects nothing',
    spoil: () => undefined,
    verdict: 'fail',
    check: 'endpoints',
    says: /Service kong\/kong-admin has no EndpointSlices/,
    fix: /selects no pods/,
  },
  {
    name: 'a gateway that is down',
    spoil: async () => (await gateway()).kong.faults.set({ refuse: true }),
    verdict: 'fail',
    check: 'connection',
    says: /connection refused/,
    fix: /KONG_ADMIN_LISTEN/,
  },
  {
    name: 'an expired certificate',
    spoil: () => tlsGateway([SERVER_NAME], inDays(-30), inDays(-1)),
    verdict: 'fail',
    check: 'certificate',
    says: /its certificate has expired, on \d{4}-/,
    fix: /renew/,
  },
  {
    name: 'a certificate of tomorrow',
    spoil: () => tlsGateway([SERVER_NAME], inDays(1), inDays(300)),
    verdict: 'fail',
    check: 'certificate',
    says: /not yet valid/,
    fix: /clock/,
  },
  {
    name: 'a certificate that runs out soon',
    spoil: () => tlsGateway([SERVER_NAME], inDays(-1), inDays(5.5)),
    verdict: 'warn',
    check: 'certificate',
    says: /expires in 5 days/,
    fix: /renew/,
  },
  {
    name: 'a certificate of an unknown CA',
    spoil: () => gateway({ tls: certificates.server }),
    verdict: 'fail',
    check: 'certificate',
    says: /was signed by "CA .*", which is not trusted/,
    fix: /--kong-admin-ca-cert-file/,
  },
  {
    name: 'a self-signed certificate',
    spoil: async () => gateway({ tls: await makeSelfSigned(SERVER_NAME) }),
    verdict: 'fail',
    check: 'certificate',
    says: /its certificate is self-signed, and not trusted/,
    fix: /KONG_ADMIN_SSL_CERT/,
  },
  {
    name: 'a certificate of another name',
    spoil: () => tlsGateway(['kong.example']),
    verdict: 'fail',
    check: 'certificate',
    says: /not for pod\.kong-admin\.kong\.svc, but for DNS:kong\.example/,
    fix: /--kong-admin-tls-server-name/,
  },
  {
    name: 'mTLS without a client certificate',
    spoil: async () => {
      await trustCa();
      await gateway({ tls: { ...certificates.server, clientCa: certificates.ca } });
    },
    verdict: 'fail',
    check: 'access',
    says: /demands a client certificate, and none was given/,
    fix: /--kong-admin-tls-client-cert-file/,
  },
  {
    name: 'mTLS with a client certificate of a stranger',
    spoil: async () => {
      await trustCa();
      give('--kong-admin-tls-client-cert-file', await patient.file('tls.crt', certificates.stranger.cert));
      give('--kong-admin-tls-client-key-file', await patient.file('tls.key', certificates.stranger.key));
      await gateway({ tls: { ...certificates.server, clientCa: certificates.ca } });
    },
    verdict: 'fail',
    check: 'access',
    says: /does not accept our client certificate/,
    fix: /KONG_NGINX_ADMIN_SSL_CLIENT_CERTIFICATE/,
  },
  {
    name: "a client certificate with another's key",
    spoil: async () => {
      give('--kong-admin-tls-client-cert-file', await patient.file('tls.crt', certificates.client.cert));
      give('--kong-admin-tls-client-key-file', await patient.file('tls.key', certificates.stranger.key));
      await gateway();
    },
    verdict: 'fail',
    check: 'client-certificate',
    says: /do not belong together/,
    fix: /same Secret/,
  },
  {
    name: 'http where https is spoken',
    spoil: async () => {
      const page = '<html><body><center>The plain HTTP request was sent to HTTPS port</center></body></html>';
      staticUrl(await listening((respond) => respond(400, 'text/html', page)));
    },
    verdict: 'fail',
    check: 'admin-api',
    says: /speaks HTTPS on this port, and was asked in plain HTTP/,
    fix: /https:\/\/ URL/,
  },
  {
    name: 'https where http is spoken',
    spoil: async () => {
      const pod = await gateway();
      staticUrl(pod.kong.adminUrl.replace('http:', 'https:'));
    },
    verdict: 'fail',
    check: 'connection',
    says: /speaks plain HTTP/,
    fix: /http:\/\/ URL/,
  },
  {
    name: 'no token where one is demanded',
    spoil: () => gateway({ requireToken: { header: 'Kong-Admin-Token', value: 'right-token' } }),
    verdict: 'fail',
    check: 'access',
    says: /demands credentials, and none were given \(401\)/,
    fix: /--kong-admin-token-file/,
  },
  {
    name: 'a wrong token',
    spoil: async () => {
      give('--kong-admin-token-file', await patient.file('token', 'wrong-token\n'));
      await gateway({ requireToken: { header: 'Kong-Admin-Token', value: 'right-token' } });
    },
    verdict: 'fail',
    check: 'access',
    says: /does not accept our token \(401\)/,
    fix: /rotated/,
  },
  {
    name: 'a certificate of the admission webhook that is not mounted',
    spoil: () => {
      give('--admission-webhook-listen', ':18443', '--admission-webhook-cert-file', '/nonexistent/tls.crt');
      give('--admission-webhook-key-file', '/nonexistent/tls.key');
      return gateway();
    },
    verdict: 'fail',
    check: 'credentials',
    says: /--admission-webhook-cert-file: \/nonexistent\/tls\.crt cannot be read/,
    fix: /mounted/,
  },
  {
    name: 'a token file that is not mounted',
    spoil: () => {
      give('--kong-admin-token-file', '/nonexistent/token');
      return gateway();
    },
    verdict: 'fail',
    check: 'credentials',
    says: /--kong-admin-token-file: \/nonexistent\/token cannot be read \(ENOENT\)/,
    fix: /mounted/,
  },
  {
    name: "Kong's proxy port",
    spoil: async () => {
      const pod = await gateway({ proxy: { port: 0, upstream: () => 200 } });
      staticUrl(`http://127.0.0.1:${pod.kong.proxyPort!}`);
    },
    verdict: 'fail',
    check: 'admin-api',
    says: /Kong's proxy port/,
    fix: /8001/,
  },
  {
    name: "Kong's status port",
    spoil: async () => staticUrl((await gateway()).kong.statusUrl),
    verdict: 'fail',
    check: 'admin-api',
    says: /Kong's status port/,
    fix: /8001/,
  },
  {
    name: 'something else than Kong',
    spoil: async () => staticUrl(await listening((respond) => respond(200, 'text/html', '<h1>Welcome</h1>'))),
    verdict: 'fail',
    check: 'admin-api',
    says: /something else than Kong's Admin API answers \(200, text\/html\)/,
    fix: /check the address/,
  },
  {
    name: 'a Kong with a database',
    spoil: () => gateway({ database: 'postgres' }),
    verdict: 'fail',
    check: 'mode',
    says: /uses a database \(postgres\)/,
    fix: /KONG_DATABASE=off/,
  },
  {
    name: 'a control plane of hybrid mode',
    spoil: () => gateway({ database: 'postgres', configuration: { role: 'control_plane' } }),
    verdict: 'fail',
    check: 'mode',
    says: /control plane of a hybrid-mode/,
    fix: /KONG_ROLE=traditional/,
  },
  {
    name: 'a Kong of a Kong Ingress Controller',
    spoil: () => gateway({ configuration: { kic: true } }),
    verdict: 'warn',
    check: 'managed',
    says: /KONG_KIC=on/,
    fix: /migrate-from-kic/,
  },
  {
    name: 'entities of a Kong Ingress Controller',
    spoil: () =>
      gateway({
        declarativeConfig: Buffer.from(
          '_format_version: "3.0"\nservices: [{name: s, host: h, tags: ["k8s-name:s", managed-by-ingress-controller]}]\n',
        ),
      }),
    verdict: 'fail',
    check: 'managed',
    says: /Kong Ingress Controller made/,
    fix: /migrate-from-kic/,
  },
  {
    name: 'an old Kong',
    spoil: () => gateway({ version: '2.8.5' }),
    verdict: 'fail',
    check: 'version',
    says: /Kong 2\.8\.5 is too old/,
    fix: /3\.4 to 3\.9/,
  },
  {
    name: 'gateways of different versions',
    spoil: async () => {
      await gateway({ version: '3.9.3' });
      await gateway({ version: '3.8.0' });
    },
    verdict: 'warn',
    check: 'alike',
    says: /3\.9\.3 \(kong-1\), 3\.8\.0 \(kong-2\)/,
    fix: /canary/,
  },
  {
    name: 'a body limit below the size of the configuration',
    spoil: () => gateway({ maxBodyBytes: 100, bufferBytes: 100 }),
    verdict: 'fail',
    check: 'body-size',
    says: /larger than what its Admin API takes/,
    fix: /MAX_BODY_SIZE and KONG_NGINX_ADMIN_CLIENT_BODY_BUFFER_SIZE/,
  },
  {
    name: 'a body limit that was raised without the buffer',
    spoil: () => gateway({ bufferBytes: 100 }),
    verdict: 'fail',
    check: 'body-size',
    says: /larger than what Kong can read: .*raised without the second/,
    fix: /the same value/,
  },
  {
    name: 'a body limit that was raised without the buffer, before it hurts',
    spoil: () => gateway({ maxBodyBytes: 32 * 1024 * 1024 }),
    verdict: 'warn',
    check: 'body-size',
    says: /cannot read configurations of more than 10 MiB, though 32 MiB/,
    fix: /the same value/,
  },
  {
    name: 'a declarative_config file',
    spoil: () =>
      gateway({ declarativeConfig: Buffer.from('_format_version: "3.0"\nservices: [{name: s, host: h}]\n') }),
    verdict: 'warn',
    check: 'config-file',
    says: /declarative_config set \(\/kong\/declarative\/kong\.yml\): at each restart/,
    fix: /KONG_DECLARATIVE_CONFIG/,
  },
  {
    name: 'a plugin that the gateway lacks',
    spoil: async () => {
      patient.world.setConfig('shop', {
        'kong.yaml': '_format_version: "3.0"\nplugins: [{name: key-auth}, {name: cors}]\n',
      });
      await gateway({ plugins: ['cors'] });
    },
    verdict: 'fail',
    check: 'plugins',
    says: /does not have the plugins .*: key-auth/,
    fix: /KONG_PLUGINS/,
  },
  {
    name: 'a small LMDB',
    spoil: () => gateway({ lmdbBytes: 1000 }),
    verdict: 'warn',
    check: 'lmdb',
    says: /room for 1000 bytes/,
    fix: /KONG_LMDB_MAP_SIZE/,
  },
  {
    name: "a gateway's clock that is wrong",
    spoil: () => gateway({ clockAheadMs: 3_600_000 }),
    verdict: 'warn',
    check: 'clock',
    says: /60 min ahead of ours/,
    fix: /NTP/,
  },
  {
    name: "an API server's clock that is wrong",
    spoil: () => {
      patient.world.kube.setClockAhead(-600_000);
      return gateway();
    },
    verdict: 'warn',
    check: 'clock',
    says: /the API server is 10 min behind ours/,
    fix: /NTP/,
  },
  {
    name: 'a prefix volume that is too small',
    spoil: async () => {
      const pod = await gateway();
      patient.world.kube.apply({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: pod.name, namespace: KONG_NAMESPACE },
        spec: {
          containers: [{ name: 'proxy', volumeMounts: [{ name: 'prefix', mountPath: '/usr/local/kong/' }] }],
          volumes: [{ name: 'prefix', emptyDir: { sizeLimit: '1Ki' } }],
        },
      });
    },
    verdict: 'warn',
    check: 'prefix-volume',
    says: /limited to 1 KiB, and LMDB may need 3 KiB/,
    fix: /sizeLimit/,
  },
  {
    name: 'a folder of the history that is not there',
    spoil: () => {
      const at = patient.args.indexOf('--history-secret');
      patient.args.splice(at, 2, '--data-dir', '/nonexistent/data');
      return gateway();
    },
    verdict: 'fail',
    check: 'folder',
    says: /\/nonexistent\/data does not exist/,
    fix: /mount a volume/,
  },
  {
    name: 'no source with the label',
    spoil: () => {
      patient.world.setConfig('shop', undefined);
      return gateway();
    },
    verdict: 'fail',
    check: 'source',
    says: /no ConfigMap or Secret in namespace silverback has the label silverback\.dev\/config=true/,
    fix: /kubectl -n silverback label configmap NAME silverback\.dev\/config=true/,
  },
  {
    name: 'an invalid source',
    spoil: () => {
      patient.world.setConfig('shop', {
        'kong.yaml': '_format_version: "3.0"\nservices: [{name: s, hosst: h}]\n',
      });
      return gateway();
    },
    verdict: 'fail',
    check: 'config',
    says: /invalid, 2 errors: configmap\/silverback\/shop\/kong\.yaml:2:/,
    fix: /silverback validate/,
  },
  {
    name: 'a ConfigMap that is nearly full',
    spoil: () => {
      const filling = `# ${'x'.repeat(1000)}\n`.repeat(900);
      patient.world.setConfig('shop', { 'kong.yaml': `${configOf('one')}${filling}` });
      return gateway();
    },
    verdict: 'warn',
    check: 'source',
    says: /ConfigMap silverback\/shop holds 88\d KiB of the 1 MiB that it can/,
    fix: /gzip/,
  },
  {
    name: 'a file that is not there',
    spoil: () => {
      give('--config-file', '/nonexistent/kong.yaml');
      return gateway();
    },
    verdict: 'fail',
    check: 'source',
    says: /\/nonexistent\/kong\.yaml does not exist/,
    fix: /mountPath/,
  },
  {
    name: 'Secrets of the history that are not there',
    spoil: () => {
      patient.world.kube.remove('Secret', CONFIG_NAMESPACE, `${HISTORY}-1`);
      return gateway();
    },
    verdict: 'fail',
    check: 'slots',
    says: /there is no Secret silverback\/silverback-history-1/,
    fix: /never creates Secrets/,
  },
  {
    name: 'a record of the history that is not there',
    spoil: () => {
      patient.world.kube.remove('Secret', CONFIG_NAMESPACE, HISTORY);
      return gateway();
    },
    verdict: 'fail',
    check: 'record',
    says: /there is no Secret silverback\/silverback-history/,
    fix: /create it empty/,
  },
  {
    name: 'a gateway that carries what Silverback never pushed',
    spoil: () =>
      gateway({ declarativeConfig: Buffer.from('_format_version: "3.0"\nservices: [{name: s, host: h}]\n') }),
    verdict: 'warn',
    check: 'serving',
    says: /which Silverback never pushed: the first push is held/,
    fix: /--adopt/,
  },
];

describe('silverback doctor names the cause of', () => {
  test.each(MISCONFIGURATIONS)('$name', async ({ spoil, verdict, check, says, fix, also = [] }) => {
    await spoil();
    const { code, results } = await patient.results();
    const matching = results.filter((each) => each.verdict === verdict && each.check === check);
    const cause = matching.find(({ message }) => says.test(message));
    expect({ cause: cause?.message, matching, results }).toMatchObject({
      cause: expect.stringMatching(says),
    });
    expect(cause?.fix).toMatch(fix);
    expect(code).toBe(results.some((each) => each.verdict === 'fail') ? 1 : 0);
    // Nobody is sent after a failure that is none.
    const failures = results.filter((each) => each.verdict === 'fail').map((each) => each.check);
    const expected = verdict === 'fail' ? [check, ...also] : also;
    expect(failures.filter((each) => !expected.includes(each))).toEqual([]);
  });
});

describe('silverback doctor', () => {
  test('finds nothing wrong where nothing is', async () => {
    await gateway();
    await gateway();
    const { code, stdout, stderr } = await patient.examine();
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).not.toMatch(/^ +(warn|fail)/m);
    expect(stdout.split('\n').filter((line) => /^ {2}ok {6}kong-[12]: /.test(line))).toHaveLength(2);
    expect(stdout).toMatch(/\n\d+ ok\n$/);
  });

  test('writes the missing rights out as a Role', async () => {
    patient.world.kube.setRights(({ resource, verb }) => resource !== 'leases' || verb === 'get');
    await gateway();
    const { results } = await patient.results();
    const rights = results.filter(({ check, verdict }) => check === 'rights' && verdict === 'fail');
    expect(rights.map(({ snippet }) => snippet)).toEqual([
      [
        'apiVersion: rbac.authorization.k8s.io/v1',
        'kind: Role',
        'metadata:',
        '  name: silverback',
        '  namespace: silverback',
        'rules:',
        "  - apiGroups: ['coordination.k8s.io']",
        '    resources: [leases]',
        '    verbs: [create]',
        "  - apiGroups: ['coordination.k8s.io']",
        '    resources: [leases]',
        '    resourceNames: [5b374a9e.konghq.com-silverback]',
        '    verbs: [list, watch, update]',
      ].join('\n'),
    ]);
  });

  test('asks gateways that are not trusted nothing, and shows them no token', async () => {
    const pod = await gateway({ tls: certificates.server });
    give('--kong-admin-token-file', await patient.file('token', 'planted-token\n'));
    const { results } = await patient.results();
    expect(results.filter(({ check }) => check === 'admin-api')).toMatchObject([
      { verdict: 'skipped', message: 'no token is shown to a server that is not trusted' },
    ]);
    expect(pod.kong.requests).toEqual([]);
  });

  test('prints no secret, whatever is wrong', async () => {
    const secrets = ['planted-token', 'planted-password', 'planted-header', 'planted-kube-token'];
    patient.world.kube.apply({
      kind: 'Secret',
      metadata: { name: 'auth', namespace: CONFIG_NAMESPACE, labels: { 'silverback.dev/config': 'true' } },
      stringData: {
        'kong.yaml':
          '_format_version: "3.0"\nconsumers: [{username: a, basicauth_credentials: [{username: a, passwordd: planted-password}]}]\n',
      },
    });
    patient.world.kube.setTokens({ 'planted-kube-token': 'doctor' });
    give(
      '--kubeconfig',
      await patient.file(
        'kc',
        patient.world.kube.kubeconfig({ token: 'planted-kube-token', namespace: CONFIG_NAMESPACE }),
      ),
    );
    give('--kong-admin-token', 'planted-token', '--kong-admin-header', 'x-key: planted-header');
    await gateway({ requireToken: { header: 'Kong-Admin-Token', value: 'other' } });
    const [text, json] = [await patient.examine(), await patient.examine('-o', 'json')];
    const output = [text, json].map(({ stdout, stderr }) => stdout + stderr).join('\n');
    expect(output).toContain('does not accept our token');
    expect(output).toContain("basicauth credential 'a'");
    expect(secrets.filter((secret) => output.includes(secret))).toEqual([]);
  });

  test('exits 2 for wrong usage', async () => {
    const { code, stderr } = await patient.examine('--nope');
    expect([code, stderr]).toEqual([2, expect.stringContaining("unknown option '--nope'")]);
  });

  test('gives one advice once, however many gateways need it', async () => {
    for (let count = 0; count < 3; count += 1) await gateway({ bufferBytes: 100 });
    const { stdout } = await patient.examine();
    expect(stdout.match(/fix: set KONG_NGINX_ADMIN_CLIENT_MAX_BODY_SIZE/g)).toHaveLength(1);
    expect(stdout.match(/fix: as for kong-\d body-size/g)).toHaveLength(2);
  });

  test('names who was found, as data', async () => {
    await gateway({ version: '2.8.5' });
    const { results } = await patient.results();
    const version = results.find(({ check }) => check === 'version') as DoctorResult;
    expect(version).toMatchObject({ area: 'gateways', subject: 'kong-1', verdict: 'fail' });
  });
});
