// How much do gateways that hang hold up the others? 38 healthy gateways alone, and beside 12 that hang (on every
// request, and only on POST), in the same run. Prints the ratio of the times from the edit to the last healthy gateway.
//   npm run build && node bench/hung-gateways.mjs
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../dist/clock/clock.js';
import { createCompiler } from '../dist/config/compile.js';
import { startKongEmulator } from '../dist/emulator/kong/kong-emulator.js';
import { createAdminApi } from '../dist/gateway/admin-api.js';
import { openCredentials } from '../dist/gateway/credentials.js';
import { createFleet } from '../dist/rollout/fleet.js';
import { beginTenure } from '../dist/rollout/tenure.js';

const HEALTHY = 38;
const HUNG = 12;
const ROUNDS = 7;
/** How long a gateway takes to load (ms). */
const LOAD_MS = Number(process.argv[2] ?? 100);

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

/** Times edits until the healthy gateways serve them; the first `hung` gateways hang from the start of each edit. */
async function measure(hung, hang) {
  const kongs = [];
  for (let i = 0; i < HEALTHY + hung; i += 1) kongs.push(await startKongEmulator({ loadMs: LOAD_MS }));
  const fleet = createFleet({
    clock: systemClock,
    random: Math.random,
    admin,
    report() {},
    onRejected() {},
    settings: {
      concurrency: 10,
      partAtOnce: 1 / 4,
      pushTimeoutMs: 5_000,
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
    onFailed() {},
    onStopped() {},
    onProven() {},
    onSucceeded() {},
  });
  const want = (desired) => fleet.setGoal({ desired, lastGood: undefined, paused: false });
  fleet.setMembers(kongs.map((kong, i) => ({ key: String(i), name: `kong-${i}`, url: kong.adminUrl })));
  let tenure = beginTenure(1, () => true);
  const serves = (subset, id) => subset.every((kong) => kong.hash() === id);
  const until = async (holds) => {
    while (!holds()) await sleep(1);
  };
  const first = revision('first');
  want(first);
  fleet.lead(tenure);
  await until(() => serves(kongs, first.id));

  const times = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const next = revision(`round-${round}`);
    for (const kong of kongs.slice(0, hung)) kong.faults.set({ hang });
    const startedAt = performance.now();
    want(next);
    await until(() => serves(kongs.slice(hung), next.id));
    times.push(performance.now() - startedAt);
    for (const kong of kongs.slice(0, hung)) kong.faults.clear();
    // A new tenure knows of no failures: they hang for the first time in each round.
    tenure.end('shutdown');
    tenure = beginTenure(round + 2, () => true);
    fleet.lead(tenure);
    await until(() => serves(kongs, next.id));
  }
  tenure.end('shutdown');
  await Promise.all(kongs.map((kong) => kong.stop()));
  return times.sort((a, b) => a - b)[ROUNDS >> 1];
}

const alone = await measure(0);
console.log(`${HEALTHY} gateways alone: ${alone.toFixed(0)} ms (median of ${ROUNDS})`);
for (const hang of ['all', 'post']) {
  const beside = await measure(HUNG, hang);
  console.log(
    `beside ${HUNG} that hang on ${hang === 'all' ? 'every request' : 'POST only'}: ${beside.toFixed(0)} ms, ${(beside / alone).toFixed(2)} times as long`,
  );
}
await credentials.close();
// Fleets remember for minutes what they left under way.
process.exit();
