import type { Compilation } from '../config/compile.js';
import type { Finding } from '../config/finding.js';
import type { Revision } from '../config/revision.js';
import { findingLine } from '../report/line.js';
import type { ObjectRef } from '../report/happening.js';
import type { SourceSnapshot } from '../sources/follow.js';
import type { Source } from '../sources/source.js';

/** A source that should hold configuration, and holds none. */
export interface Missing {
  readonly name: string;
  readonly object: ObjectRef | undefined;
}

/** What we remember of the sources: which held configuration when we last agreed to what they say. */
export type SourceMemory = ReadonlyMap<string, ObjectRef | undefined>;

const holdsConfig = ({ texts }: Source): boolean => texts.length > 0;

/** Whoever names a path in the settings means it to hold something; a ConfigMap may be selected by chance. */
const isNamed = ({ object }: Source): boolean => object === undefined;

export function remember({ sources }: SourceSnapshot): SourceMemory {
  return new Map(sources.filter(holdsConfig).map(({ name, object }) => [name, object]));
}

/**
 * The sources that hold nothing now, though they did when we last agreed, or though the settings name them. One that cannot
 * be read is there all the same.
 */
export function missingSources(memory: SourceMemory, snapshot: SourceSnapshot): Missing[] {
  const { sources, unreadable } = snapshot;
  const here = new Set([
    ...sources.filter(holdsConfig).map(({ name }) => name),
    ...unreadable.map(({ source }) => source),
  ]);
  const named = sources.filter(isNamed).map(({ name }) => [name, undefined] as const);
  const expected = new Map<string, ObjectRef | undefined>([...named, ...memory]);
  return [...expected].filter(([name]) => !here.has(name)).map(([name, object]) => ({ name, object }));
}

export type Decision =
  /** Push this. */
  | { readonly kind: 'adopt'; readonly revision: Revision }
  /** What is desired already. */
  | { readonly kind: 'same' }
  | { readonly kind: 'invalid'; readonly findings: readonly Finding[] }
  /** Valid, but not to be pushed unless somebody says so. */
  | {
      readonly kind: 'held';
      readonly revision: Revision;
      readonly reasons: readonly string[];
      readonly codes: readonly string[];
    };

/** All that a decision rests on. */
export interface Evidence {
  readonly compilation: Compilation;
  readonly snapshot: SourceSnapshot;
  readonly missing: readonly Missing[];
  /** Why the change is drastic, in words; empty where it is not. */
  readonly drastic: readonly string[];
  /** What is desired until now. */
  readonly current: Revision | undefined;
  /** `--allow-removal` */
  readonly allowRemoval: boolean;
  /** Whether somebody approved a revision, by its id. */
  readonly approved: (id: string) => boolean;
}

export const unreadableFinding = ({ source, reason }: SourceSnapshot['unreadable'][number]): Finding => ({
  severity: 'error',
  code: 'source-unreadable',
  message: `${source} cannot be read: ${reason}`,
  hint: 'mend it or take it away; until then nothing changes on the gateways',
});

const missingReason = ({ name }: Missing): string =>
  `${name} does not exist or holds no configuration (.yaml, .yml, .json); put it back, or approve this if it is meant`;

const NOTHING_FOUND =
  'no ConfigMap or Secret that matches --config-selector holds configuration (.yaml, .yml, .json) yet';

interface Reason {
  readonly code: string;
  readonly text: string;
}

function reasonsToHold({ compilation, snapshot, missing, drastic, allowRemoval }: Evidence): Reason[] {
  const found = compilation.findings
    .filter(({ severity }) => severity === 'hold')
    .map((finding) => ({ code: finding.code, text: findingLine(finding) }));
  if (allowRemoval) return found;
  const vanished = missing.map((each) => ({ code: 'source-vanished', text: missingReason(each) }));
  // Without any text what was compiled is a stand-in: a finding about it would point nowhere.
  if (!snapshot.sources.some(holdsConfig))
    return vanished.length > 0 ? vanished : [{ code: 'no-sources', text: NOTHING_FOUND }];
  return [...vanished, ...drastic.map((text) => ({ code: 'drastic-change', text })), ...found];
}

/**
 * What follows from a compilation. Whatever would take much off every gateway at once is held until somebody approves it; a change
 * that arrives at the very same bytes is no change, wherever they come from.
 */
export function decide(evidence: Evidence): Decision {
  const { compilation, snapshot, current, approved } = evidence;
  const { revision, valid } = compilation;
  if (!valid || revision === undefined || snapshot.unreadable.length > 0) {
    // What cannot be read comes first: much of what else is wrong may follow from it.
    return {
      kind: 'invalid',
      findings: [...snapshot.unreadable.map(unreadableFinding), ...compilation.findings],
    };
  }
  if (revision.id === current?.id) return { kind: 'same' };
  const reasons = reasonsToHold(evidence);
  if (reasons.length === 0 || approved(revision.id)) return { kind: 'adopt', revision };
  return {
    kind: 'held',
    revision,
    reasons: reasons.map(({ text }) => text),
    codes: [...new Set(reasons.map(({ code }) => code))],
  };
}
