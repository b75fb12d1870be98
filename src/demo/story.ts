import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BROKEN, shop } from './config.js';
import { startReplica } from './replica.js';
import type { Replica, ReplicaLine } from './replica.js';
import type { Screen } from './screen.js';
import { configBytesSince, leaderOf, linesSince, until } from './until.js';
import { ADMIN_SERVICE, CONFIG_LABEL, CONFIG_NAMESPACE, createWorld, KONG_NAMESPACE } from './world.js';
import type { World } from './world.js';

const GATEWAYS = 4;
const REPLICAS = 3;
/** A real Kong needs some 100 ms to load a small configuration. */
const LOAD_MS = 100;
const PATIENCE_MS = 45_000;
const EMPTY = /^0+$/;

/** Everything that the story needs at hand. */
interface Stage {
  readonly world: World;
  readonly replicas: readonly Replica[];
  readonly screen: Screen;
}

const seconds = (ms: number): string => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);
const short = (hash: string): string => hash.slice(0, 8);

/** Does something, and waits until the leader says that every gateway serves the outcome. */
async function converge(stage: Stage, change: () => unknown): Promise<{ ms: number; hash: string }> {
  const startedAt = performance.now();
  await change();
  const told = (): ReplicaLine | undefined => linesSince(stage.replicas, startedAt, 'converged').at(-1);
  await until(stage, 'all gateways to serve the same configuration', () => told() !== undefined, PATIENCE_MS);
  const [first] = stage.world.pods();
  return { ms: (told()?.at ?? startedAt) - startedAt, hash: first?.kong.hash() ?? '' };
}

async function firstSync(stage: Stage): Promise<void> {
  const { screen, world, replicas } = stage;
  screen.heading(`1. ${GATEWAYS} empty gateways, ${REPLICAS} replicas of the controller, one ConfigMap`);
  const { ms, hash } = await converge(stage, () =>
    world.setConfig('shop', { 'kong.yaml': shop('/catalogue') }),
  );
  screen.good(
    `${leaderOf(replicas)?.name ?? '?'} leads; all ${world.pods().length} gateways serve ${short(hash)}, ${seconds(ms)} after the ConfigMap appeared`,
  );
}

async function edit(stage: Stage): Promise<void> {
  const { screen, world } = stage;
  screen.heading('2. The ConfigMap is edited');
  const { ms, hash } = await converge(stage, () =>
    world.setConfig('shop', { 'kong.yaml': shop('/products') }),
  );
  screen.good(
    `all gateways serve ${short(hash)}, ${seconds(ms)} after the edit (2 s of them at one gateway alone); no pod was restarted`,
  );
}

async function breakIt(stage: Stage): Promise<void> {
  const { screen, world, replicas } = stage;
  screen.heading('3. The ConfigMap is broken');
  const startedAt = performance.now();
  const before = world.pods().map(({ kong }) => kong.hash());
  world.setConfig('shop', { 'kong.yaml': BROKEN });
  const told = (): ReplicaLine | undefined => linesSince(replicas, startedAt, 'config-invalid').at(0);
  await until(
    stage,
    'the finding',
    () => linesSince(replicas, startedAt, 'config-invalid').length === replicas.length,
    PATIENCE_MS,
  );
  const findings: unknown = told()?.fields['findings'];
  for (const finding of Array.isArray(findings) ? findings : []) screen.bad(String(finding));
  const unchanged = world.pods().every(({ kong }, index) => kong.hash() === before[index]);
  if (!unchanged || configBytesSince(world, startedAt) > 0) throw new Error('a gateway was touched');
  screen.good(`no gateway was touched: they stay on ${short(before[0] ?? '')}`);
}

async function mend(stage: Stage): Promise<void> {
  const { screen, world } = stage;
  screen.heading('4. It is mended, with a route more');
  const basket = 'routes:\n  - name: basket\n    service: orders\n    paths: [/basket]\n';
  const { ms, hash } = await converge(stage, () =>
    world.setConfig('shop', { 'kong.yaml': shop('/products', basket) }),
  );
  screen.good(`all gateways serve ${short(hash)} after ${seconds(ms)}`);
}

async function scaleUp(stage: Stage): Promise<void> {
  const { screen, world } = stage;
  screen.heading('5. A gateway more');
  const { ms } = await converge(stage, () => world.addGateway({ loadMs: LOAD_MS }));
  screen.good(
    `${world.pods().at(-1)?.name ?? '?'} came up empty and serves the configuration ${seconds(ms)} later`,
  );
}

