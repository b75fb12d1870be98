import type { Finding } from '../config/finding.js';
import type { AdmissionRequest, Verdict } from '../kube/admission/review.js';
import { labelMatcher } from '../kube/label-selector.js';
import { fieldsOf, isObject, textOf } from '../kube/object.js';
import type { Fields } from '../kube/object.js';
import { findingLine, firstOf } from '../report/line.js';
import { sourceOf } from '../sources/objects.js';
import type { ObjectKind } from '../sources/objects.js';
import type { SourceSnapshot } from '../sources/follow.js';
import type { Source } from '../sources/source.js';
import type { AsyncCompiler } from './compiler.js';
import type { Judgement } from './judge.js';
import type { Ports } from './ports.js';
import { createSourceNews } from './source-news.js';

export interface ReviewerOptions extends Ports {
  readonly selector: string;
  readonly namespaces: readonly string[];
  readonly kinds: readonly ObjectKind[];
  /** Everything that a judgement rests on is known. */
  readonly synced: () => boolean;
  readonly snapshot: () => SourceSnapshot;
  /** A compiler of its own: what somebody tries must not disturb, nor delay, what is pushed. */
  readonly compiler: AsyncCompiler;
  /** What would be decided if the sources were so. */
  readonly judge: (snapshot: SourceSnapshot) => Promise<Judgement>;
}

/** Says of a change to a source, before it is stored, what would follow from it. */
export interface Reviewer {
  readonly review: (request: AdmissionRequest) => Promise<Verdict>;
  /** The sources have changed. */
  readonly changed: () => void;
}

/** A change that may rest on another one, made just before: as long as it may take to arrive here by the watch (ms). */
const WATCH_LAG_MS = 1_000;
/** As many findings as a person will read at once. */
const SHOWN = 10;

const ALLOWED: Verdict = { allowed: true, warnings: [] };
const allowed = (...warnings: readonly string[]): Verdict => ({ allowed: true, warnings });

const errorsIn = (findings: readonly Finding[]): Finding[] =>
  findings.filter(({ severity }) => severity === 'error');

function refused(what: string, findings: readonly Finding[]): Verdict {
  const errors = errorsIn(findings);
  const lines = errors.slice(0, SHOWN).map((finding) => `- ${findingLine(finding)}`);
  const rest = errors.length - lines.length;
  const more = rest > 0 ? [`- and ${rest} more`] : [];
  const message = [`${what} would be invalid, and nothing of it would be pushed:`, ...lines, ...more].join(
    '\n',
  );
  return { allowed: false, message, warnings: [] };
}

/** The parts that configuration is read from, to be compared. */
const dataOf = (object: Fields): string => JSON.stringify([object['data'], object['binaryData']]);

/** An object that is not stored yet has no resourceVersion, and may have no name. */
function asStored(object: Fields, { namespace, name }: AdmissionRequest): Fields {
  const metadata = fieldsOf(object, 'metadata');
  const known = { namespace, name: name === '' ? `${textOf(metadata, 'generateName') ?? ''}new` : name };
  return { ...object, metadata: { resourceVersion: '', uid: '', ...metadata, ...known } };
}

