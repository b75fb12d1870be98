import { DESCRIBE_ROLLOUT } from './describe-rollout.js';
import type { Happening } from './happening.js';
import {
  changesLine,
  findingFields,
  firstOf,
  gravest,
  kept,
  line,
  ms,
  plural,
  seconds,
  served,
  short,
  SHOWN,
  troubleFields,
  words,
} from './line.js';
import type { Level, Line } from './line.js';
import { oneLine } from './one-line.js';

type Of<K extends Happening['kind']> = Extract<Happening, { readonly kind: K }>;
type Describe = { readonly [K in Happening['kind']]: (happening: Of<K>) => Line };

/** Phases that pass by within one push, and would drown what matters. */
const PASSING = new Set(['unknown', 'probing', 'out-of-sync', 'pushing', 'verifying']);

const TROUBLED: Readonly<Record<string, Level>> = {
  unreachable: 'warn',
  busy: 'warn',
  refused: 'error',
  rejected: 'error',
};

/** Results of a push whose name alone says too little. */
const RESULTS: Readonly<Record<string, string>> = {
  same: 'same, it had it already (304)',
  withdrawn: 'withdrawn before anything was sent, this replica may not push any more',
};

const allServe = (gateways: number): string =>
  gateways === 1 ? 'the one gateway serves' : `all ${gateways} gateways serve`;

const countsText = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([type, count]) => `${count} ${type}`)
    .join(', ') || 'no entities';

