import { createCompiler } from '../../src/config/compile.js';
import { createVirtualClock } from '../support/virtual-clock.js';
import type { VirtualClock } from '../support/virtual-clock.js';
import { convergenceMs } from './bounds.js';
import type { Dice } from './dice.js';
import type { Fact, Note } from './facts.js';
import type { Invariant, InvariantPorts } from './invariants/invariant.js';
import { leadership, synced } from './invariants/leadership.js';
import { canaries, holds } from './invariants/rollouts.js';
import { loads, read, validated } from './invariants/loads.js';
import { neighbours } from './invariants/neighbours.js';
import type { Neighbours } from './invariants/neighbours.js';
import { MOST_GATEWAYS, unleash } from './nemesis.js';
import { scenarioOf } from './scenario.js';
import { playSickFew } from './sick-few.js';
import { createTrace, lineOf } from './trace.js';
import { createWorld } from './world.js';
import type { World } from './world.js';

export interface Violation {
  readonly invariant: string;
  readonly what: string;
  readonly at: number;
}

export interface Outcome {
  readonly seed: number;
  readonly violation: Violation | undefined;
  /** Virtual milliseconds. */
  readonly ranMs: number;
  /** Only where a trace was asked for. */
  readonly trace: readonly string[];
  readonly digest: string;
}

/** The default of --canary-hold. */
const CANARY_HOLD_MS = 2_000;
/** Between two looks at whether all is well again (ms). */
const LOOK_MS = 500;
/** How long it must stay so (ms): longer than anything that a leader before may have left on the wire. */
const TAIL_MS = 12_000;
/** In how many runs some fall sick once more at the end. */
const SICK_SHARE = 0.3;

