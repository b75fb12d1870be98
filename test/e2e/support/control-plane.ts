import { generateKeyPairSync } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { fieldsOf, textOf } from '../../../src/kube/object.js';
import { makeCertificates } from '../../support/certificates.js';
import type { Certificates } from '../../support/certificates.js';
import { kubeAdmin } from './kube-admin.js';
import type { KubeAdmin } from './kube-admin.js';
import { passingFolder } from './leash.js';
import { programsOf } from './programs.mjs';
import { serverProcess } from './server-process.js';

const API_PORT = 6443;
const ETCD_PORT = 2379;
const ETCD_PEER_PORT = 2380;

/**
 * What was asked for by all but the administrator and the API server itself, and with which answer. Watches are told when they
 * begin, too; so is, only then and without a user, a request whose token is not valid.
 */
const AUDIT_POLICY = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - level: None
    userGroups: [system:masters]
  - level: None
    users: [system:apiserver, system:anonymous]
  - level: Metadata
`;

/** A real kube-apiserver over a real etcd, with TLS, service accounts and RBAC. */
export interface ControlPlane {
  readonly host: string;
  readonly port: number;
  /** PEM of the CA that signed the API server's certificate. */
  readonly ca: string;
  readonly admin: KubeAdmin;
  readonly auditLog: string;
  readonly stopApiServer: (signal?: NodeJS.Signals) => Promise<void>;
  readonly startApiServer: () => Promise<void>;
  readonly isReady: () => boolean;
  /** Everything up to now is gone from etcd's history: who watches from before must list again. */
  readonly compactEtcd: () => Promise<void>;
  /** Gives the API server a new certificate, of the same CA; it takes up the file by itself. */
  readonly rotateServingCertificate: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** A loopback address of its own spares looking for free ports, and losing them again to somebody else. */
function ownAddress(): string {
  const part = (): number => 1 + Math.floor(Math.random() * 250);
  return `127.${part()}.${part()}.1`;
}

/**
 * Starts etcd and the kube-apiserver, building them first if they are missing.
 *
 * @throws Error with the end of the log of whichever does not become ready
 */
export async function startControlPlane(): Promise<ControlPlane> {
  const programs = await programsOf('control-plane');
  const folder = await passingFolder('control-plane');
  const host = ownAddress();
  // Replicas come through a proxy on 127.0.0.1.
  const names = [host, '127.0.0.1', 'kubernetes.default.svc'];
  const certificates = await makeCertificates({ serverNames: names });
  const inFolder = (name: string): string => join(folder, name);
  await writeCredentials(certificates, inFolder);

  const etcdUrl = `http://${host}:${ETCD_PORT}`;
  const etcd = serverProcess(
    programs['etcd'] ?? '',
    etcdArgs(host, inFolder('etcd')),
    inFolder('etcd.log'),
    async () => (await request(`${etcdUrl}/health`)).statusCode === 200,
  );
  const { cert, key } = await certificates.issue(['admin'], 'admin', 'system:masters');
  // No connection is kept: the API server is going to be stopped under them.
  const { ca } = certificates;
  const agents = {
    admin: new Agent({ connect: { ca, cert, key }, pipelining: 0 }),
    plain: new Agent({ connect: { ca }, pipelining: 0 }),
  };
  const admin = kubeAdmin(`https://${host}:${API_PORT}`, agents);
  const apiServer = serverProcess(
    programs['kube-apiserver'] ?? '',
    apiServerArgs(host, etcdUrl, inFolder),
    inFolder('kube-apiserver.log'),
    admin.ready,
  );
  await etcd.start();
  await apiServer.start();

  return {
    host,
    port: API_PORT,
    ca,
    admin,
    auditLog: inFolder('audit.log'),
    stopApiServer: apiServer.stop,
    startApiServer: apiServer.start,
    isReady: apiServer.isReady,
    compactEtcd: () => compact(etcdUrl),
    async rotateServingCertificate() {
      await writePair(await certificates.issue(names), inFolder('apiserver'));
    },
    async close() {
      await Promise.all(Object.values(agents).map((agent) => agent.destroy()));
      await apiServer.stop();
      await etcd.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

type InFolder = (name: string) => string;

async function writePair(pair: { readonly cert: string; readonly key: string }, path: string): Promise<void> {
  await writeFile(`${path}.key`, pair.key);
  await writeFile(`${path}.crt`, pair.cert);
}

async function writeCredentials({ ca, server }: Certificates, inFolder: InFolder): Promise<void> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  await writePair(server, inFolder('apiserver'));
  await writeFile(inFolder('ca.crt'), ca);
  await writeFile(inFolder('service-account.key'), privateKey);
  await writeFile(inFolder('service-account.pub'), publicKey);
  await writeFile(inFolder('audit-policy.yaml'), AUDIT_POLICY);
}

function etcdArgs(host: string, dataFolder: string): string[] {
  const client = `http://${host}:${ETCD_PORT}`;
  const peer = `http://${host}:${ETCD_PEER_PORT}`;
  return [
    `--data-dir=${dataFolder}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    // Nothing here outlives the run.
    '--unsafe-no-fsync',
    '--log-level=warn',
  ];
}

function apiServerArgs(host: string, etcdUrl: string, inFolder: InFolder): string[] {
  return [
    `--etcd-servers=${etcdUrl}`,
    `--bind-address=${host}`,
    `--secure-port=${API_PORT}`,
    // It must not be a loopback address; nobody uses it without the endpoints of the service "kubernetes".
    '--advertise-address=192.0.2.1',
    '--endpoint-reconciler-type=none',
    '--service-cluster-ip-range=10.96.0.0/16',
    `--tls-cert-file=${inFolder('apiserver.crt')}`,
    `--tls-private-key-file=${inFolder('apiserver.key')}`,
    `--client-ca-file=${inFolder('ca.crt')}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-signing-key-file=${inFolder('service-account.key')}`,
    `--service-account-key-file=${inFolder('service-account.pub')}`,
    '--authorization-mode=RBAC',
    `--audit-policy-file=${inFolder('audit-policy.yaml')}`,
    `--audit-log-path=${inFolder('audit.log')}`,
    // Also how long it takes, at most, to end in good order: watches keep it until then.
    '--request-timeout=10s',
    `--cert-dir=${inFolder('made-by-apiserver')}`,
  ];
}

/** etcd's JSON gateway (etcd documentation, "gRPC gateway"): bytes are base64, 64-bit numbers are texts. */
async function compact(etcdUrl: string): Promise<void> {
  const post = async (path: string, body: object): Promise<unknown> => {
    const answer = await request(`${etcdUrl}${path}`, { method: 'POST', body: JSON.stringify(body) });
    const text = await answer.body.text();
    if (answer.statusCode !== 200) throw new Error(`etcd ${path}: ${answer.statusCode} ${text}`);
    return JSON.parse(text);
  };
  const range = await post('/v3/kv/range', { key: Buffer.from('x').toString('base64') });
  const revision = textOf(fieldsOf(range, 'header'), 'revision');
  await post('/v3/kv/compaction', { revision, physical: true });
}
