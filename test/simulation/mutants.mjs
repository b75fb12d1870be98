// Broken variants of the code, each by an exact change of its text: the simulation must catch every one of them.

/**
 * @typedef {{ file: string, from: string, to: string }} Change
 * @type {readonly { name: string, changes: readonly Change[] }[]}
 */
export const MUTANTS = [
  mutant('the Lease is renewed without its resourceVersion', 'src/kube/election/lease.ts', [
    'return { ...lease.object, spec:',
    "return { ...lease.object, metadata: { ...fieldsOf(lease.object, 'metadata'), resourceVersion: undefined }, spec:",
  ]),
  mutant('the Lease is taken without waiting for it to run out', 'src/kube/election/step.ts', [
    ': leading || now >= state.guardUntil;',
    ': true;',
  ]),
  mutant('the wait after a deletion of the Lease is skipped', 'src/kube/election/step.ts', [
    'return Math.max(state.guardUntil, now + Math.max(leaseDurationMs, state.lastDurationMs));',
    'return state.guardUntil;',
  ]),
  mutant('a Lease that somebody deleted is taken for one that never was', 'src/kube/election/step.ts', [
    'if (untouched && state.transitions === undefined && !ledBefore) return state.guardUntil;',
    'if (untouched && state.transitions === undefined) return state.guardUntil;',
  ]),
  mutant('a Lease is judged by the wall clock', 'src/kube/election/step.ts', [
    '? Math.max(state.guardUntil, now + lastDurationMs)',
    '? now + lastDurationMs + Date.parse(lease.renewTime ?? "") - moment.wall.getTime()',
    '{ now, chance }: Moment,\n  candidate: Candidate,\n): ElectionState {\n  const looked',
    'moment: Moment,\n  candidate: Candidate,\n): ElectionState {\n  const { now, chance } = moment;\n  const looked',
  ]),
  mutant("a leader's deadline does not move with its renewals", 'src/kube/election/step.ts', [
    'validUntil: observation.requestedAt + candidate.renewDeadlineMs,',
    'validUntil: state.validUntil > now ? state.validUntil : observation.requestedAt + candidate.renewDeadlineMs,',
  ]),
  mutant("a leader's time counts from the answer to its renewal", 'src/kube/election/step.ts', [
    'validUntil: observation.requestedAt + candidate.renewDeadlineMs,',
    'validUntil: now + candidate.renewDeadlineMs,',
  ]),
  mutant('the fence is not asked before requests', 'src/rollout/tenure.ts', [
    'mayTouch: () => !signal.aborted && holds(),',
    'mayTouch: () => !signal.aborted,',
  ]),
  mutant('what is in flight when the lease is lost goes on', 'src/rollout/tend.ts', [
    'const endTenure = (): void => stop.abort(tenure.signal.reason);',
    'const endTenure = (): void => undefined;',
  ]),
  mutant('followers contact gateways', 'src/controller/controller.ts', [
    'if (election && cluster !== undefined) {',
    'if (election && cluster === undefined) {',
  ]),
  mutant('the first push does not wait for the sources', 'src/controller/controller.ts', [
    '!known() || !discovery.synced()',
    '!discovery.synced()',
  ]),
  mutant('a push of unknown outcome is repeated at once', 'src/rollout/push.ts', [
    `      care.become(
        afterUnknown(state, revision, startedAt, loadAllowanceMs(revision, state.lastLoad?.durationMs)),
      );
`,
    '',
  ]),
  mutant('a 304 after an unknown outcome is believed', 'src/gateway/assessment.ts', [
    'return assess(seen, hash, order, now, false);',
    'return assess(seen, hash, order, now, true);',
  ]),
  mutant('two pushes to one gateway at once', 'src/rollout/tend.ts', [
    'done: run().finally(',
    'done: Promise.all([run(), run()]).then(() => undefined).finally(',
  ]),
  mutant('the hash is not verified after a push', 'src/gateway/outcomes.ts', [
    `      lastLoad: load ?? state.lastLoad,
    },
    'verifying',`,
    `      lastLoad: load ?? state.lastLoad,
      served: revision.id,
    },
    'in-sync',`,
  ]),
  mutant('the hash is trusted from memory', 'src/gateway/assessment.ts', [
    'if (hash === revision.id) return true;',
    'if (hash === revision.id || state.served === revision.id) return true;',
  ]),
  mutant('a gateway in sync is never looked at again', 'src/rollout/tend.ts', [
    'if (!care.over()) await pause.rest(restMs(care, begunAt), false);',
    'if (!care.over()) await pause.rest(1e9, false);',
  ]),
  mutant('a late push keeps its place in its lane', 'src/rollout/lanes.ts', [
    '            onLate();\n            leave();',
    '            onLate();',
  ]),
  mutant('a request to a gateway has no time limit', 'src/rollout/pause.ts', [
    "const cancel = clock.after(ms, () => current.abort('timeout'));",
    'const cancel = (): void => undefined;',
  ]),
  mutant('no canary goes ahead', 'src/rollout/standing.ts', [
    '!canary || id === goal.lastGood?.id;',
    'true;',
  ]),
  mutant('a Kong version that comes late has no canary', 'src/rollout/standing.ts', [
    "return proven.groups.has(group) ? 'open' : 'closed';",
    "return 'open';",
  ]),
  mutant('the hold of a canary is skipped', 'src/rollout/canary.ts', [
    'lookedAt - healthySince >= holdMs',
    'lookedAt - healthySince >= 0',
  ]),
  mutant('what is held is pushed', 'src/controller/desired.ts', [
    'if (reasons.length === 0 || approved(revision.id))',
    'if (reasons.length >= 0 || approved(revision.id))',
  ]),
  mutant('a withdrawn revision is pushed all the same', 'src/controller/goal.ts', [
    'accepted === undefined || withdrawn(accepted.id) ? undefined : accepted',
    'accepted',
  ]),
  mutant('last good is forgotten', 'src/controller/keeper.ts', [
    'lastGood: () => lastGood?.revision,',
    'lastGood: () => undefined,',
  ]),
  mutant('a lower term overwrites a higher one', 'src/history/pointer.ts', [
    'if (term !== undefined && record.term > term) throw',
    'if (term !== undefined && record.term < 0) throw',
  ]),
  mutant('a watch goes on from a version that is gone', 'src/kube/watch-cache/plan.ts', [
    "return outcome.livedMs >= HEALTHY_MS ? atOnce('list') : retry('list', failuresBefore + 1, random);",
    "return retry('watch', failuresBefore + 1, random);",
  ]),
  mutant('compilations overlap', 'src/controller/debounce.ts', [
    'if (running || stopped || firstAt === undefined) return;',
    'if (stopped || firstAt === undefined) return;',
  ]),
  mutant('pushes in flight are left behind on shutdown', 'src/controller/controller.ts', [
    '      await drain();\n',
    '',
  ]),
];

/** @param {string[]} texts what is there, and what stands in its place, in turn */
function mutant(name, file, texts) {
  const changes = [];
  for (let index = 0; index < texts.length; index += 2) {
    changes.push({ file, from: texts[index], to: texts[index + 1] });
  }
  return { name, changes };
}

export function mutantCalled(name) {
  const found = MUTANTS.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no mutant is called ${name}`);
  return found;
}
