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
      readonly revision: Revision | undefined;
      readonly reasons: readonly string[];
      readonly codes: readonly string[];
    };

const unreadableFinding = ({ source, reason }: SourceSnapshot['unreadable'][number]): Finding => ({
  severity: 'error',
  code: 'source-unreadable',
  message: `${source} cannot be read: ${reason}`,
  hint: 'mend it or take it away; until then nothing changes on the gateways',
});

const missingReason = ({ name }: Missing): string =>
  `${name} does not exist or holds no configuration (.yaml, .yml, .json); put it back, or start with --allow-empty if that is meant`;

const NOTHING_FOUND =
  'no ConfigMap or Secret that matches --config-selector holds configuration (.yaml, .yml, .json) yet';

/**
 * What follows from a compilation. Whatever would take something off every gateway because a source went away is
 * held; a change that arrives at the very same bytes is no change, wherever they come from.
 */
export function decide(
  compilation: Compilation,
  snapshot: SourceSnapshot,
  missing: readonly Missing[],
  current: Revision | undefined,
  allowEmpty: boolean,
): Decision {
  const { revision, valid } = compilation;
  const nothing = !snapshot.sources.some(holdsConfig) && snapshot.unreadable.length === 0;
  if (nothing && !allowEmpty) {
    const reasons = missing.length > 0 ? missing.map(missingReason) : [NOTHING_FOUND];
    return {
      kind: 'held',
      revision: undefined,
      reasons,
      codes: [missing.length > 0 ? 'source-vanished' : 'no-sources'],
    };
  }
  if (!valid || revision === undefined || snapshot.unreadable.length > 0) {
    // What cannot be read comes first: much of what else is wrong may follow from it.
    return {
      kind: 'invalid',
      findings: [...snapshot.unreadable.map(unreadableFinding), ...compilation.findings],
    };
  }
  if (revision.id === current?.id) return { kind: 'same' };
  const holds = compilation.findings.filter(({ severity }) => severity === 'hold');
  const unwanted = allowEmpty ? [] : missing;
  if (holds.length === 0 && unwanted.length === 0) return { kind: 'adopt', revision };
  return {
    kind: 'held',
    revision,
    reasons: [...unwanted.map(missingReason), ...holds.map(findingLine)],
    codes: [...new Set([...unwanted.map(() => 'source-vanished'), ...holds.map(({ code }) => code)])],
  };
}
