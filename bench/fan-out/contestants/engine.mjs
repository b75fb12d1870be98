// Ours: the fleet as the controller runs it. It looks at each gateway, pushes, and looks again for the hash. Canary and the
// bound of a quarter are off: they are waits by design.
import { systemClock } from '../../../dist/clock/clock.js';
import { createAdminApi } from '../../../dist/gateway/admin-api.js';
import { openCredentials } from '../../../dist/gateway/credentials.js';
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
  let term = 0;
  let reached = () => undefined;

  /** Resolves once every gateway was seen to serve it. */
  const converged = (id) =>
    new Promise((resolve) => {
      reached = (happening) => {
        if (happening.kind === 'converged' && happening.revision === id) resolve();
      };
    });

  const goalOf = (desired) => ({ desired, lastGood: desired, paused: false });

  /** A fleet that knows of no loads yet, so that nobody rests, and has looked at every gateway. */
  const leadOn = async (revision) => {
    const fleet = createFleet({
      clock: systemClock,
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
        resyncMs: 30_000,
        pendingMs: 10_000,
        vigilanceMs: 0,
        observe: false,
        drift: 'repair',
        canary: false,
        canaryHoldMs: 0,
      },
    });
    const there = converged(revision.id);
    fleet.setMembers(members);
    fleet.setGoal(goalOf(revision));
    const tenure = beginTenure((term += 1), () => true);
    fleet.lead(tenure);
    await there;
    return { fleet, tenure };
  };

  const all = revisions.map(({ id, bytes }) => ({ id, bytes, counts: { services: 1 } }));
  let now = await leadOn(all[0]);
  return {
    /** Not timed. The second fleet finds all as it should be, and has no memory of the loads of the first. */
    async settle(revision) {
      for (let times = 0; times < 2; times += 1) {
        now.tenure.end('shutdown');
        now = await leadOn(all[revision]);
      }
    },
    async round(revision) {
      const there = converged(all[revision].id);
      now.fleet.setGoal(goalOf(all[revision]));
      await there;
    },
    async close() {
      now.tenure.end('shutdown');
      await credentials.close();
    },
  };
}
