import type { Revision } from '../config/revision.js';
import type { PushAnswer } from '../gateway/answers.js';
import { afterAccepted, afterBusy, afterRefusal, afterRejection, afterUnknown } from '../gateway/outcomes.js';
import { enter } from '../gateway/state.js';
import { loadAllowanceMs, restLeftMs } from '../gateway/load.js';
import type { Lane } from './lanes.js';
import type { Load } from './load-times.js';
import { nodeOf, NotYet, pauseUnlessOver } from './care.js';
import type { Care, Next } from './care.js';

interface Pushed {
  readonly revision: Revision;
  readonly answer: PushAnswer;
  readonly startedAt: number;
  readonly durationMs: number;
}

interface Sending {
  readonly revision: Revision;
  readonly load: Load;
}

async function send(care: Care, revision: Revision, checkHash: boolean, lane: Lane): Promise<Pushed> {
  const { member, ports } = care;
  const { clock, report } = ports;
  const about = { gateway: member.name, revision: revision.id, bytes: revision.bytes.length };
  care.become(enter(care.state(), 'pushing', clock.now()));
  report({ kind: 'push-started', ...about, lane });
  const startedAt = clock.now();
  const answer = await care.timed(ports.settings.pushTimeoutMs, (signal) =>
    ports.admin.push(member, revision, { checkHash, mayWrite: ports.tenure.mayTouch, signal }),
  );
  const durationMs = clock.now() - startedAt;
  const trouble = 'trouble' in answer ? answer.trouble : undefined;
  report({ kind: 'push-ended', ...about, result: answer.kind, durationMs, trouble });
  return { revision, answer, startedAt, durationMs };
}

/** Waits for a place in the lane, then sends what is newest by then; `undefined` where nothing is left to send. */
function sendInLane(care: Care, checkHash: boolean): Promise<Pushed | undefined> {
  const { member, ports } = care;
  const lane = care.lane();
  let sending: Sending | undefined;
  return ports.lanes.push(
    lane,
    () => sending?.load.lateAfterMs() ?? 0,
    async () => {
      const revision = care.mayBegin() ? care.order().load : undefined;
      if (revision === undefined) return undefined;
      const load = ports.loadTimes.begin(revision.bytes.length, care.state().lastLoad?.durationMs);
      sending = { revision, load };
      try {
        const pushed = await send(care, revision, checkHash, lane);
        if (pushed.answer.kind === 'accepted') load.done(pushed.durationMs);
        return pushed;
      } finally {
        load.over();
      }
    },
    () => {
      if (sending === undefined) return;
      const afterMs = ports.clock.now() - care.state().since;
      ports.report({ kind: 'push-late', gateway: member.name, revision: sending.revision.id, afterMs });
    },
  );
}

/** Folds the answer into the state; throws NotYet where there is more to do later. */
async function conclude(care: Care, { revision, answer, startedAt, durationMs }: Pushed): Promise<Next> {
  const { member, ports } = care;
  const state = care.state();
  const now = ports.clock.now();
  switch (answer.kind) {
    case 'accepted':
      care.become(afterAccepted(state, revision, { endedAt: now, durationMs }, now));
      return 'look-again';
    case 'same':
      care.become(afterAccepted(state, revision, undefined, now));
      return 'look-again';
    case 'rejected': {
      const node = await nodeOf(care);
      care.become(afterRejection(state, revision, answer.trouble, node, now));
      ports.onRejected(member, revision, answer.body);
      // What it is to serve instead, if anything, hangs on that.
      return care.order().load?.id === revision.id ? 'rest' : 'look-again';
    }
    case 'refused':
      care.become(afterRefusal(state, answer.trouble, now));
      return 'rest';
    case 'busy':
      care.become(afterBusy(state, answer.trouble, now));
      return care.fail(answer.trouble, answer.retryAfterMs, true);
    case 'failed':
      return care.fail(answer.trouble, answer.retryAfterMs, true);
    case 'unknown':
      care.become(
        afterUnknown(state, revision, startedAt, loadAllowanceMs(revision, state.lastLoad?.durationMs)),
      );
      return care.fail(answer.trouble);
    case 'unreachable':
      return care.fail(answer.trouble);
    case 'withdrawn':
      pauseUnlessOver(care);
      return 'rest';
  }
}

/** A load costs the gateway's users: between two of them it rests. Whatever is newest when it has rested is loaded. */
function restBetweenLoads(care: Care, revision: string): void {
  const { member, ports } = care;
  const restMs = restLeftMs(care.state(), ports.clock.now());
  if (restMs <= 0) return;
  ports.report({ kind: 'gateway-resting', gateway: member.name, revision, restMs });
  throw new NotYet(restMs, false);
}

/** Pushes what may be loaded to a gateway that was found to serve `found`; under `--observe`, says so instead. */
export async function pushOrdered(care: Care, checkHash: boolean, found: string): Promise<Next> {
  const { member, ports } = care;
  const { load } = care.order();
  if (load === undefined) return 'rest';
  if (ports.settings.observe) {
    ports.report({ kind: 'would-push', gateway: member.name, revision: load.id, found });
    return 'rest';
  }
  restBetweenLoads(care, load.id);
  const pushed = await sendInLane(care, checkHash);
  if (pushed !== undefined) return conclude(care, pushed);
  pauseUnlessOver(care);
  return 'rest';
}
