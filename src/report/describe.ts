import { placeOf } from '../config/finding.js';
import type { Finding } from '../config/finding.js';
import { shortId } from '../config/revision.js';
import type { Happening, Trouble } from './happening.js';

export type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error';

/** A happening as a log line: a sentence for people, fields for machines. */
export interface Line {
  readonly level: Level;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

type Of<K extends Happening['kind']> = Extract<Happening, { readonly kind: K }>;
type Describe = { readonly [K in Happening['kind']]: (happening: Of<K>) => Line };

const line = (level: Level, message: string, fields: Readonly<Record<string, unknown>> = {}): Line => ({
  level,
  message,
  fields,
});

const short = (revision: string | undefined): string => (revision === undefined ? 'none' : shortId(revision));
const ms = (value: number): number => Math.round(value);
const words = ({ reason, advice }: Trouble): string =>
  advice === undefined ? reason : `${reason}; ${advice}`;

function troubleFields(trouble: Trouble | undefined): Record<string, unknown> {
  if (trouble === undefined) return {};
  const { code, reason, advice } = trouble;
  return { code, reason, ...(advice !== undefined && { advice }) };
}

/** As many findings as a log line can bear; the count tells of the rest. */
const SHOWN_FINDINGS = 20;

/** One finding in one line: where, what, what to do. */
export function findingLine(finding: Finding): string {
  const place = placeOf(finding);
  const hint = finding.hint === undefined ? '' : ` (${finding.hint})`;
  return `${place === '' ? '' : `${place}: `}${finding.message} [${finding.code}]${hint}`;
}

function findingFields(findings: readonly Finding[]): Record<string, unknown> {
  return { count: findings.length, findings: findings.slice(0, SHOWN_FINDINGS).map(findingLine) };
}

const kept = (revision: string | undefined): string =>
  revision === undefined ? 'nothing is pushed' : `the gateways stay on ${short(revision)}`;

const first = (findings: readonly Finding[]): string => {
  const [one] = findings;
  const more = findings.length > 1 ? ` (and ${findings.length - 1} more)` : '';
  return one === undefined ? 'no reason given' : `${findingLine(one)}${more}`;
};

/** Phases that pass by within one push, and would drown what matters. */
const PASSING = new Set(['unknown', 'probing', 'out-of-sync', 'pushing', 'verifying']);

const TROUBLED: Readonly<Record<string, Level>> = {
  unreachable: 'warn',
  busy: 'warn',
  refused: 'error',
  rejected: 'error',
};

const countsText = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([type, count]) => `${count} ${type}`)
    .join(', ') || 'no entities';

const DESCRIBE: Describe = {
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
      `watch of ${resource} failed, next try in ${(delayMs / 1000).toFixed(1)} s: ${reason}${advice === undefined ? '' : `; ${advice}`}`,
      { resource, reason, delayMs: ms(delayMs) },
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
    line('warn', `renewing the lease failed, ${(leftMs / 1000).toFixed(1)} s are left: ${reason}`, {
      reason,
      leftMs: ms(leftMs),
    }),
  'lease-unreachable': ({ reason }) => line('warn', `the lease cannot be read: ${reason}`, { reason }),
  'event-dropped': ({ reason }) =>
    line('debug', `a Kubernetes Event could not be written: ${reason}`, { reason }),

  'source-changed': ({ source, documents }) =>
    line('info', `source ${source} has ${documents} document${documents === 1 ? '' : 's'}`, {
      source,
      documents,
    }),
  'source-unreadable': ({ source, reason }) =>
    line('error', `source ${source} cannot be read, what it held before stays: ${reason}`, {
      source,
      reason,
    }),
  'source-vanished': ({ source }) =>
    line('warn', `source ${source} is gone or has no configuration any more`, { source }),
  'sources-synced': ({ sources }) => line('info', `all sources have been read: ${sources}`, { sources }),
  'config-compiled': ({ revision, counts, bytes, durationMs, findings }) =>
    line('info', `configuration ${short(revision)} is valid: ${countsText(counts)}`, {
      revision: short(revision),
      bytes,
      durationMs: ms(durationMs),
      ...(findings.length > 0 && findingFields(findings)),
    }),
  'config-invalid': ({ findings, durationMs, kept: revision }) =>
    line('error', `the configuration is invalid, ${kept(revision)}: ${first(findings)}`, {
      durationMs: ms(durationMs),
      ...findingFields(findings),
    }),
  'config-held': ({ revision, reasons, codes, kept: current }) =>
    line('warn', `the configuration is held, ${kept(current)}: ${reasons.join('; ')}`, {
      revision: short(revision),
      codes,
      reasons,
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
      [`${gateways} gateway${gateways === 1 ? '' : 's'} discovered`, ...problems].join('; '),
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
      `push of ${short(revision)} to ${gateway}: ${result}${trouble === undefined ? '' : `: ${words(trouble)}`}`,
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
    line('info', `observe: would push ${short(revision)} to ${gateway}, which serves ${short(found)}`, {
      gateway,
      revision: short(revision),
      found: short(found),
    }),
  retry: ({ gateway, attempt, delayMs, trouble }) =>
    line(
      attempt <= 1 ? 'info' : 'debug',
      `gateway ${gateway} did not work out, next try in ${(delayMs / 1000).toFixed(1)} s: ${words(trouble)}`,
      {
        gateway,
        attempt,
        delayMs: ms(delayMs),
        ...troubleFields(trouble),
      },
    ),
  drift: ({ gateway, expected, found }) =>
    line(
      'warn',
      `gateway ${gateway} was on ${short(expected)} and now serves ${/^0+$/.test(found) ? 'nothing: it has restarted or was emptied' : `${short(found)}: somebody else changed it`}`,
      {
        gateway,
        revision: short(expected),
        found: short(found),
        reason: /^0+$/.test(found) ? 'empty' : 'foreign',
      },
    ),
  'revision-refused': ({ gateway, revision, findings }) =>
    line('error', `gateway ${gateway} rejected ${short(revision)}: ${first(findings)}`, {
      gateway,
      revision: short(revision),
      ...findingFields(findings),
    }),
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
  'no-gateways': () => line('warn', 'no gateways: nothing is configured until one appears'),
  converged: ({ revision, gateways, durationMs }) =>
    line('info', `all ${gateways} gateway${gateways === 1 ? '' : 's'} serve ${short(revision)}`, {
      revision: short(revision),
      gateways,
      durationMs: ms(durationMs),
    }),
};

/** Puts a happening into words. */
export function describe<K extends Happening['kind']>(happening: Of<K> & { readonly kind: K }): Line {
  const put: (happening: Of<K>) => Line = DESCRIBE[happening.kind];
  return put(happening);
}