async function killLeader(stage: Stage): Promise<void> {
  const { screen, world, replicas } = stage;
  screen.heading('6. The leader is killed (SIGKILL)');
  const leader = leaderOf(replicas);
  if (leader === undefined) throw new Error('nobody leads');
  const startedAt = performance.now();
  leader.signal('SIGKILL');
  await leader.exited;
  screen.line(`${leader.name} is dead; its lease of 15 s runs out`);
  const elected = (): ReplicaLine | undefined => linesSince(replicas, startedAt, 'leader-elected').at(0);
  await until(
    stage,
    'another leader',
    () => elected() !== undefined && linesSince(replicas, startedAt, 'converged').length > 0,
    PATIENCE_MS,
  );
  screen.good(
    `${leaderOf(replicas)?.name ?? '?'} took over after ${seconds((elected()?.at ?? startedAt) - startedAt)}`,
  );
  const bytes = configBytesSince(world, startedAt);
  if (bytes > 0) throw new Error(`${bytes} bytes of configuration were pushed for nothing`);
  screen.good('it found every gateway on the right hash: 0 bytes of configuration were pushed');
}

function summary({ screen, world }: Stage): void {
  screen.heading('What the gateways saw');
  for (const { name, kong } of world.pods()) {
    const pushes = kong.requests.filter(({ method }) => method === 'POST').length;
    const overlaps = kong.violations.length;
    screen.line(
      `${name}  ${kong.adminUrl}  serves ${EMPTY.test(kong.hash()) ? 'nothing' : short(kong.hash())}  ${pushes} push${pushes === 1 ? '' : 'es'}, ${overlaps} overlapping loads`,
    );
    if (overlaps > 0) throw new Error('two loads overlapped in one gateway');
  }
}

async function setStage(screen: Screen, folder: string): Promise<Stage> {
  const world = await createWorld();
  for (let count = 0; count < GATEWAYS; count += 1) await world.addGateway({ loadMs: LOAD_MS });
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, world.kube.kubeconfig({ namespace: CONFIG_NAMESPACE }));
  const args = [
    ['--kubeconfig', kubeconfig],
    ['--kong-admin-svc', `${KONG_NAMESPACE}/${ADMIN_SERVICE}`],
    ['--config-selector', `${CONFIG_LABEL}=true`],
    ['--leader-elect', 'on'],
    ['--health-probe-bind-address', '127.0.0.1:0'],
    ['--metrics-bind-address', '127.0.0.1:0'],
    ['--diagnostics-bind-address', '127.0.0.1:0'],
  ].flat();
  const replicas = Array.from({ length: REPLICAS }, (_, index) =>
    startReplica(`silverback-${index + 1}`, args),
  );
  return { world, replicas, screen };
}

async function strikeStage({ world, replicas }: Stage): Promise<void> {
  for (const replica of replicas) replica.signal('SIGTERM');
  const late = setTimeout(() => replicas.forEach((replica) => replica.signal('SIGKILL')), 5_000);
  await Promise.all(replicas.map(({ exited }) => exited));
  clearTimeout(late);
  await world.close();
}

/** What to look at when the story stopped: the last words of every replica. */
function tellLastWords({ replicas, screen }: Stage): void {
  for (const { name, lines, stray } of replicas) {
    screen.line(`last words of ${name}:`);
    for (const text of [...lines.slice(-8).map(({ message }) => message), ...stray.slice(-8)])
      screen.line(`    ${text}`);
  }
}

function tellHowToLook({ screen, world, replicas }: Stage): void {
  screen.heading('Everything keeps running (Ctrl-C ends it). Look around:');
  const [first] = world.pods();
  if (first !== undefined) {
    screen.line(`curl ${first.kong.adminUrl}/status`);
    screen.line(`curl ${first.kong.adminUrl}/routes`);
  }
  screen.line(`curl ${world.kube.url}/api/v1/namespaces/${CONFIG_NAMESPACE}/configmaps`);
  const metrics = leaderOf(replicas)?.lines.findLast(({ message }) => message.startsWith('metrics on'));
  if (metrics !== undefined) screen.line(`curl http://${String(metrics.fields['address'])}/metrics`);
}

async function tell(stage: Stage, seen: Promise<unknown> | undefined): Promise<number> {
  for (const step of [firstSync, edit, breakIt, mend, scaleUp, killLeader]) await step(stage);
  summary(stage);
  if (seen !== undefined) {
    tellHowToLook(stage);
    await seen;
  }
  return 0;
}

/**
 * The main job on an embedded default, told step by step: real controller processes, an emulated Kubernetes API and
 * emulated gateways.
 *
 * @param interrupted resolves when somebody has seen enough
 * @param keep whether everything stays until then, for people to look around
 * @returns the exit code: 0 when every step went as it should, 1 otherwise
 */
export async function playStory(
  screen: Screen,
  interrupted: Promise<unknown>,
  keep: boolean,
): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'silverback-demo-'));
  const stage = await setStage(screen, folder);
  try {
    return await Promise.race([
      tell(stage, keep ? interrupted : undefined),
      interrupted.then(() => (keep ? 0 : 1)),
    ]);
  } catch (error) {
    screen.bad(error instanceof Error ? error.message : String(error));
    tellLastWords(stage);
    return 1;
  } finally {
    await strikeStage(stage);
    await rm(folder, { recursive: true, force: true });
  }
}
