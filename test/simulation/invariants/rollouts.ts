import type { Happening } from '../../../src/report/happening.js';
import type { Run } from '../facts.js';
import type { Invariant, InvariantPorts } from './invariant.js';

/** After so long a canary that does not show its revision may be given up, and another one chosen (gateway/state.ts, loadAllowanceMs). */
const CANARY_PATIENCE_MS = 5_000 / 1.05;

/** So often in a row a gateway may keep to itself what it is. */
const MISSES = 3;

/** What a replica knows of a gateway, by what went over the wire between them. */
interface Standing {
  readonly hash: string;
  readonly since: number;
  /** `trying`: it is being pushed there, or was taken and does not show yet. */
  readonly how: 'trying' | 'shows';
}

/**
 * I10: a revision that no gateway of a Kong version has shown for as long as a canary is held is pushed to one gateway of that
 * version at a time, unless the one before was lost: it failed, restarted, or took too long.
 */
export function canaries(
  { clock, violated, kongAt, hostOf }: InvariantPorts,
  holdMs: number,
  versions: readonly string[],
): Invariant {
  const known = new Map<Run, Map<string, Standing>>();
  const accepted = new Set<string>();
  const standings = (run: Run): Map<string, Standing> => {
    const found = known.get(run) ?? new Map<string, Standing>();
    known.set(run, found);
    return found;
  };
  /** How often each would not tell what it is, in a row: at last it is of a kind of its own (rollout/get-to-know.ts). */
  const misses = new Map<string, number>();
  const isSilent = (run: Run, host: string): boolean => (misses.get(`${run.name} ${host}`) ?? 0) >= MISSES;
  /** By run, gateway and hash. A hold that begins anew after a late answer is not told from one that goes on. */
  const firstShown = new Map<string, number>();
  /** What shows after a canary was chosen comes too late for the choice. */
  const chosenAt = new Map<string, number>();
  /** Canaries that were given up: what they show later opens no gate. */
  const lost = new Set<string>();
  const versionOf = (host: string): string => kongAt(host)?.version ?? '';

  /** Since when each is known to be what it is: whoever has not told yet is not thought of when canaries are chosen. */
  const toldAt = new Map<string, number>();
  const hasTold = (run: Run, host: string): void => {
    const key = `${run.name} ${host}`;
    misses.delete(key);
    toldAt.set(key, toldAt.get(key) ?? clock.now());
  };

  const hasNotTold = (run: Run, host: string): void => {
    const key = `${run.name} ${host}`;
    misses.set(key, (misses.get(key) ?? 0) + 1);
  };

  /** One of those that would not tell stands for all of them. */
  const accept = (run: Run, hash: string, host: string): void => {
    accepted.add(`${hash} ${versionOf(host)}`);
    if (isSilent(run, host)) accepted.add(`${hash} unknown`);
  };
  /** Last good is for everyone. */
  const acceptForAll = (hash: string): void => {
    for (const version of [...versions, 'unknown']) accepted.add(`${hash} ${version}`);
  };
  const isAccepted = (run: Run, hash: string, host: string): boolean =>
    accepted.has(`${hash} ${versionOf(host)}`) || (isSilent(run, host) && accepted.has(`${hash} unknown`));

  const sees = (run: Run, host: string, hash: string): void => {
    const before = standings(run).get(host);
    const now = clock.now();
    const key = `${run.name} ${host} ${hash}`;
    const first = firstShown.get(key) ?? now;
    firstShown.set(key, first);
    if (now - first >= holdMs / run.rate - 1) accept(run, hash, host);
    if (before?.hash === hash && before.how === 'shows') return;
    // It goes on showing what it served before, while what was pushed to it is on its way.
    if (before?.how === 'trying' && before.hash !== hash && now - before.since < CANARY_PATIENCE_MS) return;
    standings(run).set(host, { hash, since: now, how: 'shows' });
  };

  const pushed = (run: Run, host: string, hash: string, sentAt: number): void => {
    const now = clock.now();
    for (const [other, { hash: theirs, since, how }] of standings(run)) {
      const chosen = Math.min(sentAt, chosenAt.get(`${host} ${hash}`) ?? Infinity);
      const knownAt = toldAt.get(`${run.name} ${other}`) ?? Infinity;
      if (since > chosen || (how === 'shows' && knownAt > chosen) || lost.has(`${other} ${hash}`)) continue;
      if (other === host || theirs !== hash || versionOf(other) !== versionOf(host)) continue;
      if (isAccepted(run, hash, host) || (how === 'trying' && now - since > CANARY_PATIENCE_MS)) continue;
      violated('I10', `${hash} is pushed to ${host} while ${other}, of the same version, has not proven it`);
    }
    standings(run).set(host, { hash, since: now, how: 'trying' });
  };

  /** Who is a canary, and no longer, cannot be seen on the wire. */
  const heard = (run: Run, happening: Happening): void => {
    // The next tenure begins as a new process would, and looks at everything anew.
    if (happening.kind === 'leadership-lost') {
      known.delete(run);
      for (const key of [...toldAt.keys()]) if (key.startsWith(`${run.name} `)) toldAt.delete(key);
    }
    if (happening.kind === 'rollout-succeeded') acceptForAll(happening.revision);
    if (happening.kind === 'canary-chosen')
      chosenAt.set(`${hostOf(happening.gateway) ?? ''} ${happening.revision}`, clock.now());
    if (happening.kind === 'canary-lost')
      lost.add(`${hostOf(happening.gateway) ?? ''} ${happening.revision}`);
    if (happening.kind === 'gateway-left') toldAt.delete(`${run.name} ${hostOf(happening.gateway) ?? ''}`);
    if (happening.kind === 'canary-lost' || happening.kind === 'gateway-left')
      standings(run).delete(hostOf(happening.gateway) ?? '');
  };

  return (fact) => {
    switch (fact.kind) {
      case 'validated':
        // It shows zeros, which tell nothing of where they come from.
        if (fact.empty) acceptForAll(fact.hash);
        return;
      case 'last-good':
        acceptForAll(fact.hash);
        return;
      case 'approved':
        // It begins anew, whatever became of those who had it before.
        for (const each of known.values())
          for (const [host, { hash, how }] of each)
            if (hash === fact.hash && how === 'trying') each.delete(host);
        return;
      case 'push-arrived':
        if (fact.push.awaited()) pushed(fact.push.by.run, fact.to, fact.push.hash, fact.push.sentAt);
        return;
      case 'answered':
        if (fact.what === 'GET /') {
          if (fact.status === 200) hasTold(fact.by.run, fact.from);
          else hasNotTold(fact.by.run, fact.from);
        }
        if (fact.shows !== undefined) sees(fact.by.run, fact.from, fact.shows);
        else if (fact.status >= 400) standings(fact.by.run).delete(fact.from);
        return;
      case 'said':
        heard(fact.by, fact.happening);
        return;
      case 'cut-off':
      case 'failed':
        if (fact.what === 'GET /') hasNotTold(fact.by.run, fact.to);
        standings(fact.by.run).delete(fact.to);
        return;
      default:
    }
  };
}

