// Why one gateway is where it is, and what to do: in plain words, from nothing but its status.
import type { GatewayStatus } from '../../src/server/diagnostics/status.js';
import type { Overview } from './picture.js';
import { isForeign } from './standing.js';
import { duration, isEmptyHash, listed, plural, sentence, short } from './words.js';

export interface Explanation {
  /** Sentences, the one that matters most first. */
  readonly why: readonly string[];
  /** What a person can do; nothing where there is nothing to be done. */
  readonly todo: readonly string[];
}

/** What the gateway does for its users meanwhile. */
export function servesText({ hash, revision, current }: GatewayStatus): string {
  if (hash === undefined) return 'What it serves is not known: it has not shown a hash yet.';
  if (isEmptyHash(hash)) return 'It serves nothing: it has no configuration.';
  if (revision !== undefined) return `It ${current ? 'serves' : 'still serves'} ${short(revision)}.`;
  return current
    ? `It serves what it should, under the hash ${short(hash)}.`
    : `It serves ${short(hash)}, which is no revision of Silverback.`;
}

/** @param refusal what Kong said of the configuration, where it rejected it */
export function explain(gateway: GatewayStatus, overview: Overview, refusal?: string): Explanation {
  const { trouble, phase } = gateway;
  if (!overview.leadership.leading) {
    return {
      why: ['This replica does not lead: it knows where gateways are, and nothing more of them.'],
      todo: [],
    };
  }
  if (trouble !== undefined) {
    const [effect, next] = consequence(gateway);
    return {
      why: [
        sentence(trouble.reason),
        phase === 'rejected' && refusal !== undefined ? sentence(refusal) : '',
        effect,
        servesText(gateway),
        next,
      ].filter((text) => text !== ''),
      todo: trouble.advice === undefined ? [] : [sentence(trouble.advice)],
    };
  }
  return gateway.current ? explainCurrent(gateway) : explainBehind(gateway, overview);
}

/** What a trouble leads to, and what Silverback does about it. */
function consequence({ phase, failures }: GatewayStatus): readonly [string, string] {
  const inARow = failures > 1 ? ` It failed ${failures} times in a row.` : '';
  switch (phase) {
    case 'rejected':
      return ['', 'It is tried again with the next revision, or when the gateway restarts.'];
    case 'refused':
      return [
        'The set-up is wrong; no retry will mend it.',
        'Silverback looks again at least every 5 minutes.',
      ];
    case 'busy':
      return ['It loads something else at the moment.', 'Silverback tries again as soon as it may.'];
    default:
      return ['', `Silverback tries again by itself.${inARow}`];
  }
}

function explainCurrent(gateway: GatewayStatus): Explanation {
  const notReady =
    gateway.ready === false
      ? ['Kubernetes does not call its pod ready, though it serves the right configuration.']
      : [];
  return {
    why: [...notReady, servesText(gateway), 'That is what it should serve.'],
    todo: gateway.ready === false ? ['Look at the pod and its readiness probe.'] : [],
  };
}

function explainBehind(gateway: GatewayStatus, overview: Overview): Explanation {
  const { phase, hash } = gateway;
  switch (phase) {
    case 'pushing':
      return { why: ['It is loading its configuration right now.', servesText(gateway)], todo: [] };
    case 'verifying':
      return { why: ['It has loaded; Silverback waits until it shows the right hash.'], todo: [] };
    case 'unknown':
    case 'probing':
      if (hash === undefined) return { why: ['It has not answered yet: it is being asked.'], todo: [] };
      break;
    default:
  }
  if (isForeign(gateway)) {
    return {
      why: [
        servesText(gateway),
        'Somebody else wrote to its Admin API, or it started with a file of its own.',
        'Silverback puts it back, ever more slowly if that happens again and again; with --drift report it is left so.',
      ],
      todo: ['Find out who else writes to this Admin API: CI jobs, decK, another controller.'],
    };
  }
  const { why, todo } = waitingFor(gateway, overview);
  const emptied = hash !== undefined && isEmptyHash(hash) ? ['It has just started, or was emptied.'] : [];
  return { why: [servesText(gateway), ...emptied, why], todo: todo === undefined ? [] : [todo] };
}

interface Waiting {
  readonly why: string;
  readonly todo?: string;
}

/** What keeps a gateway, that is well, from getting what it should serve. */
function waitingFor({ name, restMs }: GatewayStatus, { rollout, revisions, observing }: Overview): Waiting {
  const { desired, paused } = revisions;
  if (observing) return { why: 'This Silverback only observes: it pushes nothing.' };
  if (desired === undefined) return { why: 'There is no configuration to push yet.' };
  switch (rollout.phase) {
    case 'paused':
      return {
        why: `The rollout is paused${paused === undefined ? '' : ` by ${paused.by}`}.`,
        todo: 'Let it go on with `silverback rollout resume`.',
      };
    case 'choosing':
      return { why: `A gateway is being chosen that tries ${short(desired.id)} first.` };
    case 'canary':
      return rollout.canaries.includes(name)
        ? { why: `It is the canary: it tries ${short(desired.id)} first.` }
        : { why: `${listed(rollout.canaries)} tries ${short(desired.id)} first; this one follows.` };
    case 'withdrawn':
      return {
        why: `${short(desired.id)} was withdrawn and goes to no gateway.`,
        todo: 'Mend the configuration.',
      };
    case 'stopped':
      return {
        why: `The rollout of ${short(desired.id)} has stopped: too many canaries were lost. It is tried again by itself.`,
      };
    default:
      return restMs !== undefined && restMs > 0
        ? { why: `It rests ${duration(restMs)} after its last load, then it is its turn.` }
        : { why: 'It waits for its turn: only a few gateways load at a time.' };
  }
}

/** A line or two for a tile. */
export function inShort(gateway: GatewayStatus, overview: Overview, refusal?: string): string {
  const { why } = explain(gateway, overview, refusal);
  return why.slice(0, gateway.trouble === undefined || refusal !== undefined ? 2 : 1).join(' ');
}

/** Whether a line of the log speaks of this gateway: `kong-1` is not `kong-12`. */
export function isAbout(message: string, name: string): boolean {
  for (let at = message.indexOf(name); at >= 0; at = message.indexOf(name, at + 1)) {
    const [before, after] = [message[at - 1] ?? ' ', message[at + name.length] ?? ' '];
    const next = message[at + name.length + 1] ?? ' ';
    const endsHere = !/[\w-]/.test(after) && !(after === '.' && /\w/.test(next));
    if (!/[\w.-]/.test(before) && endsHere) return true;
  }
  return false;
}

export const unsteadyText = (times: number): string =>
  `It lost or changed its configuration ${plural(times, 'time')} in the last 10 minutes.`;
