import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { createCompiler } from '../../../src/config/compile.js';
import type { SourceText } from '../../../src/config/compile.js';
import { EMPTY_HASH } from '../../../src/config/revision.js';
import type { Replica, ReplicaLine } from '../../../src/demo/replica.js';
import { leaderOf, linesSince } from '../../../src/demo/until.js';
import type { KongEmulatorOptions } from '../../../src/emulator/kong/server/options.js';
import type { RequestRecord } from '../../../src/emulator/kong/server/journal.js';
import { isConfigName } from '../../../src/sources/source.js';
import { makeCertificates } from '../../support/certificates.js';
import type { Certificates } from '../../support/certificates.js';
import type { ControlPlane } from './control-plane.js';
import { ADMIN_SERVICE, createGatewayPods } from './gateways.js';
import type { GatewayPods } from './gateways.js';
import { breachesIn } from './invariants.js';
import type { Pause } from './invariants.js';
import { passingFolder } from './leash.js';
import { startReplicaPod } from './replicas.js';
import type { AdminCredentials, ReplicaPod } from './replicas.js';
import { accountName, readAuditLog, refusedIn } from './rights.js';
import type { AuditedRequest } from './rights.js';
import { shippedRelease } from './shipped.js';
import type { Namespaces, Shipped } from './shipped.js';

/** No condition needs this long; a busy machine may. */
const PATIENCE_MS = 90_000;
const LOOK_EVERY_MS = 100;

export interface ScenarioOptions {
  readonly gateways?: number;
  readonly replicas?: number;
  /** Of every gateway. */
  readonly kong?: KongEmulatorOptions;
  /** Of every replica. */
  readonly args?: readonly string[];
  readonly dualStack?: boolean;
  /** Values of the chart beside the suite's own. */
  readonly values?: object;
}

/** Two namespaces of a real cluster: controllers under the rights that we ship, and gateways behind a Service. */
export interface Scenario {
  readonly plane: ControlPlane;
  readonly namespaces: Namespaces;
  readonly shipped: Shipped;
  readonly gateways: GatewayPods;
  readonly certificates: Certificates;
  /** All that were started, running or not. */
  readonly replicas: readonly ReplicaPod[];
  readonly startReplica: () => Promise<ReplicaPod>;
  /** Stops its process; whatever it had on the wire is excused from then on. */
  readonly pause: (replica: ReplicaPod) => void;
  /** Writes a ConfigMap or Secret of configuration texts by key; `undefined` deletes it. */
  readonly configure: (
    name: string,
    texts: Readonly<Record<string, string>> | undefined,
    kind?: 'ConfigMap' | 'Secret',
  ) => Promise<void>;
  /** The id of what the sources said when they last were a valid configuration. */
  readonly desired: () => string | undefined;
  /** Somebody decided that the gateways are to end on another revision. */
  readonly decided: (revision: string) => void;
  readonly served: () => boolean;
  /** Waits until every gateway shows the hash of what is desired. */
  readonly untilServed: () => Promise<void>;
  readonly leader: () => ReplicaPod | undefined;
  readonly untilLeader: (other?: Replica) => Promise<ReplicaPod>;
  readonly until: (what: string, holds: () => boolean | Promise<boolean>) => Promise<void>;
  readonly said: (event: string, since?: number) => ReplicaLine[];
  /** Requests to gateways that a replica made. */
  readonly requestsBy: (replica: Replica) => RequestRecord[];
  /** A namespace, or a name that ends in one, as the shipped manifest says it. */
  readonly shippedName: (name: string) => string;
  /** What our ServiceAccount asked of the API server. */
  readonly audited: () => AuditedRequest[];
  /** What has happened at gateways so far and never may, a sentence each (support/invariants.ts). */
  readonly breaches: () => string[];
  /** Waits for the desired end, checks what must hold after every scenario, and ends everything. */
  readonly finish: () => Promise<void>;
}

let scenarios = 0;

