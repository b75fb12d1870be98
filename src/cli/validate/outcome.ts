// What validation said, of all inputs as one configuration or of each on its own.
import type { Finding, Severity } from '../../config/finding.js';
import type { SourceText } from '../../config/compile.js';
import type { Revision } from '../../config/revision.js';
import { validateDeclarativeConfig } from '../../config/validate-declarative-config.js';
import type { Validation, ValidationOptions } from '../../config/validate-declarative-config.js';

export interface Outcome {
  readonly texts: readonly SourceText[];
  readonly findings: readonly Finding[];
  readonly valid: boolean;
  /** Of the whole configuration, where the inputs are one and it is valid. */
  readonly revision?: Revision;
  /** Of each input, where each is on its own. */
  readonly each?: readonly ({ readonly file: string } & Validation)[];
}

export function validateInputs(
  texts: readonly SourceText[],
  each: boolean,
  options: ValidationOptions,
): Outcome {
  if (!each) return { texts, ...validateDeclarativeConfig(texts, options) };
  const single = texts.map((text) => ({ file: text.file, ...validateDeclarativeConfig([text], options) }));
  return {
    texts,
    findings: single.flatMap(({ findings }) => findings),
    valid: single.every(({ valid }) => valid),
    each: single,
  };
}

export function countSeverities(findings: readonly Finding[]): Record<Severity, number> {
  const counts = { error: 0, hold: 0, warning: 0 };
  for (const { severity } of findings) counts[severity] += 1;
  return counts;
}

/** Whether the command fails: by an error, and when strict by anything at all. */
export function fails({ valid, findings }: Outcome, strict: boolean): boolean {
  return !valid || (strict && findings.length > 0);
}