/** What is known of a revision by the texts that it was made of. */
interface Made {
  /** The teams whose sources were there, for each way in which it was made. */
  readonly from: readonly ReadonlySet<string>[];
  readonly services: ReadonlySet<string>;
}

/** For so long after the record names another last good, somebody may still judge by the one before (ms). */
const LATE_MS = 60_000;
/** --max-shrink, and what is never drastic (controller/drastic.ts). */
const MOST_PERCENT = 50;
const FEW = 3;

/**
 * I7: what would take a source, everything, or much at once off gateways that serve last good is not pushed, unless somebody approved
 * it. H1: no leader overwrites what a later one wrote.
 */
export function holds({ clock, violated }: InvariantPorts): Invariant {
  const made = new Map<string, Made>();
  const approved = new Set<string>();
  /** What a process agreed to before there was any last good to judge it by: until it can have heard of the first one. */
  const early = new Set<string>();
  let firstGoodAt = Infinity;
  let term = 0;
  let goods: { readonly hash: string; until: number }[] = [];

  const isDrastic = (now: Made, before: Made): boolean => {
    if (before.services.size === 0) return false;
    const vanished = before.from.every((teams) =>
      now.from.every((left) => [...teams].some((team) => !left.has(team))),
    );
    const removed = [...before.services].filter((service) => !now.services.has(service)).length;
    const shrunk = removed >= FEW && removed * 100 > before.services.size * MOST_PERCENT;
    return vanished || shrunk || now.services.size === 0;
  };

  /** Several small steps may come to a large one: each revision in between may have been agreed to. */
  const isWithinReach = (aim: Made, from: readonly Made[]): boolean => {
    const reached = new Set(from);
    for (const here of reached) {
      if (!isDrastic(aim, here)) return true;
      for (const next of made.values()) if (!isDrastic(next, here)) reached.add(next);
    }
    return false;
  };

  return (fact) => {
    if (fact.kind === 'approved') approved.add(fact.hash);
    if (fact.kind === 'record-written') {
      if (fact.term < term) violated('H1', `the record of term ${term} was overwritten in term ${fact.term}`);
      term = fact.term;
    }
    if (fact.kind === 'last-good') {
      firstGoodAt = Math.min(firstGoodAt, clock.now());
      for (const good of goods) good.until = Math.min(good.until, clock.now() + LATE_MS);
      goods = [...goods.filter(({ until }) => until > clock.now()), { hash: fact.hash, until: Infinity }];
    }
    if (fact.kind === 'validated') {
      const before = made.get(fact.hash);
      made.set(fact.hash, { services: fact.services, from: [...(before?.from ?? []), fact.teams] });
    }
    if (fact.kind === 'said' && fact.happening.kind === 'desired-changed') {
      const { revision, previous } = fact.happening;
      const isEarly = goods.length === 0 || early.has(`${fact.by.name} ${previous ?? ''}`);
      if (isEarly && goods.at(-1)?.hash !== revision) early.add(`${fact.by.name} ${revision}`);
    }
    if (fact.kind !== 'push-arrived' || goods.length === 0) return;
    const { hash, by } = fact.push;
    if (clock.now() < firstGoodAt + LATE_MS && early.has(`${by.run.name} ${hash}`)) return;
    const now = made.get(hash);
    if (now === undefined || approved.has(hash) || goods.some((good) => good.hash === hash)) return;
    // Whoever approved a removal has approved it for what comes after, too.
    const befores = [...goods.map((good) => good.hash), ...approved].flatMap((good) => made.get(good) ?? []);
    if (befores.length > 0 && !isWithinReach(now, befores)) {
      violated('I7', `${fact.at.name} receives ${hash}, which takes away too much, and nobody approved it`);
    }
  };
}
