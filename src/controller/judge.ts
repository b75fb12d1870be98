import type { Compilation } from '../config/compile.js';
import type { Revision } from '../config/revision.js';
import { SEALING_VERSION } from '../config/seal/seal.js';
import { provenanceOf } from '../history/provenance.js';
import type { ObjectRef } from '../report/happening.js';
import type { SourceSnapshot } from '../sources/follow.js';
import type { Source } from '../sources/source.js';
import { decide, missingSources } from './desired.js';
import type { Decision, Missing } from './desired.js';
import { drasticReasons } from './drastic.js';
import type { Past } from './past.js';
import type { Examiner } from './remembering.js';
import { isolate } from './quarantine.js';
import type { Contribution, Quarantined } from './quarantine.js';

/** What this process agreed to last: the revision, and each source's part in it. */
export interface Agreed {
  readonly revision: Revision;
  readonly sources: ReadonlyMap<string, Source>;
  /** No last good was known then, by which to judge it. */
  readonly blindly: boolean;
}

export interface JudgeSettings {
  /** `--allow-removal` */
  readonly allowRemoval: boolean;
  /** `--max-shrink`, in percent */
  readonly maxShrink: number;
}

export interface Judgement {
  readonly decision: Decision;
  readonly compilation: Compilation;
  /** What the decision is about: the sources as they are, but for those in quarantine. */
  readonly snapshot: SourceSnapshot;
  readonly quarantined: readonly Quarantined[];
  readonly missing: readonly Missing[];
}

const NO_ENTITIES = { file: 'no sources', text: new TextEncoder().encode('{"_format_version":"3.0"}') };

/**
 * What was agreed to before there was a last good is judged again by the first one that is another revision: what it says may have
 * vanished before this process, or its leader, had looked.
 */
export function isUnjudged({ revision, blindly }: Agreed, { lastGood }: Past): boolean {
  return blindly && lastGood !== undefined && lastGood.revision.id !== revision.id;
}

function expectedSources(agreed: Agreed | undefined, past: Past): Map<string, ObjectRef | undefined> {
  const known = agreed === undefined ? (past.lastGood?.sources ?? []) : [...agreed.sources.values()];
  return new Map(known.map(({ name, object }) => [name, object]));
}

/** What a source contributed, by our own memory or, right after a start, by what last good says of it. */
function contributionOf(
  name: string,
  snapshot: SourceSnapshot,
  agreed: Agreed | undefined,
  past: Past,
): Contribution {
  if (agreed !== undefined) return agreed.sources.get(name) ?? 'nothing';
  if (past.lastGood === undefined) return 'unknown';
  const before = past.lastGood.sources.find((source) => source.name === name);
  if (before === undefined) return 'nothing';
  const now = snapshot.sources.find((source) => source.name === name);
  return now !== undefined && provenanceOf([now], SEALING_VERSION).sources[0]?.digest === before.digest
    ? now
    : 'unknown';
}

/** A newer Silverback may seal the same sources to other bytes: that alone is no reason to load them. */
function withStoredSealing(compilation: Compilation, { sources }: SourceSnapshot, past: Past): Compilation {
  const { lastGood } = past;
  if (!compilation.valid || lastGood === undefined || lastGood.sealing === SEALING_VERSION)
    return compilation;
  const same = lastGood.sourcesDigest === provenanceOf(sources, SEALING_VERSION).sourcesDigest;
  return same ? { ...compilation, revision: lastGood.revision } : compilation;
}

/** Why the change against last good is drastic; without last good, nothing is. */
async function drasticChange(
  compiler: Examiner,
  { revision, valid }: Compilation,
  past: Past,
  maxShrink: number,
): Promise<string[]> {
  const lastGood = past.lastGood?.revision;
  if (!valid || revision === undefined || lastGood === undefined || revision.id === lastGood.id) return [];
  const changes = await compiler.compare({ id: lastGood.id, text: lastGood.bytes }, revision.id);
  return changes === undefined ? [] : drasticReasons(changes, lastGood.counts, maxShrink);
}

/**
 * From what the sources hold to what is to be desired: compiled, with broken sources put aside where the others can stand without
 * them, compared with last good, and decided.
 *
 * @throws an Error when the compiler's thread died over it
 */
export async function judge(
  compiler: Examiner,
  now: SourceSnapshot,
  agreed: Agreed | undefined,
  past: Past,
  { allowRemoval, maxShrink }: JudgeSettings,
): Promise<Judgement> {
  const judged = agreed === undefined || isUnjudged(agreed, past) ? undefined : agreed;
  const missing = missingSources(expectedSources(judged, past), now);
  const isolated = await isolate(
    // Nothing at all reads as a configuration without entities: held, or pushed where that is allowed.
    (texts) => compiler.compile(texts.length > 0 ? texts : [NO_ENTITIES]),
    now,
    (name) => contributionOf(name, now, agreed, past),
  );
  const { snapshot } = isolated;
  const compilation = withStoredSealing(isolated.compilation, snapshot, past);
  const drastic = allowRemoval ? [] : await drasticChange(compiler, compilation, past, maxShrink);
  const decision = decide({
    compilation,
    snapshot,
    missing,
    drastic,
    current: judged?.revision,
    allowRemoval,
    approved: past.approved,
  });
  return { ...isolated, compilation, decision, missing };
}
