// The entrance: texts in, findings and a sealed revision out. Pure but for what it remembers of the last compilations.
import { mergeDeckSettings } from './deck/settings.js';
import type { DeckSettings } from './deck/settings.js';
import { countDifferences } from './diff/change-counts.js';
import type { ChangeCounts } from './diff/change-counts.js';
import { diffConfigs } from './diff/diff.js';
import type { ConfigDiff } from './diff/diff.js';
import { flatten } from './diff/flat-entity.js';
import type { FlatEntity, Side } from './diff/flat-entity.js';
import { dumpConfig } from './dump/dump.js';
import type { DumpOptions } from './dump/dump.js';
import { own } from './document/dict.js';
import { withoutEcho } from './document/echo.js';
import { MAX_SHOWN, inSourceOrder, toFinding } from './document/problem.js';
import type { Problem } from './document/problem.js';
import type { Finding } from './finding.js';
import { memory } from './memory.js';
import { merge } from './merge/merge.js';
import type { Document, MergeResult, Merged } from './merge/merge.js';
import { digestOf, prepare, readDocument } from './prepare.js';
import type { Dialect, Prepared, ReadDocument } from './prepare.js';
import { explainRefusal } from './refusal/explain-refusal.js';
import type { Revision } from './revision.js';
import type { TargetKong } from './validate/target.js';
import { BUNDLED_PLUGINS } from './schema/plugin-model.js';
import type { Plugins } from './schema/plugin-model.js';
import { canonicalJson } from './seal/canonical-json.js';
import { seal } from './seal/seal.js';
import { expiryProblems } from './validate/doubts/certificates.js';

export interface CompilerOptions extends Dialect {
  /** Whether a configuration without entities is fine. */
  readonly allowEmpty: boolean;
  /** Plugins beside the bundled ones, or instead of them. */
  readonly plugins?: Plugins;
  /** An older Kong to validate for, with its own plugins. */
  readonly target?: TargetKong;
  /** The wall time, for certificates that have run out or soon will; without it, nobody asks. */
  readonly now?: () => Date;
}

/** One text of a source, under the name that findings show. */
export interface SourceText {
  readonly file: string;
  readonly text: string | Uint8Array;
  /** The source is a place for secrets, such as a Secret of Kubernetes': plain ones are fine there. */
  readonly confidential?: boolean;
  /** What a gateway shows that it serves (`GET /config`). */
  readonly live?: boolean;
}

/** What a revision is compared with. */
export interface Baseline extends Pick<SourceText, 'text' | 'live'> {
  /** Where the text is that of a revision: one that was compiled lately is not read again. */
  readonly id?: string;
}

export interface Compilation {
  /** No error among the findings; holds and warnings do not matter. */
  readonly valid: boolean;
  /** In the order of the sources; at most a thousand, the errors first of all. */
  readonly findings: readonly Finding[];
  /** There whenever valid. */
  readonly revision?: Revision;
  /** Plugins whose config was not checked, for want of a schema; some of them, where they are very many. */
  readonly unchecked?: readonly string[];
}

export interface Compiler {
  /** Never throws for what the texts hold. The same texts in any order give the same compilation. */
  readonly compile: (texts: readonly SourceText[]) => Compilation;
  /**
   * What Kong's answer to a push means, on the lines of the sources.
   * @param revisionId a revision that was compiled lately; of others nothing is known but the answer
   * @param answer the body of Kong's 400
   */
  readonly explain: (revisionId: string, answer: string) => Finding[];
  /**
   * What differs between two revisions as Kong sees them, secrets only as changed, with the places in their sources.
   * @param oldId a revision that was compiled lately, as `newId` is
   * @returns nothing when one of them is not known
   */
  readonly diff: (oldId: string, newId: string) => ConfigDiff | undefined;
  /**
   * How much a revision that was compiled lately differs from a text that Kong took, e.g. the last good one or what a gateway holds.
   * @returns nothing when the revision is not known, or the text is not valid
   */
  readonly compare: (old: Baseline, newId: string) => ChangeCounts | undefined;
  /**
   * What a gateway serves, as somebody would have written it.
   * @param id of what was compiled lately from what a gateway shows
   * @returns YAML; nothing when the revision is not known
   */
  readonly dump: (id: string, options: DumpOptions) => string | undefined;
  /**
   * The entities of a revision that was compiled lately as Kong stores them, in the order of their sources.
   * @returns nothing when it is not known
   */
  readonly entities: (revisionId: string) => readonly FlatEntity[] | undefined;
}

