import type { Happening } from './happening.js';
import { findingFields, gravest, line, ms, seconds, served, short, troubleFields, words } from './line.js';
import type { Level, Line } from './line.js';

type Kind =
  | 'drift'
  | 'drift-contested'
  | 'gateway-resting'
  | 'revision-refused'
  | 'canary-chosen'
  | 'canary-lost'
  | 'canary-ended'
  | 'rollout-overdue'
  | 'rollout-succeeded';
type Of<K extends Kind> = Extract<Happening, { readonly kind: K }>;

/** Why a gateway no longer serves what it should. */
const CAUSES: Readonly<Record<string, string>> = {
  empty: 'it has restarted or was emptied',
  file: 'it has restarted with a file of its own',
  older: 'an older revision, put there by somebody else',
  foreign: 'somebody else changed it',
};

/** What became of a revision's canaries: how grave that is, and what follows. */
const RESULTS: Readonly<Record<string, readonly [Level, string]>> = {
  proven: ['info', 'is proven: every gateway may have it'],
  rejected: ['error', 'is withdrawn, the other gateways keep what they have'],
  failed: ['error', 'is withdrawn, its canary is put back to what worked'],
  stopped: ['error', 'is not rolled out any further, and tried again later, one canary at a time'],
};

/** The words for what happens while a revision goes to the gateways, and when one of them leaves it. */
export const DESCRIBE_ROLLOUT: { readonly [K in Kind]: (happening: Of<K>) => Line } = {
  drift: ({ gateway, expected, found, cause, repair }) => {
    const why = CAUSES[cause] ?? cause;
    const left = repair ? '' : '; it is left so (--drift report)';
    return line(
      'warn',
      `gateway ${gateway} was on ${short(expected)} and now serves ${served(found)}: ${why}${left}`,
      {
        gateway,
        revision: short(expected),
        found: served(found),
        reason: cause,
        repair,
      },
    );
  },
  'drift-contested': ({ gateway, expected, times }) =>
    line(
      'error',
      `gateway ${gateway} was changed ${times} times by somebody else: who else writes to its Admin API? It is put back to ${short(expected)}, but ever more slowly`,
      { gateway, revision: short(expected), times },
    ),
  'gateway-resting': ({ gateway, revision, restMs }) =>
    line('debug', `gateway ${gateway} rests for ${seconds(restMs)} before its next load`, {
      gateway,
      revision: short(revision),
      restMs: ms(restMs),
    }),
  'revision-refused': ({ gateway, revision, canary, kongVersion, findings }) => {
    const kong = kongVersion === undefined ? '' : ` (Kong ${kongVersion})`;
    const effect = canary ? 'the other gateways are untouched' : 'it alone is set aside';
    return line(
      'error',
      `gateway ${gateway}${kong} rejected ${short(revision)}, ${effect}: ${gravest(findings)}`,
      {
        gateway,
        revision: short(revision),
        canary,
        ...(kongVersion !== undefined && { kongVersion }),
        ...findingFields(findings),
      },
    );
  },
  'canary-chosen': ({ gateway, revision, kongVersion }) =>
    line('info', `gateway ${gateway} (Kong ${kongVersion}) is the canary of ${short(revision)}`, {
      gateway,
      revision: short(revision),
      kongVersion,
    }),
  'canary-lost': ({ gateway, revision, trouble }) =>
    line('warn', `gateway ${gateway} was lost as the canary of ${short(revision)}: ${words(trouble)}`, {
      gateway,
      revision: short(revision),
      ...troubleFields(trouble),
    }),
  'canary-ended': ({ revision, result, durationMs, trouble }) => {
    const [level, effect] = RESULTS[result] ?? ['info', result];
    return line(level, `${short(revision)} ${effect}${trouble === undefined ? '' : `: ${words(trouble)}`}`, {
      revision: short(revision),
      result,
      durationMs: ms(durationMs),
      ...troubleFields(trouble),
    });
  },
  'rollout-overdue': ({ revision, waitedMs }) =>
    line(
      'info',
      `newer revisions keep coming, and gateways have waited for ${seconds(waitedMs)}: they get ${short(revision)}, which is proven`,
      { revision: short(revision), waitedMs: ms(waitedMs) },
    ),
  'rollout-succeeded': ({ revision }) =>
    line('info', `the rollout of ${short(revision)} succeeded`, { revision: short(revision) }),
};
