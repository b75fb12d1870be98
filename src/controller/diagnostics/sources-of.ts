import { SEALING_VERSION } from '../../config/seal/seal.js';
import { provenanceOf } from '../../history/provenance.js';
import { findingLine } from '../../report/line.js';
import { oneLine } from '../../report/one-line.js';
import type { SourceStatus } from '../../server/diagnostics/status.js';
import type { SourceSnapshot } from '../../sources/follow.js';
import type { Source } from '../../sources/source.js';
import type { Said } from '../config-loop.js';
import { sameTexts } from '../../sources/source.js';

const digests = new WeakMap<Source, string>();

/** Worked out once for each source as it was read: it may be many megabytes. */
function digestOf(source: Source): string | undefined {
  const known = digests.get(source);
  if (known !== undefined) return known;
  const digest = provenanceOf([source], SEALING_VERSION).sources[0]?.digest;
  if (digest !== undefined) digests.set(source, digest);
  return digest;
}

/** The sources as they are now, and what was made of each. Ordered by name. */
export function sourcesOf(
  now: SourceSnapshot,
  said: Said | undefined,
  agreed: ReadonlyMap<string, Source>,
): SourceStatus[] {
  const here = now.sources
    .filter(({ texts, name }) => texts.length > 0 || !isMissing(said, name))
    .map((source) => sourceOf(source, said, agreed));
  const names = new Set(here.map(({ name }) => name));
  const unreadable = now.unreadable
    .filter(({ source }) => !names.has(source))
    .map(({ source: name, object, reason }): SourceStatus => {
      const state = said?.quarantined.some(({ source }) => source.name === name)
        ? 'quarantined'
        : 'unreadable';
      return { name, ...(object && { object }), state, reason: oneLine(reason), errors: 1, warnings: 0 };
    });
  for (const { name } of unreadable) names.add(name);
  const vanished = (said?.missing ?? [])
    .filter(({ name }) => !names.has(name))
    .map(({ name, object }): SourceStatus => {
      const reason = 'it does not exist or holds no configuration';
      return { name, ...(object && { object }), state: 'vanished', reason, errors: 0, warnings: 0 };
    });
  return [...here, ...unreadable, ...vanished].sort((one, other) => (one.name < other.name ? -1 : 1));
}

const isMissing = (said: Said | undefined, name: string): boolean =>
  said?.missing.some((each) => each.name === name) ?? false;

function sourceOf(source: Source, said: Said | undefined, agreed: ReadonlyMap<string, Source>): SourceStatus {
  const { name, object, resourceVersion, gitSha } = source;
  const files = new Set(source.texts.map(({ file }) => file));
  const own = (said?.findings ?? []).filter(({ file }) => file !== undefined && files.has(file));
  const digest = digestOf(source);
  return {
    name,
    ...(object && { object }),
    ...(resourceVersion !== undefined && { resourceVersion }),
    ...(gitSha !== undefined && { gitSha }),
    ...(digest !== undefined && { digest }),
    ...stateOf(source, said, agreed),
    errors: own.filter(({ severity }) => severity === 'error').length,
    warnings: own.filter(({ severity }) => severity !== 'error').length,
  };
}

function stateOf(
  source: Source,
  said: Said | undefined,
  agreed: ReadonlyMap<string, Source>,
): Pick<SourceStatus, 'state' | 'reason'> {
  const judged = said?.snapshot.sources.find(({ name }) => name === source.name);
  if (said === undefined || judged === undefined || !sameTexts(judged, source)) return { state: 'pending' };
  const kept = said.quarantined.find((each) => each.source.name === source.name);
  if (kept !== undefined) {
    const [first] = kept.findings;
    return { state: 'quarantined', ...(first && { reason: oneLine(findingLine(first)) }) };
  }
  const before = agreed.get(source.name);
  const accepted = before === undefined ? source.texts.length === 0 : sameTexts(before, source);
  if (accepted && said.verdict !== 'invalid') return { state: 'accepted' };
  const files = new Set(source.texts.map(({ file }) => file));
  const error = said.findings.find(
    ({ severity, file }) => severity === 'error' && file !== undefined && files.has(file),
  );
  if (error !== undefined) return { state: 'invalid', reason: oneLine(findingLine(error)) };
  if (accepted) return { state: 'accepted' };
  return {
    state: 'pending',
    reason:
      said.verdict === 'held' ? 'the configuration is held' : 'another source keeps it from being valid',
  };
}