/** Revisions whose documents are remembered for `explain` and `diff`. */
const REMEMBERED = 4;
/** Up to so many entities, those that were compared last are kept as Kong stores them, for the next comparison; beyond, memory is dearer. */
const FLAT_KEPT = 20_000;

export function createCompiler(options: CompilerOptions): Compiler {
  const { target } = options;
  const plugins = new Map([...(target?.plugins ?? BUNDLED_PLUGINS), ...(options.plugins ?? [])]);
  const texts = memory<ReadDocument>();
  const documents = memory<Prepared>();
  const compiled = new Map<string, Side>();
  /** What was compared with last: one baseline serves many edits. */
  const baselines = memory<Side | undefined>();

  const compile = (sources: readonly SourceText[]): Compilation => {
    const read = sources.map(({ file, text, confidential = false, live = false }) => {
      const digest = `${digestOf(text)}${live ? ' live' : ''}`;
      const document = texts.get(digest, () => readAs(live, readDocument(text, options)));
      return { file, confidential, digest, document };
    });
    read.sort((one, other) => compareText(one.file, other.file) || compareText(one.digest, other.digest));
    const { settings, conflicts } = deckSettings(
      read.map(({ document }) => document),
      options.deck,
    );
    const context = settings ? canonicalJson(settings) : '';
    const prepared = read.map(({ file, confidential, digest, document }) => ({
      file,
      confidential,
      prepared: documents.get(`${digest}\n${context}`, () => prepare(document, settings, plugins, target)),
    }));
    texts.forgetUnused();
    documents.forgetUnused();

    const truncated = prepared.some((document) => document.prepared.truncated);
    const { merged, problems } = isCrowded(prepared, truncated) ? UNMERGED : merge(prepared);
    const said = [
      ...prepared.flatMap((document) =>
        document.prepared.problems
          .filter(({ code }) => !(document.confidential && code === 'plain-secret'))
          .map((problem): Told => [document, problem]),
      ),
      ...conflicts.flatMap(({ index, problem }): Told[] =>
        prepared[index] ? [[prepared[index], problem]] : [],
      ),
      ...problems,
      ...expiries(prepared, options.now?.()),
    ];
    const valid = sources.length > 0 && said.every(([, { severity }]) => severity !== 'error');
    if (valid) said.push(...emptiness(prepared, merged, options.allowEmpty));
    const findings = toFindings(said, truncated);
    const unchecked = uncheckedPlugins(prepared);
    if (!valid) return { valid, findings: sources.length > 0 ? findings : [NO_SOURCES], unchecked };
    const revision = seal(merged);
    compiled.delete(revision.id);
    compiled.set(revision.id, { documents: prepared, merged, live: sources.some(({ live }) => live) });
    for (const id of [...compiled.keys()].slice(0, -REMEMBERED)) compiled.delete(id);
    return { valid, findings, revision, unchecked };
  };

  const explain = (revisionId: string, answer: string): Finding[] => {
    const known = compiled.get(revisionId);
    return explainRefusal(answer, known?.documents ?? [], known?.merged ?? NOTHING);
  };
  const diff = (oldId: string, newId: string): ConfigDiff | undefined => {
    const [old, now] = [compiled.get(oldId), compiled.get(newId)];
    return old && now && diffConfigs(old, now);
  };
  let newest: { readonly side: Side; readonly flat: FlatEntity[] } | undefined;
  const flatOf = (side: Side): FlatEntity[] => {
    if (newest?.side === side) return newest.flat;
    const flat = flatten(side);
    newest = flat.length > FLAT_KEPT ? undefined : { side, flat };
    return flat;
  };
  const compare = (baseline: Baseline, newId: string): ChangeCounts | undefined => {
    const now = compiled.get(newId);
    const remembered = baseline.id === undefined ? undefined : compiled.get(baseline.id);
    const read = (): Side | undefined =>
      baselines.get(digestOf(baseline.text), () => sideOf(baseline, plugins, target));
    const old = now && (remembered ?? read());
    baselines.forgetUnused();
    return now && old && countDifferences(old, now, flatOf);
  };
  const dump = (id: string, dumpOptions: DumpOptions): string | undefined => {
    const known = compiled.get(id);
    return known && dumpConfig(known, dumpOptions);
  };
  const entities = (revisionId: string): readonly FlatEntity[] | undefined => {
    const known = compiled.get(revisionId);
    return known && flatten(known);
  };
  return { compile, explain, diff, compare, dump, entities };
}