const DESCRIBE: Describe = {
  ...DESCRIBE_ROLLOUT,
  started: ({ version, identity, summary }) =>
    line('info', `silverback ${version} started: ${summary}`, { version, identity }),
  stopping: ({ reason }) => line('info', `stopping: ${reason}`, { reason }),
  stopped: () => line('info', 'stopped'),
  serving: ({ what, address }) => line('info', `${what} on ${address}`, { address }),
  'setting-doubtful': ({ message }) => line('warn', message),
  'credentials-rotated': () => line('info', 'Admin API credentials changed: new connections use them'),
  'credentials-unreadable': ({ reason }) =>
    line('error', `Admin API credentials cannot be read, the ones read before stay in use: ${reason}`, {
      reason,
    }),
  'serving-certificate-rotated': () =>
    line('info', 'the certificate of the admission webhook changed: new connections get it'),
  'serving-certificate-unusable': ({ reason }) =>
    line('error', `the certificate of the admission webhook stays the one read before: ${reason}`, {
      reason,
    }),

  'watch-synced': ({ resource, items }) =>
    line('info', `watching ${resource}: ${items} found`, { resource, items }),
  'watch-restarted': ({ resource, reason, relist }) =>
    line('debug', `watch of ${resource} restarted${relist ? ' with a new list' : ''}: ${reason}`, {
      resource,
      reason,
      relist,
    }),
  'watch-failed': ({ resource, reason, advice, delayMs }) =>
    line(
      'warn',
      `watch of ${resource} failed, next try in ${seconds(delayMs)}: ${reason}${advice === undefined ? '' : `; ${advice}`}`,
      { resource, reason, ...(advice !== undefined && { advice }), delayMs: ms(delayMs) },
    ),
  'watch-recovered': ({ resource }) => line('info', `watch of ${resource} works again`, { resource }),
  'object-unreadable': ({ resource, name, reason }) =>
    line('error', `${resource} ${name} cannot be used: ${reason}`, { resource, object: name, reason }),
  'leader-elected': ({ identity, term, lease }) =>
    line('info', `this replica leads now, term ${term}`, {
      identity,
      term,
      lease: `${lease.namespace}/${lease.name}`,
    }),
  'leader-observed': ({ holder }) =>
    line('info', holder === '' ? 'nobody leads' : `${holder} leads; this replica follows`, { holder }),
  'leadership-lost': ({ term, reason }) =>
    line('warn', `this replica leads no longer: ${reason}; pushes in flight were cut off`, { term, reason }),
  'lease-released': ({ term }) => line('info', 'the lease is released', { term }),
  'lease-renewal-failed': ({ reason, leftMs }) =>
    line('warn', `renewing the lease failed, ${seconds(leftMs)} are left: ${reason}`, {
      reason,
      leftMs: ms(leftMs),
    }),
  'lease-unreachable': ({ reason }) => line('warn', `the lease cannot be read: ${reason}`, { reason }),
  'event-dropped': ({ reason }) =>
    line('debug', `a Kubernetes Event could not be written: ${reason}`, { reason }),

  'annotation-failed': ({ source, reason }) =>
    line('warn', `${source} could not be annotated with its state: ${reason}`, { source, reason }),
  'change-reviewed': ({ source, operation, allowed, message, warnings, durationMs }) =>
    line(
      allowed ? 'debug' : 'warn',
      `${operation} of ${source} was ${allowed ? 'allowed' : `refused: ${oneLine(message ?? 'invalid')}`}`,
      { source, operation, allowed, warnings: warnings.length, durationMs: ms(durationMs) },
    ),
  'source-changed': ({ source, documents }) =>
    line('info', `source ${source} has changed and holds ${plural(documents, 'document')}`, {
      source,
      documents,
    }),
  'source-unreadable': ({ source, reason }) =>
    line('error', `source ${source} cannot be read, nothing changes until it can: ${reason}`, {
      source,
      reason,
    }),
  'source-vanished': ({ source }) =>
    line('warn', `source ${source} does not exist or holds no configuration`, { source }),
  'source-quarantined': ({ source, findings }) =>
    line('error', `${source} is kept out with its change, the others go on: ${gravest(findings)}`, {
      source,
      ...findingFields(findings),
    }),
  'sources-synced': ({ sources }) => line('info', `all sources have been read: ${sources}`, { sources }),
  'revision-withdrawn': ({ revision, why, by }) =>
    line('warn', `revision ${short(revision)} is what the sources say, and is not pushed: ${why} (${by})`, {
      revision: short(revision),
      why,
      by,
    }),
  'history-trouble': ({ trouble }) =>
    line('error', `the history of revisions cannot be used: ${words(trouble)}`, troubleFields(trouble)),
  'schemas-pulled': ({ gateway, version, plugins }) =>
    line(
      'info',
      `gateway ${gateway} gave the schemas of ${plugins.join(', ')} (Kong ${version}): their config is checked from now on`,
      { gateway, version, plugins: plugins.length },
    ),
  'schemas-missing': ({ gateway, plugins }) =>
    line(
      'warn',
      `gateway ${gateway} has no usable schema of ${plugins.join(', ')}: their config stays unchecked; is the plugin installed and enabled there?`,
      { gateway, plugins: plugins.length },
    ),
  'schemas-failed': ({ gateway, trouble, delayMs }) =>
    line(
      'warn',
      `gateway ${gateway} gave no schemas, next try in ${seconds(delayMs)}: ${words(trouble)}; pushes go on without`,
      { gateway, ...troubleFields(trouble), delayMs: ms(delayMs) },
    ),
  'config-compiled': ({ revision, counts, bytes, durationMs, findings }) => {
    const but = findings.length === 0 ? '' : `; but ${gravest(findings)}`;
    return line('info', `configuration ${short(revision)} is valid: ${countsText(counts)}${but}`, {
      revision: short(revision),
      bytes,
      durationMs: ms(durationMs),
      ...(findings.length > 0 && findingFields(findings)),
    });
  },
  'config-invalid': ({ findings, durationMs, kept: revision }) =>
    line('error', `the configuration is invalid, ${kept(revision)}: ${gravest(findings)}`, {
      durationMs: ms(durationMs),
      ...findingFields(findings),
    }),
  'config-held': ({ revision, reasons, codes, kept: current }) =>
    line('warn', `the configuration is held, ${kept(current)}: ${firstOf(reasons)}`, {
      revision: short(revision),
      codes,
      count: reasons.length,
      reasons: reasons.slice(0, SHOWN),
    }),
  'compile-failed': ({ reason }) =>
    line('error', `the configuration could not be validated, what was valid before stays: ${reason}`, {
      reason,
    }),
  'desired-changed': ({ revision, previous }) =>
    line(
      'info',
      `desired revision is ${short(revision)}${previous === undefined ? '' : `, was ${short(previous)}`}`,
      {
        revision: short(revision),
        previous: short(previous),
      },
    ),

  'discovery-changed': ({ gateways, problems }) =>
    line(
      problems.length > 0 ? 'warn' : 'info',
      [`${plural(gateways, 'gateway')} discovered`, ...problems].join('; '),
      { gateways },
    ),
  'gateway-found': ({ gateway, url }) => line('info', `gateway ${gateway} found at ${url}`, { gateway, url }),
  'gateway-left': ({ gateway }) => line('info', `gateway ${gateway} left`, { gateway }),
  'gateway-phase': ({ gateway, from, to, revision, trouble }) => {
    const recovered = to === 'in-sync' && !PASSING.has(from);
    const level = TROUBLED[to] ?? (PASSING.has(to) ? 'debug' : 'info');
    const because = to !== 'in-sync' && trouble !== undefined ? `: ${words(trouble)}` : '';
    return line(level, `gateway ${gateway} is ${to}${recovered ? ' again' : ''}${because}`, {
      gateway,
      from,
      to,
      revision: short(revision),
      ...(to !== 'in-sync' && troubleFields(trouble)),
    });
  },
  'push-started': ({ gateway, revision, bytes, lane }) =>
    line('debug', `pushing ${short(revision)} to ${gateway}`, {
      gateway,
      revision: short(revision),
      bytes,
      lane,
    }),
  'push-ended': ({ gateway, revision, result, bytes, durationMs, trouble }) =>
    line(
      trouble === undefined ? 'info' : 'warn',
      `push of ${short(revision)} to ${gateway}: ${RESULTS[result] ?? result}${trouble === undefined ? '' : `: ${words(trouble)}`}`,
      {
        gateway,
        revision: short(revision),
        result,
        bytes,
        durationMs: ms(durationMs),
        ...troubleFields(trouble),
      },
    ),
  'push-late': ({ gateway, revision, afterMs }) =>
    line(
      'warn',
      `push of ${short(revision)} to ${gateway} takes far longer than others: it goes on beside the bound`,
      {
        gateway,
        revision: short(revision),
        afterMs: ms(afterMs),
      },
    ),
  'push-skipped': ({ gateway, revision }) =>
    line('info', `gateway ${gateway} is on ${short(revision)} already: nothing to push`, {
      gateway,
      revision: short(revision),
    }),
  'would-push': ({ gateway, revision, found }) =>
    line('info', `observe: would push ${short(revision)} to ${gateway}, which serves ${served(found)}`, {
      gateway,
      revision: short(revision),
      found: served(found),
    }),
  'would-change': ({ gateway, revision, changes }) =>
    line('info', `observe: the push to ${gateway} ${changesLine(changes)}`, {
      gateway,
      revision: short(revision),
      ...changes,
    }),
  'served-unreadable': ({ gateway, revision, trouble }) =>
    line('warn', `observe: what ${gateway} serves is not known: ${words(trouble)}`, {
      gateway,
      revision: short(revision),
      ...troubleFields(trouble),
    }),
  retry: ({ gateway, attempt, delayMs, trouble }) =>
    line(
      attempt <= 1 ? 'info' : 'debug',
      `gateway ${gateway} failed ${attempt <= 1 ? 'once' : `${attempt} times`}, next try in ${seconds(delayMs)}: ${words(trouble)}`,
      {
        gateway,
        attempt,
        delayMs: ms(delayMs),
        ...troubleFields(trouble),
      },
    ),
  'hash-accepted': ({ gateway, revision, hash }) =>
    line(
      'warn',
      `gateway ${gateway} shows ${short(hash)} for ${short(revision)}: believed after two pushes`,
      {
        gateway,
        revision: short(revision),
        hash,
      },
    ),
  'no-gateways': () =>
    line(
      'warn',
      'no gateways: nothing is pushed until one appears; does --kong-admin-svc name the right Service?',
    ),
  'converged-but': ({ revision, gateways, behind }) => {
    const names = `${behind.slice(0, SHOWN).join(', ')}${behind.length > SHOWN ? ', …' : ''}`;
    const most = `${gateways - behind.length} of ${gateways} gateways serve ${short(revision)}`;
    return line('warn', `${most}; not: ${names}`, {
      revision: short(revision),
      gateways,
      behind: behind.length,
    });
  },
  converged: ({ revision, gateways, durationMs }) =>
    line('info', `${allServe(gateways)} ${short(revision)}`, {
      revision: short(revision),
      gateways,
      durationMs: ms(durationMs),
    }),
};

const cleaned = (value: unknown): unknown =>
  typeof value === 'string' ? oneLine(value) : Array.isArray(value) ? value.map(cleaned) : value;

/** Puts a happening into words: one line, whatever the texts from outside in it hold. */
export function describe<K extends Happening['kind']>(happening: Of<K> & { readonly kind: K }): Line {
  const put: (happening: Of<K>) => Line = DESCRIBE[happening.kind];
  const { level, message, fields } = put(happening);
  return {
    level,
    message: oneLine(message),
    fields: Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, cleaned(value)])),
  };
}
