// What does a rollout cost beyond the loads themselves, and how fast is a scale-up?
// 1. 100 gateways, canary off: from the edit to the last gateway, against a bare fan-out of the same pushes at the same
//    bound (10 at a time), in turns. The issue asks for less than 10 % more.
// 2. 50 empty gateways at once beside 10 that serve: from an open Admin port to the verified hash, less the load itself.
//   npm run build && node bench/rollout.mjs
import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import { systemClock } from '../dist/clock/clock.js';
import { createCompiler } from '../dist/config/compile.js';
import { startKongEmulator } from '../dist/emulator/kong/kong-emulator.js';
import { createAdminApi } from '../dist/gateway/admin-api.js';
import { openCredentials } from '../dist/gateway/credentials.js';
import { createFleet } from '../dist/rollout/fleet.js';
import { beginTenure } from '../dist/rollout/tenure.js';

const GATEWAYS = 100;
const AT_ONCE = 10;
const ROUNDS = 5;
const LOAD_MS = 100;
const SERVING = 10;
const NEWCOMERS = 50;

const compiler = createCompiler({ deck: false, env: {}, allowEmpty: false });
function revision(mark) {
  const services = Array.from({ length: 100 }, (_, i) => ({ name: `s${i}`, host: `${mark}.test` }));
  return compiler.compile([{ file: 'bench', text: JSON.stringify({ _format_version: '3.0', services }) }])
    .revision;
}

const credentials = await openCredentials(
  { skipVerify: false, headers: {} },
  { clock: systemClock, refreshMs: 60_000, connectTimeoutMs: 5_000, onRotated() {}, onUnreadable() {} },
);
const admin = createAdminApi({
  dispatcher: (gateway) => credentials.dispatcher(gateway.serverName),
  headers: () => ({}),
  workspace: undefined,
  onUnauthorized() {},
  wallNow: Date.now,
});
const memberOf = (kong, i) => ({ key: String(i), name: `kong-${i}`, url: kong.adminUrl });
const until = async (holds) => {
  while (!holds()) await sleep(1);
};

function openFleet() {
  const fleet = createFleet({
    clock: systemClock,
    random: Math.random,
    admin,
    report() {},
    onRejected() {},
    onFailed() {},
    onStopped() {},
    onProven() {},
    onSucceeded() {},
    settings: {
      concurrency: AT_ONCE,
      partAtOnce: 1 / 4,
      pushTimeoutMs: 30_000,
      statusTimeoutMs: 5_000,
      retries: 3,
      resyncMs: 30_000,
      pendingMs: 10_000,
      vigilanceMs: 0,
      observe: false,
      drift: 'repair',
      canary: false,
      canaryHoldMs: 0,
    },
  });
  return fleet;
}

/** Nothing but the pushes, and a look at each gateway before and after. */
async function bareFanOut(kongs, next) {
  const limit = pLimit(AT_ONCE);
  const { signal } = new AbortController();
  await Promise.all(
    kongs.map((kong, i) =>
      limit(async () => {
        await admin.status(memberOf(kong, i), signal);
        await admin.push(memberOf(kong, i), next, { checkHash: true, mayWrite: () => true, signal });
        await admin.status(memberOf(kong, i), signal);
      }),
    ),
  );
}

const median = (times) => [...times].sort((a, b) => a - b)[times.length >> 1];

async function overhead() {
  const kongs = [];
  for (let i = 0; i < GATEWAYS; i += 1) {
    kongs.push(await startKongEmulator({ loadMs: LOAD_MS, validate: false }));
  }
  await bareFanOut(kongs, revision('first'));
  const times = { bare: [], fleet: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    const bare = revision(`bare-${round}`);
    let startedAt = performance.now();
    await bareFanOut(kongs, bare);
    times.bare.push(performance.now() - startedAt);

    // A new fleet knows of no loads, so that nobody rests; it has looked at every gateway before the edit.
    const fleet = openFleet();
    fleet.setMembers(kongs.map(memberOf));
    fleet.setGoal({ desired: bare, lastGood: bare, paused: false });
    const tenure = beginTenure(round + 1, () => true);
    fleet.lead(tenure);
    await until(() => fleet.countByPhase().get('in-sync') === GATEWAYS);
    const next = revision(`fleet-${round}`);
    startedAt = performance.now();
    fleet.setGoal({ desired: next, lastGood: bare, paused: false });
    await until(() => fleet.entries().every(({ state }) => state.served === next.id));
    times.fleet.push(performance.now() - startedAt);
    tenure.end('shutdown');
  }
  await Promise.all(kongs.map((kong) => kong.stop()));
  return { bare: median(times.bare), fleet: median(times.fleet) };
}

async function scaleUp() {
  const good = revision('good');
  const serving = [];
  for (let i = 0; i < SERVING; i += 1)
    serving.push(await startKongEmulator({ loadMs: LOAD_MS, validate: false }));
  const fleet = openFleet();
  const tenure = beginTenure(1, () => true);
  fleet.setMembers(serving.map(memberOf));
  fleet.setGoal({ desired: good, lastGood: good, paused: false });
  fleet.lead(tenure);
  await until(() => fleet.countByPhase().get('in-sync') === SERVING);

  const newcomers = [];
  for (let i = 0; i < NEWCOMERS; i += 1) {
    // An address of its own, so that nobody's outgoing connection takes its port while it is closed.
    const host = `127.0.1.${i + 1}`;
    const kong = await startKongEmulator({ host, loadMs: LOAD_MS, validate: false });
    kong.faults.set({ refuse: true });
    newcomers.push(kong);
  }
  fleet.setMembers([...serving, ...newcomers].map(memberOf));
  await sleep(2_000);
  const opened = new Map();
  const waits = [];
  for (const [i, kong] of newcomers.entries()) {
    kong.faults.clear();
    opened.set(String(SERVING + i), performance.now());
    // Pods of one scale-up come within moments of each other.
    await sleep(20);
  }
  const verified = new Set();
  await until(() => {
    for (const { member, state } of fleet.entries()) {
      if (!opened.has(member.key) || verified.has(member.key) || state.served !== good.id) continue;
      verified.add(member.key);
      waits.push(state.since - opened.get(member.key) - LOAD_MS);
    }
    return verified.size === NEWCOMERS;
  });
  tenure.end('shutdown');
  await Promise.all([...serving, ...newcomers].map((kong) => kong.stop()));
  return waits.sort((a, b) => a - b);
}

const { bare, fleet } = await overhead();
console.log(
  `${GATEWAYS} gateways, canary off: ${fleet.toFixed(0)} ms, a bare fan-out ${bare.toFixed(0)} ms: ${((fleet / bare - 1) * 100).toFixed(1)} % more`,
);
const waits = await scaleUp();
console.log(
  `${NEWCOMERS} empty gateways beside ${SERVING}: from an open port to the verified hash, less the load: median ${waits[waits.length >> 1].toFixed(0)} ms, worst ${waits.at(-1).toFixed(0)} ms`,
);
await credentials.close();
// Fleets remember for minutes what they left under way.
process.exit();
