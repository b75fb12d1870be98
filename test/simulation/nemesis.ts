import type { Dice } from './dice.js';
import { API, FAIR_API } from './kube-link.js';
import { FAIR_WEATHER } from './network.js';
import type { Pod } from './pods.js';
import type { Replica } from './replica.js';
import type { TroubleName } from './scenario.js';
import type { World } from './world.js';

/** Makes one trouble; gives what ends it, where it does not end by itself. */
type Make = (world: World, dice: Dice) => (() => void) | undefined;

const NOTHING = (): void => undefined;

/** The leader as often as any of the others. */
function replicaOf({ replicas, leaseHolder }: World, dice: Dice): Replica | undefined {
  const running = replicas.filter((each) => each.run() !== undefined);
  const leader = running.find((each) => each.run()?.identity === leaseHolder());
  return dice.chance(0.5) ? (leader ?? dice.pickOf(running)) : dice.pickOf(running);
}

/** One that is loading as often as any of them. */
function podOf({ pods }: World, dice: Dice): Pod | undefined {
  const running = pods.all().filter((pod) => pod.kong() !== undefined && !pod.terminating());
  const loading = running.filter((pod) => pod.kong()?.loading() === true);
  return dice.chance(0.5) && loading.length > 0 ? dice.pickOf(loading) : dice.pickOf(running);
}

/** Cuts both ways, or only one of them. */
function cutBetween({ network, event }: World, dice: Dice, one: string, other: string): () => void {
  const ways = dice.pick(['both', 'to', 'from']);
  event('network', `cut ${one} ${ways === 'both' ? '<->' : ways === 'to' ? '->' : '<-'} ${other}`);
  const mends = [
    ...(ways === 'from' ? [] : [network.cut(one, other)]),
    ...(ways === 'to' ? [] : [network.cut(other, one)]),
  ];
  return () => {
    event('network', `mended ${one} <-> ${other}`);
    for (const mend of mends) mend();
  };
}

