// One rollout, from the first push until nothing more can be expected of any gateway.
import { sleep } from '../../clock/clock.js';
import type { Finding } from '../../config/finding.js';
import type { Revision } from '../../config/revision.js';
import type { Ports } from '../../controller/ports.js';
import { fleetSettings } from '../../controller/parts.js';
import type { AdminApi } from '../../gateway/admin-api.js';
import type { GatewayState } from '../../gateway/state.js';
import type { Phase } from '../../report/phases.js';
import type { SmokeCheck } from '../../gateway/smoke.js';
import type { Happening } from '../../report/happening.js';
import { gravest, words } from '../../report/line.js';
import type { Member } from '../../rollout/care.js';
import { createFleet } from '../../rollout/fleet.js';
import type { Fleet, FleetEntry } from '../../rollout/fleet.js';
import { bounded } from '../../rollout/pause.js';
import { beginTenure } from '../../rollout/tenure.js';
import type { Values } from '../../settings/read.js';
import type { GatewayResult } from './outcome.js';

export interface RolloutOptions extends Ports {
  readonly values: Values;
  readonly admin: AdminApi;
  readonly smoke: SmokeCheck | undefined;
  readonly members: readonly Member[];
  readonly revision: Revision;
  /** Kong's 400 as findings on the lines of the sources. */
  readonly explain: (body: string) => readonly Finding[];
  /** Begins no more pushes, and waits for those in flight; its reason says why, in words. */
  readonly stop: AbortSignal;
}

/** Nothing more comes of these by themselves in the time that anybody waits for a command. */
const GIVEN_UP: ReadonlySet<Phase> = new Set(['rejected', 'refused', 'unreachable']);
const LOADING: ReadonlySet<Phase> = new Set(['pushing', 'verifying']);

/** @returns what became of each gateway, in the order of the members. Never rejects for what gateways do. */
export async function rollOut(options: RolloutOptions): Promise<readonly GatewayResult[]> {
  const { clock, values, members, revision, stop } = options;
  const pushed = new Set<string>();
  const rejected = new Map<string, string>();
  const over = new AbortController();
  let looking = false;
  /** Once for all that happens in a turn, when the states are what they have become. */
  const lookWhetherOver = (): void => {
    if (looking) return;
    looking = true;
    clock.after(0, () => {
      looking = false;
      if (isOver(fleet, revision)) over.abort();
    });
  };
  const report = (happening: Happening): void => {
    if (happening.kind === 'push-started') pushed.add(happening.gateway);
    options.report(happening);
    lookWhetherOver();
  };
  const fleet = createFleet({
    ...options,
    report,
    settings: { ...fleetSettings(values, 0), observe: false, drift: 'repair' },
    onFailed: () => undefined,
    onStopped: () => undefined,
    onProven: () => undefined,
    onSucceeded: () => undefined,
    onRejected(member, { id }, body, canary, kongVersion) {
      const findings = options.explain(body);
      rejected.set(member.key, gravest(findings));
      report({
        kind: 'revision-refused',
        gateway: member.name,
        revision: id,
        canary,
        kongVersion,
        findings,
      });
    },
  });
  const tenure = beginTenure(0, () => true);
  fleet.setMembers(members);
  fleet.setGoal({ desired: revision, lastGood: undefined, paused: false });
  fleet.lead(tenure);
  await aborted(AbortSignal.any([over.signal, stop]));
  await drained(fleet, options);
  const entries = fleet.entries();
  const phase = fleet.rollout().phase;
  tenure.end('shutdown');
  const late = await shownLate(entries, pushed, options);
  const why = stop.aborted ? String(stop.reason) : WITHHELD[phase];
  return entries.map((entry) => resultOf(entry, revision, { pushed, late, rejected, why }));
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** Why a gateway was never pushed to. */
const WITHHELD: Readonly<Record<string, string>> = {
  withdrawn: 'its canary failed, so that no other gateway got it',
  stopped: 'too many canaries were lost, so that no other gateway got it',
};

const isServing = ({ phase, served }: GatewayState, { id }: Revision): boolean =>
  phase === 'in-sync' && served === id;

function isOver(fleet: Fleet, revision: Revision): boolean {
  const { phase } = fleet.rollout();
  const entries = fleet.entries();
  const isDone = ({ state }: FleetEntry): boolean => isServing(state, revision);
  if (phase === 'withdrawn' || phase === 'stopped')
    return entries.every(({ state }) => !LOADING.has(state.phase) && state.unsettled === undefined);
  // A canary that is the only one to have it may yet fail.
  if (phase !== 'rolling' && entries.some(isDone)) return false;
  return entries.every((entry) => isDone(entry) || GIVEN_UP.has(entry.state.phase));
}

/** Lets pushes that were sent end, for a while. */
async function drained(fleet: Fleet, { clock, values }: RolloutOptions): Promise<void> {
  const done = new AbortController();
  await Promise.race([
    fleet.drain().then(() => done.abort()),
    sleep(clock, values['shutdown-grace'], done.signal),
  ]);
}

/** Keys of those that show it only now: when we stopped, nobody was left to look after their pushes. */
async function shownLate(
  entries: readonly FleetEntry[],
  pushed: ReadonlySet<string>,
  { clock, values, admin, revision }: RolloutOptions,
): Promise<ReadonlySet<string>> {
  const open = entries.filter(({ member, state }) => pushed.has(member.name) && !isServing(state, revision));
  const timeoutMs = values['gateway-discovery-readiness-check-timeout'];
  const looks = open.map(async ({ member }) => {
    const answer = await bounded(clock, timeoutMs, new AbortController().signal, (signal) =>
      admin.status(member, signal),
    );
    return answer.kind === 'status' && answer.hash === revision.id ? [member.key] : [];
  });
  return new Set((await Promise.all(looks)).flat());
}

function resultOf(
  { member, state }: FleetEntry,
  revision: Revision,
  known: {
    readonly pushed: ReadonlySet<string>;
    readonly late: ReadonlySet<string>;
    readonly rejected: ReadonlyMap<string, string>;
    readonly why: string | undefined;
  },
): GatewayResult {
  const about = { name: member.name, url: member.url };
  if (known.late.has(member.key)) return { ...about, result: 'pushed' };
  if (isServing(state, revision)) {
    if (!known.pushed.has(member.name)) return { ...about, result: 'in-sync' };
    const loadMs = state.lastLoad?.durationMs;
    return { ...about, result: 'pushed', ...(loadMs !== undefined && { loadMs }) };
  }
  const refusal = known.rejected.get(member.key);
  if (refusal !== undefined)
    return { ...about, result: 'failed', code: '400', reason: `it rejected it: ${refusal}` };
  const { trouble, unsettled } = state;
  if (unsettled !== undefined) {
    const cut = trouble === undefined ? '' : ` (${words(trouble)})`;
    return { ...about, result: 'failed', code: 'unknown', reason: `${MAY_LOAD}${cut}` };
  }
  if (trouble !== undefined)
    return { ...about, result: 'failed', code: trouble.code, reason: words(trouble) };
  return { ...about, result: 'not-pushed', reason: known.why ?? 'it did not come to it' };
}

const MAY_LOAD = 'a push was sent and not answered: it may still be loading it, look at its hash later';
