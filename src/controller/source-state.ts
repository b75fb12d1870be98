import type { Finding } from '../config/finding.js';
import { shortId } from '../config/revision.js';
import { digestOf } from '../history/provenance.js';
import { findingLine, firstOf } from '../report/line.js';
import type { Source } from '../sources/source.js';
import { sameTexts } from '../sources/source.js';
import { STATE_ANNOTATIONS } from '../sources/state-annotations.js';
import type { Agreed, Judgement } from './judge.js';

/** What became of a source. */
export interface SourceState {
  readonly state: 'Applied' | 'Progressing' | 'Rejected' | 'Held' | 'Quarantined';
  readonly message: string;
  readonly revision?: string;
}

/** All that the states of sources rest on. */
export interface StateView {
  readonly judgement: Judgement;
  /** What this process agreed to last, the judgement included. */
  readonly agreed: Agreed | undefined;
  /** The agreed revision was seen at every gateway. */
  readonly served: boolean;
  /** Who is behind, where it was seen at all others. */
  readonly behind: readonly string[];
  /** Why the agreed revision may not be pushed any more; `undefined` where it may. */
  readonly withdrawn: string | undefined;
  /** Why it waits for an approval nevertheless; `undefined` where it does not. */
  readonly held: readonly string[] | undefined;
  /** What last good holds of a source, by its digest. */
  readonly lastGood: (name: string) => string | undefined;
  /** Its texts have changed since it was last known to be served. */
  readonly moved: (name: string) => boolean;
}

const said = (findings: readonly Finding[]): string =>
  findings.length === 0 ? 'it is invalid' : firstOf(findings.map(findingLine));

/** A source that is part of what was agreed to. */
function agreedState(source: Source, { revision }: Agreed, view: StateView): SourceState {
  const { id } = revision;
  if (view.withdrawn !== undefined) {
    const isLastGood = view.lastGood(source.name) === digestOf(source);
    return isLastGood
      ? { state: 'Applied', message: `last good holds it; ${shortId(id)} was withdrawn` }
      : { state: 'Rejected', message: `${shortId(id)} was withdrawn: ${view.withdrawn}`, revision: id };
  }
  if (view.held !== undefined) return { state: 'Held', message: firstOf(view.held), revision: id };
  const applied = { state: 'Applied', message: `every gateway serves ${shortId(id)}`, revision: id } as const;
  const { noted = {} } = source;
  // What gateways served before, they serve still: the change that is on its way is another source's.
  if (noted[STATE_ANNOTATIONS.state] === 'Applied' && !view.moved(source.name))
    return {
      state: 'Applied',
      message: noted[STATE_ANNOTATIONS.message] ?? applied.message,
      revision: noted[STATE_ANNOTATIONS.revision] ?? id,
    };
  if (view.served) return applied;
  const message =
    view.behind.length > 0
      ? `${shortId(id)} is not served yet by ${firstOf(view.behind)}`
      : `${shortId(id)} is on its way to the gateways`;
  return { state: 'Progressing', message, revision: id };
}

/** The state of a source as it is now. */
export function stateOf(source: Source, view: StateView): SourceState {
  const { decision, quarantined } = view.judgement;
  const { agreed } = view;
  const kept = quarantined.find((each) => each.source.name === source.name);
  if (kept !== undefined) return { state: 'Quarantined', message: said(kept.findings) };
  const before = agreed?.sources.get(source.name);
  const unchanged = before !== undefined && sameTexts(before, source);
  if (decision.kind === 'invalid') {
    const errors = decision.findings.filter(({ severity }) => severity === 'error');
    const own = errors.filter(({ file }) => source.texts.some((text) => text.file === file));
    if (own.length > 0) return { state: 'Rejected', message: said(own) };
    if (agreed === undefined || !unchanged)
      return { state: 'Progressing', message: `other sources are invalid: ${said(errors)}` };
  }
  if (decision.kind === 'held' && !unchanged)
    return { state: 'Held', message: firstOf(decision.reasons), revision: decision.revision.id };
  return agreed === undefined
    ? { state: 'Progressing', message: 'it is being looked at' }
    : agreedState(source, agreed, view);
}
