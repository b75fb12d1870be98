// Ours: the fleet as the controller runs it. It looks at each gateway, pushes, and looks again for the hash. Canary and the
// bound of a quarter are off: they are waits by design.
import { systemClock } from '../../../dist/clock/clock.js';
import { createAdminApi } from '../../../dist/gateway/admin-api.js';
import { openCredentials } from '../../../dist/gateway/credentials.js';
import { restLeftMs } from '../../../dist/gateway/load.js';
import { createFleet } from '../../../dist/rollout/fleet.js';
import { beginTenure } from '../../../dist/rollout/tenure.js';

export async function open({ urls, tls, revisions, atOnce }) {
  const secrets = tls && {
    ca: { value: tls.ca },
    clientCert: { value: tls.cert },
    clientKey: { value: tls.key },
  };
  const credentials = await openCredentials(
    { skipVerify: false, headers: {}, ...secrets },
    { clock: systemClock, refreshMs: 60_000, connectTimeoutMs: 5_000, onRotated() {}, onUnreadable() {} },
  );
  const admin = createAdminApi({
    dispatcher: (gateway, lane) => credentials.dispatcher(gateway.serverName, lane),
    headers: () => ({ 'user-agent': 'bench' }),
    workspace: undefined,
    onUnauthorized() {},
    wallNow: Date.now,
  });
  const members = urls.map((url, i) => ({ key: url, name: `kong-${i}`, url, serverName: 'localhost' }));
  let reached = () => undefined;

  /** Resolves once every gateway was seen to serve it. */
  const converged = (id) =>
    new Promise((resolve) => {
      reached = (happening) => {
        if (happening.kind === 'converged' && happening.revision === id) resolve();
      };
    });

  const goalOf = (desired) => ({ desired, lastGood: desired, paused: false });
  const all = revisions.map(({ id, bytes }) => ({ id, bytes, counts: { services: 1 } }));

  /** A gateway rests after a load, longer than between the rounds of this bench: for the fleet more time goes by. */
  let ahead = 0;
  const clock = { ...systemClock, now: () => systemClock.now() + ahead };

  const fleet = createFleet({
    clock,
    random: Math.random,
    admin,
    report: (happening) => reached(happening),
    onRejected() {},
    onFailed() {},
    onStopped() {},
    onProven() {},
    onSucceeded() {},
    settings: {
      concurrency: atOnce,
      partAtOnce: 1,
      pushTimeoutMs: 120_000,
      statusTimeoutMs: 30_000,
      retries: 3,
      // Between its rounds others push: it is not to repair that.
      resyncMs: 24 * 3_600_000,
      pendingMs: 10_000,
      vigilanceMs: 0,
      observe: false,
      drift: 'repair',
      canary: false,
      canaryHoldMs: 0,
    },
  });
  fleet.setMembers(members);
  // A round leaves the gateways on the last revision, whoever's it was.
  let at = all.length - 1;
  fleet.setGoal(goalOf(all[at]));
  const tenure = beginTenure(1, () => true);
  const there = converged(all[at].id);
  fleet.lead(tenure);
  await there;

  const rest = () => {
    ahead += Math.max(...fleet.entries().map(({ state }) => restLeftMs(state, clock.now())));
  };

  const round = async (revision) => {
    at = revision;
    const there = converged(all[revision].id);
    fleet.setGoal(goalOf(all[revision]));
    await there;
  };

  return {
    /** Not timed. */
    async settle(revision) {
      rest();
      if (at !== revision) await round(revision);
      rest();
    },
    round,
    async close() {
      tenure.end('shutdown');
      await credentials.close();
    },
  };
}
