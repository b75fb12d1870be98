// The entrance: texts in, findings and a sealed revision out. Pure but for what it remembers.
import { createHash } from 'node:crypto';
import { prepare } from './prepare.js';
import type { Prepared } from './prepare.js';
import { toFinding } from './document/problem.js';
import type { Problem } from './document/problem.js';
import type { Finding } from './finding.js';
import { merge } from './merge/merge.js';
import type { Document } from './merge/merge.js';
import type { ReadLimits } from './parse/result.js';
import type { Revision } from './revision.js';
import { seal } from './seal/seal.js';

export interface CompilerOptions {
  /** Whether decK's keys are applied; otherwise they are errors. */
  readonly deck: boolean;
  /** Where `${{ env "DECK_..." }}` finds its values. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether a configuration without entities is fine. */
  readonly allowEmpty: boolean;
  readonly limits?: Partial<ReadLimits>;
}

/** One text of a source, under a name that findings show. */
export interface SourceText {
  readonly file: string;
  readonly text: string | Uint8Array;
}

export interface Compilation {
  /** No error among the findings. Holds and warnings do not matter. */
  readonly valid: boolean;
  /** In the order of the sources, at most a thousand. */
  readonly findings: readonly Finding[];
  /** There whenever valid. */
  readonly revision?: Revision;
}

export interface Compiler {
  compile: (texts: readonly SourceText[]) => Compilation;
}

const MAX_FINDINGS = 1000;

export function createCompiler(options: CompilerOptions): Compiler {
  let known = new Map<string, Prepared>();
  const compile = (texts: readonly SourceText[]): Compilation => {
    const used = new Map<string, Prepared>();
    const documents = texts.map(({ file, text }) => {
      const digest = createHash('sha1').update(text).digest('hex');
      const prepared = used.get(digest) ?? known.get(digest) ?? prepare(text, options, options.limits);
      used.set(digest, prepared);
      return { file, digest, prepared };
    });
    known = used;
    documents.sort(
      (one, other) => compareText(one.file, other.file) || compareText(one.digest, other.digest),
    );
    return compileDocuments(documents, options);
  };
  return { compile };
}

const compareText = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

function compileDocuments(documents: readonly Document[], _: CompilerOptions): Compilation {
  const { merged, problems } = merge(documents);
  const all = [
    ...documents.flatMap((document) =>
      document.prepared.problems.map((problem) => [document, problem] as const),
    ),
    ...problems,
  ];
  const valid = all.every(([, { severity }]) => severity !== 'error') && documents.length > 0;
  const findings = toFindings(all);
  return { valid, findings, ...(valid && { revision: seal(merged) }) };
}

function toFindings(problems: readonly (readonly [Document, Problem])[]): Finding[] {
  return problems
    .slice(0, MAX_FINDINGS)
    .map(([{ file, prepared }, problem]) => toFinding(problem, file, prepared.places));
}