/** The source, or why it is none that could be read. */
function read(kind: ObjectKind, object: Fields): Source | string {
  try {
    return sourceOf(kind, object);
  } catch (error) {
    return `it cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}

const has = (source: Source, { file }: Finding): boolean => source.texts.some((text) => text.file === file);

/** What its error says it lacks may be in another source. */
const mayRestOnOthers = ({ code }: Finding): boolean => code === 'dangling-reference';

function without({ sources, unreadable }: SourceSnapshot, name: string): SourceSnapshot {
  return {
    sources: sources.filter((source) => source.name !== name),
    unreadable: unreadable.filter(({ source }) => source !== name),
  };
}

function changedTo(now: SourceSnapshot, source: Source): SourceSnapshot {
  const others = without(now, source.name);
  return { ...others, sources: [...others.sources, source] };
}

/** What a person should know of a change that is allowed. */
function warningsOf({ decision, compilation }: Judgement, source: Source | undefined): string[] {
  const held =
    decision.kind === 'held' ? decision.reasons.map((reason) => `held until approved: ${reason}`) : [];
  const own = compilation.findings.filter(
    (finding) => finding.severity === 'warning' && source !== undefined && has(source, finding),
  );
  return [...held, ...own.map(findingLine)];
}

/**
 * Reviews changes as the configuration loop will judge them: with all other sources, by what this replica knows, leader or not.
 * Only what is this change's own fault is refused; that something goes away never is, or nobody could take down two sources that
 * belong together.
 */
export function createReviewer(options: ReviewerOptions): Reviewer {
  const { clock, report } = options;
  const matches = labelMatcher(options.selector);
  const news = createSourceNews(clock);

  const isSource = (object: Fields | undefined): object is Fields => {
    const labels = Object.entries(fieldsOf(fieldsOf(object, 'metadata'), 'labels'));
    const texts = labels.filter((entry): entry is [string, string] => typeof entry[1] === 'string');
    return isObject(object) && matches(Object.fromEntries(texts));
  };

  const reviewRemoval = async (name: string): Promise<Verdict> => {
    const judgement = await options.judge(without(options.snapshot(), name));
    const broken =
      judgement.decision.kind === 'invalid'
        ? errorsIn(judgement.decision.findings)
        : judgement.quarantined.flatMap(({ findings }) => errorsIn(findings));
    if (broken.length === 0) return allowed(...warningsOf(judgement, undefined));
    return allowed(
      `without it others are invalid, and gateways stay as they are: ${firstOf(broken.map(findingLine))}`,
    );
  };

  /** What is wrong with it whatever the others say. */
  const ownErrors = async (source: Source): Promise<Finding[]> => {
    if (source.texts.length === 0) return [];
    const { findings } = await options.compiler.compile(source.texts);
    return errorsIn(findings).filter((finding) => !mayRestOnOthers(finding));
  };

  const faultOf = (judgement: Judgement, { name }: Source): readonly Finding[] | undefined => {
    const quarantined = judgement.quarantined.find((each) => each.source.name === name);
    return (
      quarantined?.findings ??
      (judgement.decision.kind === 'invalid' ? judgement.decision.findings : undefined)
    );
  };

  const reviewSource = async (source: Source): Promise<Verdict> => {
    const { name } = source;
    const judgeNow = (): Promise<Judgement> => options.judge(changedTo(options.snapshot(), source));
    let judgement = await judgeNow();
    let fault = faultOf(judgement, source);
    if (fault === undefined) return allowed(...warningsOf(judgement, source));
    const own = await ownErrors(source);
    if (own.length > 0) return refused(name, own);
    // What it lacks may have been stored a moment ago.
    const deadline = clock.now() + WATCH_LAG_MS;
    while (await news.before(deadline)) {
      judgement = await judgeNow();
      fault = faultOf(judgement, source);
      if (fault === undefined) return allowed(...warningsOf(judgement, source));
    }
    if (judgement.quarantined.some((each) => each.source.name === name)) return refused(name, fault);
    const before = await options.judge(without(options.snapshot(), name));
    if (before.decision.kind !== 'invalid') return refused(name, fault);
    const others = firstOf(errorsIn(before.decision.findings).map(findingLine));
    return allowed(`other sources are invalid, so this waits for them: ${others}`);
  };

  const decide = async (request: AdmissionRequest, kind: ObjectKind): Promise<Verdict> => {
    const before = isSource(request.oldObject) ? request.oldObject : undefined;
    const after = request.operation !== 'DELETE' && isSource(request.object) ? request.object : undefined;
    if (before === undefined && after === undefined) return ALLOWED;
    // Whoever adds a note to what is broken already, as we do ourselves, makes nothing worse.
    if (before !== undefined && after !== undefined && dataOf(before) === dataOf(after)) return ALLOWED;
    if (!options.synced())
      return allowed('Silverback has not read all sources yet: this was stored without validation');
    if (after === undefined) return reviewRemoval(`${kind} ${request.namespace}/${request.name}`);
    const source = read(kind, asStored(after, request));
    return typeof source === 'string'
      ? { allowed: false, message: source, warnings: [] }
      : reviewSource(source);
  };

  return {
    async review(request) {
      const kind = options.kinds.find((each) => each === request.kind);
      if (kind === undefined || request.group !== '' || !options.namespaces.includes(request.namespace))
        return ALLOWED;
      const startedAt = clock.now();
      const verdict = await decide(request, kind);
      const source = `${kind} ${request.namespace}/${request.name}`;
      const { operation } = request;
      report({ kind: 'change-reviewed', source, operation, ...verdict, durationMs: clock.now() - startedAt });
      return verdict;
    },
    changed: news.tell,
  };
}