function readAs(live: boolean, document: ReadDocument): ReadDocument {
  const { config } = document;
  return live && config !== undefined ? { ...document, config: withoutEcho(config) } : document;
}

function sideOf(
  { text, live = false }: Baseline,
  plugins: Plugins,
  target: TargetKong | undefined,
): Side | undefined {
  const document = readAs(live, readDocument(text, { deck: false, env: {} }));
  const prepared = prepare(document, undefined, plugins, target);
  const documents = [{ file: 'baseline', confidential: true, prepared }];
  const { merged, problems } = merge(documents);
  const said = [...prepared.problems, ...problems.map(([, problem]) => problem)];
  return said.some(({ severity }) => severity === 'error') ? undefined : { documents, merged, live };
}

const NOTHING: Merged = { entities: [], identities: new Map(), transform: true };

const UNMERGED: MergeResult = { merged: NOTHING, problems: [] };

/** Whether there are more errors than anybody is shown: then nobody asks for those between documents. */
function isCrowded(documents: readonly Document[], truncated: boolean): boolean {
  const problems = documents.flatMap(({ prepared }) => prepared.problems);
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  return errors > MAX_SHOWN || (errors === MAX_SHOWN && truncated);
}

type Told = readonly [Document, Problem];

const NO_SOURCES: Finding = {
  severity: 'error',
  code: 'no-sources',
  message: 'there is no text to read',
  hint: 'check that the source holds files that end in .yaml, .yml or .json',
};

const MAX_UNCHECKED = 100;

function uncheckedPlugins(documents: readonly Document[]): string[] {
  const names = new Set<string>();
  for (const { prepared } of documents) {
    for (const { model, plugin, value } of prepared.entities) {
      const name = model.type === 'plugins' && plugin === undefined ? own(value, 'name') : undefined;
      if (typeof name === 'string' && name !== '' && names.size < MAX_UNCHECKED) names.add(name);
    }
  }
  return [...names].sort();
}

const compareText = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

function deckSettings(
  documents: readonly ReadDocument[],
  deck: boolean,
): { settings?: DeckSettings; conflicts: { index: number; problem: Problem }[] } {
  return deck ? mergeDeckSettings(documents.map((document) => document.deck)) : { conflicts: [] };
}

function expiries(documents: readonly Document[], now: Date | undefined): Told[] {
  if (now === undefined) return [];
  return documents.flatMap((document) =>
    expiryProblems(document.prepared.expiries, now).map((problem): Told => [document, problem]),
  );
}

/** Kong takes a configuration without entities, and serves nothing from then on. */
function emptiness(documents: readonly Document[], { entities }: Merged, allowEmpty: boolean): Told[] {
  const [first] = documents;
  if (first === undefined || allowEmpty || entities.length > 0) return [];
  const problem: Problem = {
    severity: 'hold',
    code: 'no-entities',
    message: 'the configuration has no entities: it would empty every gateway',
    hint: 'if that is meant, approve it, or allow it (validate: --allow-empty, run: --allow-removal)',
    path: [],
  };
  return [[first, problem]];
}

const SEVERITIES = ['error', 'hold', 'warning'] as const;

/** The gravest that fit in, in the order of their sources. */
function toFindings(said: readonly Told[], truncated: boolean): Finding[] {
  const shown = SEVERITIES.flatMap((severity) =>
    said.filter(([, problem]) => problem.severity === severity),
  ).slice(0, MAX_SHOWN);
  const findings = shown.map(([{ file, prepared }, problem]) => toFinding(problem, file, prepared.places));
  findings.sort(inSourceOrder);
  if (!truncated && said.length <= MAX_SHOWN) return findings;
  return [
    ...findings,
    {
      severity: 'warning',
      code: 'more-findings',
      message: `there are more findings: only ${MAX_SHOWN} are shown`,
      hint: 'correct these first',
    },
  ];
}