const MAKE: Readonly<Record<TroubleName, Make>> = {
  'replica-crash'(world, dice) {
    const replica = replicaOf(world, dice);
    replica?.crash();
    return replica?.start;
  },
  'replica-shutdown'(world, dice) {
    const replica = replicaOf(world, dice);
    replica?.shutDown();
    return undefined;
  },
  'replica-pause': (world, dice) => replicaOf(world, dice)?.pause(),
  'replica-cut-from-api'(world, dice) {
    const replica = replicaOf(world, dice);
    return replica && cutBetween(world, dice, replica.name, API);
  },
  'replica-cut-from-gateway'(world, dice) {
    const [replica, pod] = [replicaOf(world, dice), podOf(world, dice)];
    return replica && pod && cutBetween(world, dice, replica.name, pod.host);
  },
  'api-down'({ server, event }) {
    event(API, 'goes down');
    server.down = true;
    server.breakStreams();
    return () => {
      event(API, 'is up again');
      server.down = false;
    };
  },
  'api-weather'({ server, event }, dice) {
    const share = (): number => (dice.chance(0.5) ? dice.between(0, 0.4) : 0);
    server.weather = {
      refuses: share(),
      loses: share(),
      swallows: share() / 2,
      doubles: share(),
      slow: share(),
    };
    event(API, `weather ${JSON.stringify(server.weather)}`);
    return () => {
      event(API, 'fair weather');
      server.weather = FAIR_API;
    };
  },
  'api-compaction'({ server, event }, dice) {
    event(API, 'compaction');
    server.api.compact();
    if (dice.chance(0.7)) server.breakStreams();
    return undefined;
  },
  'lease-touched'({ lease, event }) {
    event('somebody', 'labels the Lease');
    lease.touch();
    return undefined;
  },
  'lease-deleted'(world, dice) {
    // Or nobody is left who remembers its term, but for the history.
    if (dice.chance(0.25) && world.scenario.history) {
      for (const each of world.replicas) each.crash();
      world.lease.remove();
      return () => world.replicas.forEach((each) => each.start());
    }
    // Its holder may be the last to hear of it.
    const replica = dice.chance(0.5) ? replicaOf(world, dice) : undefined;
    const mend = replica && cutBetween(world, dice, replica.name, API);
    world.lease.remove();
    return mend;
  },
  'late-renewal'(world, dice) {
    const replica = replicaOf(world, dice);
    if (!replica) return undefined;
    world.event(replica.name, 'hears the API server late, and then no more');
    const lateMs = dice.between(500, 4_500);
    const hurry = world.network.delay(API, replica.name, lateMs);
    let mend = NOTHING;
    const forget = world.clock.after(lateMs + 2_500, () => {
      mend = world.network.cut(replica.name, API);
    });
    return () => {
      world.event(replica.name, 'hears the API server again');
      forget();
      hurry();
      mend();
    };
  },
  'late-messages'({ network, event }, dice) {
    network.weather = { lateShare: dice.between(0, 0.5), lateMs: dice.between(10, 1_500) };
    event('network', `messages are late: ${JSON.stringify(network.weather)}`);
    return () => {
      event('network', 'messages are in time');
      network.weather = FAIR_WEATHER;
    };
  },
  'gateway-crash'(world, dice) {
    const pod = podOf(world, dice);
    if (pod) world.pods.crash(pod, dice.between(300, 5_000), dice.chance(0.3));
    return undefined;
  },
  'gateway-hang'({ event, ...world }, dice) {
    const kong = podOf({ event, ...world }, dice)?.kong();
    if (!kong) return undefined;
    event(kong.name, 'hangs');
    kong.process.stop();
    return () => {
      event(kong.name, 'goes on');
      kong.process.resume();
    };
  },
  'gateway-trouble'(world, dice) {
    const pod = podOf(world, dice);
    if (!pod) return undefined;
    const troubles = Array.from({ length: dice.whole(1, 3) }, () => dice.pick([500, 429, 503, 504]));
    world.event(pod.name, `is going to answer pushes with ${troubles.join(', ')}`);
    pod.traits.troubles = troubles;
    return () => {
      pod.traits.troubles = [];
    };
  },
  'gateway-slow'(world, dice) {
    const pod = podOf(world, dice);
    if (!pod) return undefined;
    world.event(pod.name, 'is slow');
    const loadMs = dice.chance(0.3) ? ENDLESS_LOAD_MS : LONGEST_LOAD_MS;
    if (dice.chance(0.3)) pod.traits.troubles = [504];
    Object.assign(pod.traits, { loadMs, hashLagMs: dice.between(0, LONGEST_LAG_MS) });
    return () => {
      world.event(pod.name, 'is quick again');
      Object.assign(pod.traits, world.quick());
    };
  },
  'gateway-resets'(world, dice) {
    world.resets = dice.between(0, 0.4);
    world.event('network', `connections to gateways are reset: ${world.resets.toFixed(2)}`);
    return () => {
      world.event('network', 'connections to gateways hold');
      world.resets = 0;
    };
  },
  'gateway-mislaid'(world, dice) {
    const pod = podOf(world, dice);
    if (!pod) return undefined;
    world.event(pod.name, 'is left out of the EndpointSlice');
    const putBack = world.pods.mislay(pod);
    let done = false;
    const end = (): void => {
      if (!done) putBack();
      done = true;
    };
    if (dice.chance(0.5)) world.clock.after(dice.between(500, 3_000), end);
    return end;
  },
  'foreign-writer'(world, dice) {
    const kong = podOf(world, dice)?.kong();
    if (!kong) return undefined;
    const times = (writes.get(kong) ?? 0) + 1;
    if (times > MOST_WRITES) return undefined;
    writes.set(kong, times);
    world.event('somebody', `pushes to ${kong.name}`);
    const body = Buffer.from(
      `{"_format_version":"3.0","services":[{"name":"theirs-${dice.whole(0, 9)}","host":"h"}]}`,
    );
    kong.process.deliver(() =>
      kong.handle({ method: 'POST', path: '/config', body, push: undefined }, NOTHING),
    );
    return undefined;
  },
  operator(world) {
    world.operator.act();
    return undefined;
  },
  scale(world, dice) {
    const pods = world.pods.all().filter((pod) => !pod.terminating());
    if (pods.length >= MOST_GATEWAYS || (pods.length > 1 && dice.chance(0.5))) {
      const pod = dice.pickOf(pods);
      if (pod) world.pods.remove(pod);
    } else {
      world.pods.add();
    }
    return undefined;
  },
};

/** A load may take as long as is allowed for after a cut (gateway/state.ts, loadAllowanceMs), by a clock that is 5 % fast. */
const LONGEST_LOAD_MS = 4_000;
/** Some take longer than anybody allows for. */
const ENDLESS_LOAD_MS = 16_000;
/** /status may lag behind a commit for as long as is tolerated (gateway/state.ts, CONFIRM_MS), likewise. */
const LONGEST_LAG_MS = 2_500;
export const MOST_GATEWAYS = 9;
/** Whoever fights with somebody is answered ever more slowly (rollout/drift.ts); here he gives in. */
const MOST_WRITES = 4;
const writes = new WeakMap<object, number>();

/** Makes troubles until its time is up, then ends them all. */
export function unleash(world: World, dice: Dice): { readonly end: () => void } {
  const { clock, scenario } = world;
  const possible = [...scenario.troubles];
  const running = new Set<() => void>();
  let over = false;

  const strike = (): void => {
    if (over) return;
    const name = dice.pickOf(possible);
    const stop = name && MAKE[name](world, dice);
    if (!stop) return;
    const end = (): void => {
      if (running.delete(end)) stop();
    };
    running.add(end);
    clock.after(dice.chance(0.25) ? dice.between(10_000, 50_000) : dice.until(6_000), end);
  };
  const next = (): void => {
    clock.after(dice.until(scenario.troubleEveryMs), () => {
      strike();
      if (!over) next();
    });
  };
  next();
  // While something is under way most can break.
  world.author.onEdit(() => {
    if (dice.chance(0.3)) clock.after(dice.between(100, 1_500), strike);
  });

  return {
    end() {
      over = true;
      for (const end of [...running]) end();
    },
  };
}