export async function createScenario(plane: ControlPlane, options: ScenarioOptions = {}): Promise<Scenario> {
  scenarios += 1;
  const namespaces = { controller: `silverback-${scenarios}`, gateways: `kong-${scenarios}` };
  const shipped = shippedRelease(namespaces, options.values);
  const folder = await passingFolder('scenario');
  for (const name of Object.values(namespaces))
    await plane.admin.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  for (const object of [...shipped.rights, ...shipped.history]) await plane.admin.apply(object);
  const certificates = await makeCertificates({
    serverNames: [`pod.${ADMIN_SERVICE}.${namespaces.gateways}.svc`],
  });
  const gateways = await createGatewayPods({
    admin: plane.admin,
    namespace: namespaces.gateways,
    kong: { tls: { ...certificates.server, clientCa: certificates.ca }, ...options.kong },
    dualStack: options.dualStack ?? false,
  });
  const credentials: AdminCredentials = {
    ca: certificates.ca,
    client: certificates.client,
    token: 'token-of-the-suite',
  };
  const sources = new Map<string, readonly SourceText[]>();
  const compiler = createCompiler({ deck: false, env: {}, allowEmpty: false });
  const replicas: ReplicaPod[] = [];
  const pauses: Pause[] = [];
  let started = 0;
  let desired: string | undefined;
  let givenUp = false;

  const scenario: Scenario = {
    plane,
    namespaces,
    shipped,
    gateways,
    certificates,
    replicas,
    async startReplica() {
      started += 1;
      const name = `silverback-${started}`;
      const replica = await startReplicaPod(name, {
        plane,
        namespace: namespaces.controller,
        shipped,
        admin: credentials,
        folder: join(folder, name),
        args: options.args ?? [],
      });
      replicas.push(replica);
      return replica;
    },
    pause(replica) {
      pauses.push({ replica: replica.name, at: performance.now() });
      replica.signal('SIGSTOP');
    },
    async configure(name, texts, kind = 'ConfigMap') {
      const place = `${kind.toLowerCase()}/${namespaces.controller}/${name}`;
      if (texts === undefined) sources.delete(place);
      else {
        const confidential = kind === 'Secret';
        sources.set(
          place,
          Object.entries(texts)
            .filter(([key]) => isConfigName(key))
            .map(([key, text]) => ({ file: `${place}/${key}`, text, confidential })),
        );
      }
      const { revision, findings } = compiler.compile([...sources.values()].flat());
      if (revision !== undefined && !findings.some(({ severity }) => severity === 'hold'))
        desired = revision.id;
      await (texts === undefined
        ? plane.admin.remove(kind, namespaces.controller, name)
        : plane.admin.apply(sourceObject(kind, name, texts)));
    },
    desired: () => desired,
    decided(revision) {
      desired = revision;
    },
    served: () => gateways.all().every(({ kong }) => kong.hash() === (desired ?? EMPTY_HASH)),
    untilServed: () => scenario.until('every gateway to serve what is desired', scenario.served),
    leader: () => {
      const leader = leaderOf(replicas);
      return replicas.find(({ name }) => name === leader?.name);
    },
    async untilLeader(other) {
      await scenario.until('a leader', () => ![undefined, other?.name].includes(scenario.leader()?.name));
      return scenario.leader()!;
    },
    async until(what, holds) {
      const deadline = performance.now() + PATIENCE_MS;
      while (!(await holds())) {
        if (performance.now() > deadline) {
          givenUp = true;
          throw new Error(`waited in vain for ${what}\n${story(scenario)}`);
        }
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      }
    },
    said: (event, since = 0) => linesSince(replicas, since, event),
    requestsBy: ({ name }) =>
      gateways
        .ever()
        .flatMap(({ kong }) =>
          kong.requests.filter(({ headers }) => headers.userAgent?.includes(`(${name}_`)),
        ),
    shippedName: (name) =>
      name
        .replace(new RegExp(`${namespaces.controller}$`), 'silverback')
        .replace(new RegExp(`${namespaces.gateways}$`), 'kong'),
    audited() {
      const user = accountName(namespaces.controller, shipped.account);
      return readAuditLog(plane.auditLog).filter((request) => request.user === user);
    },
    breaches() {
      const logs = gateways
        .ever()
        .map(({ name, kong: { requests, violations } }) => ({ name, requests, violations }));
      return breachesIn(logs, pauses);
    },
    async finish() {
      try {
        // A test that has failed already has said why.
        if (givenUp) return;
        if (replicas.some((replica) => replica.running())) await scenario.untilServed();
        check(scenario);
      } finally {
        await Promise.all(replicas.map((replica) => replica.close()));
        await gateways.close();
      }
    },
  };

  function sourceObject(kind: string, name: string, texts: Readonly<Record<string, string>>) {
    const [label = '', value = ''] = shipped.selector.split('=');
    const encoded = Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString('base64')]);
    return {
      apiVersion: 'v1',
      kind,
      metadata: { name, namespace: namespaces.controller, labels: { [label]: value } },
      data: kind === 'Secret' ? Object.fromEntries(encoded) : texts,
    };
  }

  await Promise.all([
    gateways.scaleTo(options.gateways ?? 0),
    ...Array.from({ length: options.replicas ?? 0 }, () => scenario.startReplica()),
  ]);
  return scenario;
}

/** @throws Error that says everything that is wrong */
function check(scenario: Scenario): void {
  const audited = scenario.audited();
  noteUse(scenario, audited);
  const problems = [
    ...scenario.breaches(),
    ...refusedIn(audited),
    ...scenario.gateways
      .all()
      .filter(({ kong }) => kong.hash() !== (scenario.desired() ?? EMPTY_HASH))
      .map(
        ({ name, kong }) =>
          `${name} ends on ${kong.hash()}, and ${scenario.desired() ?? 'nothing'} is desired`,
      ),
    ...scenario.replicas.flatMap(({ name, stray }) => stray.map((text) => `${name} wrote: ${text}`)),
  ];
  if (problems.length > 0) throw new Error(problems.join('\n'));
}

/** For the last test of the suite: which rights were used, in the words of the shipped manifest. */
function noteUse({ shippedName }: Scenario, audited: readonly AuditedRequest[]): void {
  const file = process.env['SILVERBACK_E2E_RIGHTS'];
  if (file === undefined) return;
  const lines = audited.map((request) => {
    const { namespace, name } = request;
    return JSON.stringify({ ...request, namespace: shippedName(namespace), name: shippedName(name) });
  });
  appendFileSync(file, [...new Set(lines)].map((line) => `${line}\n`).join(''));
}

/** The end of the story, for whoever looks at a failure. */
function story({ replicas, gateways, desired }: Scenario): string {
  const told = replicas.flatMap(({ name, lines, stray }) => [
    ...lines.slice(-12).map(({ at, message }) => `${(at / 1000).toFixed(2)} ${name}: ${message}`),
    ...stray.map((text) => `${name} wrote: ${text}`),
  ]);
  const hashes = gateways.all().map(({ name, kong }) => `${name}: ${kong.hash().slice(0, 8)}`);
  return [`desired: ${desired()?.slice(0, 8) ?? 'nothing'}`, hashes.join(', '), ...told].join('\n');
}