/** Plays one seed to its end, or to its first violation. */
export async function runSeed(seed: number, options: { readonly trace: boolean }): Promise<Outcome> {
  const clock = createVirtualClock();
  const scenario = scenarioOf(seed);
  const trace = createTrace();
  let violation: Violation | undefined;
  const violated = (invariant: string, what: string): void => {
    violation ??= { invariant, what, at: clock.now() };
  };
  const ports: InvariantPorts = {
    clock,
    violated,
    leaseHolder: () => world.leaseHolder(),
    kongAt: (host) => world.pods.at(host),
    hostOf: (name) => world.pods.hostOf(name),
  };
  const beside = neighbours(ports);
  const invariants: readonly Invariant[] = [
    leadership(ports, 10_000),
    synced(ports),
    loads(ports),
    validated(ports),
    read(ports),
    canaries(ports, CANARY_HOLD_MS, scenario.versions),
    holds(ports),
    beside.invariant,
    soundness(violated),
  ];
  /** Which version of Kong rejects which revision. */
  const rejections = new Set<string>();
  const note: Note = (fact) => {
    if (fact.kind === 'rejected') rejections.add(`${fact.at.version} ${fact.hash}`);
    if (options.trace) trace.add(clock.now(), lineOf(fact));
    for (const invariant of invariants) invariant(fact);
  };
  const world: World = createWorld(clock, scenario, note);
  const crashed = (error: unknown): void =>
    violated('crash', error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.on('uncaughtException', crashed);
  process.on('unhandledRejection', crashed);
  try {
    await play(world, beside, rejections, clock, () => violation !== undefined, violated);
  } finally {
    process.off('uncaughtException', crashed);
    process.off('unhandledRejection', crashed);
  }
  if (options.trace && violation !== undefined)
    trace.add(violation.at, `VIOLATION ${violation.invariant}: ${violation.what}`);
  return { seed, violation, ranMs: clock.now(), trace: trace.lines(), digest: trace.digest() };
}

async function play(
  world: World,
  beside: Neighbours,
  rejections: ReadonlySet<string>,
  clock: VirtualClock,
  over: () => boolean,
  violated: (invariant: string, what: string) => void,
): Promise<void> {
  const { scenario, author, pods, replicas, event } = world;
  const dice = scenario.dice.of('play');
  const stopAt = (at: number): Promise<void> =>
    clock.until(() => over() || clock.now() >= at, at - clock.now());

  author.makeGood();
  for (let count = 0; count < scenario.gateways; count += 1) pods.add();
  for (const replica of replicas) clock.after(dice.between(0, 2_000), replica.start);
  const nemesis = unleash(world, scenario.dice.of('nemesis'));
  const stopEdits = editNowAndThen(world, dice);
  await stopAt(scenario.troubledMs);
  if (over()) return;

  stopEdits();
  if (dice.chance(0.5)) {
    author.edit();
    await stopAt(clock.now() + dice.between(100, 1_500));
    if (over()) return;
  }
  nemesis.end();
  for (const replica of replicas) replica.start();
  if (!author.isGood() || dice.chance(0.5)) author.makeGood();
  event('world', 'nothing goes wrong any more');
  const compiler = createCompiler({ deck: false, env: {}, allowEmpty: false });
  const sealedNow = (): string => compiler.compile(author.texts()).revision?.id ?? '';
  let sealed = sealedNow();
  const expected = (): string | undefined => world.operator.wanted(sealed);
  const laggards = (): string[] => {
    const aim = expected();
    return pods.all().flatMap((pod) => {
      const kong = pod.kong();
      // Nothing can be wanted, and nobody can be made to take what it rejects.
      if (pod.terminating() || aim === undefined || rejections.has(`${pod.traits.version} ${aim}`)) return [];
      return kong?.serves() === aim ? [] : [`${pod.name} serves ${kong?.serves() ?? 'nothing'}`];
    });
  };
  const boundMs = convergenceMs(world.values, MOST_GATEWAYS);
  const converge = async (): Promise<void> => {
    const healedAt = clock.now();
    while (laggards().length > 0) {
      if (clock.now() - healedAt > boundMs) {
        violated(
          'I4',
          `after ${Math.round(boundMs / 1000)} s without trouble ${laggards().join(', ')}, not ${expected()}`,
        );
      }
      world.operator.letGo();
      await stopAt(clock.now() + LOOK_MS);
      if (over()) return;
    }
  };
  await converge();
  if (over()) return;
  if (scenario.history && dice.chance(0.3)) {
    world.operator.rollBack();
    await converge();
    if (over()) return;
  }
  event('world', `all gateways serve ${expected() ?? 'nothing'}`);
  // What was still being loaded then may yet be committed, and must be found and repaired.
  await stopAt(clock.now() + TAIL_MS);
  if (!over()) await converge();
  // How long a load of a large one takes tells little of a small one.
  if (over() || scenario.large || !dice.chance(SICK_SHARE)) return;
  await playSickFew(world, dice, beside, stopAt);
  if (over()) return;
  sealed = sealedNow();
  await converge();
}

function editNowAndThen({ clock, scenario, author }: World, dice: Dice): () => void {
  let over = false;
  const next = (): void => {
    clock.after(dice.until(scenario.editEveryMs), () => {
      if (over) return;
      author.edit();
      if (dice.chance(0.2)) clock.after(dice.between(10, 1_500), () => over || author.edit());
      next();
    });
  };
  next();
  return () => {
    over = true;
  };
}

/** Nothing inside it breaks: what it calls an internal error, or an unreadable object, is a bug here or there. */
function soundness(violated: (invariant: string, what: string) => void): Invariant {
  return (fact: Fact) => {
    if (fact.kind !== 'said') return;
    const { happening } = fact;
    if (happening.kind === 'compile-failed' || happening.kind === 'object-unreadable') {
      violated('sound', `${fact.by.name}: ${happening.reason}`);
    }
    if (happening.kind === 'retry' && happening.trouble.code === 'internal') {
      violated('sound', `${fact.by.name}: ${happening.trouble.reason}`);
    }
  };
}
