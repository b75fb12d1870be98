import type { Compilation } from '../config/compile.js';
import type { Finding } from '../config/finding.js';
import type { Revision } from '../config/revision.js';
import type { ObjectRef } from '../report/happening.js';
import type { Source } from '../sources/source.js';

/** What the sources hold, all of them read at least once. */
export interface SourceSnapshot {
  readonly sources: readonly Source[];
  /** Sources that are there but cannot be read. */
  readonly unreadable: readonly {
    readonly source: string;
    readonly reason: string;
    readonly object?: ObjectRef;
  }[];
}

/** A source that held configuration once, and holds none now. */
export interface Missing {
  readonly name: string;
  readonly object: ObjectRef | undefined;
}

/** What we remember of the sources: which held configuration when we last agreed to what they say. */
export type SourceMemory = ReadonlyMap<string, ObjectRef | undefined>;

const holding = (snapshot: SourceSnapshot): Source[] =>
  snapshot.sources.filter((source) => source.texts.length > 0);

/** The sources that we remember and that hold nothing now; one that cannot be read is there all the same. */
export function missingSources(memory: SourceMemory, snapshot: SourceSnapshot): Missing[] {
  const here = new Set([
    ...holding(snapshot).map(({ name }) => name),
    ...snapshot.unreadable.map(({ source }) => source),
  ]);
  return [...memory].filter(([name]) => !here.has(name)).map(([name, object]) => ({ name, object }));
}

export function remember(snapshot: SourceSnapshot): SourceMemory {
  return new Map(holding(snapshot).map(({ name, object }) => [name, object]));
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

const unreadableFinding = ({
  source,
  reason,
}: {
  readonly source: string;
  readonly reason: string;
}): Finding => ({
  severity: 'error',
  code: 'source-unreadable',
  message: `${source} cannot be read: ${reason}`,
  hint: 'mend it or take it away; until then nothing changes on the gateways',
});

const vanishedReason = ({ name }: Missing): string =>
  `${name} is gone or has no configuration any more; put it back, or start with --allow-empty if it is to go`;

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
  const findings = [...compilation.findings, ...snapshot.unreadable.map(unreadableFinding)];
  const { revision } = compilation;
  if (!compilation.valid || revision === undefined || snapshot.unreadable.length > 0) {
    return { kind: 'invalid', findings };
  }
  if (revision.id === current?.id) return { kind: 'same' };
  const holds = findings.filter((finding) => finding.severity === 'hold');
  const vanished = allowEmpty ? [] : missing;
  if (holds.length > 0 || vanished.length > 0) {
    return {
      kind: 'held',
      revision,
      reasons: [...vanished.map(vanishedReason), ...holds.map(({ message }) => message)],
      codes: [...new Set([...vanished.map(() => 'source-vanished'), ...holds.map(({ code }) => code)])],
    };
  }
  return { kind: 'adopt', revision };
}
