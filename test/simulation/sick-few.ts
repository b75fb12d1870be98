import type { Dice } from './dice.js';
import type { Neighbours } from './invariants/neighbours.js';
import type { Pod } from './pods.js';
import type { World } from './world.js';

/** Longer than any push is waited for in its lane. */
const ENDLESS_LOAD_MS = 16_000;
/** Whether a revision can be proven at all hangs on who is chosen as canary: it is not waited for forever (ms). */
const PATIENCE_MS = 45_000;
const LOOK_MS = 500;

/** What may be wrong with a gateway; gives what mends it. */
const SICKNESSES: readonly ((world: World, pod: Pod) => () => void)[] = [
  (_world, pod) => {
    const kong = pod.kong();
    kong?.process.stop();
    return () => kong?.process.resume();
  },
  (world, { traits }) => {
    traits.loadMs = ENDLESS_LOAD_MS;
    return () => Object.assign(traits, world.quick());
  },
  ({ network, replicas }, { host }) => {
    const mends = replicas.map(({ name }) => network.cut(name, host));
    return () => mends.forEach((mend) => mend());
  },
  (_world, { traits }) => {
    traits.troubles = [503, 500, 504];
    return () => {
      traits.troubles = [];
    };
  },
];

/** A fleet at rest, of which some fall sick while a new revision comes: the others must not notice (I5). */
export async function playSickFew(
  world: World,
  dice: Dice,
  neighbours: Neighbours,
  stopAt: (at: number) => Promise<void>,
): Promise<void> {
  const { pods, author, clock, event } = world;
  const all = pods.all().filter((pod) => !pod.terminating() && pod.kong() !== undefined);
  const [well, ...rest] = all;
  if (well === undefined || rest.length === 0) return;
  const sick = rest.filter(() => dice.chance(0.5));
  const mends = sick.map((pod) => {
    event(pod.name, 'falls sick');
    return dice.pickOf(SICKNESSES)?.(world, pod);
  });
  const healthy = new Set(all.filter((pod) => !sick.includes(pod)).map(({ host }) => host));
  neighbours.begin(healthy, all.length - 1);
  author.makeGood();
  const until = clock.now() + PATIENCE_MS;
  while (clock.now() < until && !neighbours.served()) {
    const before = clock.now();
    await stopAt(before + LOOK_MS);
    if (clock.now() < before + LOOK_MS) return;
  }
  neighbours.end();
  for (const mend of mends) mend?.();
  event('world', 'all are well again');
}
