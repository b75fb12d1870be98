// Findings for people: where, what, the source line with what is meant underlined, and what to do.
import { createExcerpts } from '../../config/excerpt/excerpt.js';
import type { Excerpt } from '../../config/excerpt/excerpt.js';
import { printable } from '../../config/document/problem.js';
import { placeOf } from '../../config/finding.js';
import type { Finding, Severity } from '../../config/finding.js';
import { fails } from './outcome.js';
import type { Outcome } from './outcome.js';
import { summarise } from './summary.js';

export type Style = 'bold' | 'cyan' | 'dim' | 'green' | 'red' | 'yellow';
/** Colours a text, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;

export interface TextOptions {
  readonly strict: boolean;
  /** Whether the texts were read in decK's dialect. */
  readonly deck: boolean;
  readonly paint: Paint;
}

const COLOURS: Readonly<Record<Severity, Style>> = { error: 'red', hold: 'yellow', warning: 'cyan' };

/** One block for each finding, then one line for all. */
export function* textLines(outcome: Outcome, { strict, deck, paint }: TextOptions): Generator<string> {
  const excerpt = excerptsOf(outcome, deck);
  for (const finding of outcome.findings) {
    yield headOf(finding, paint);
    yield `  ${finding.message}`;
    const shown = excerpt(finding);
    if (shown !== undefined) yield* excerptLines(shown, COLOURS[finding.severity], paint);
    if (finding.hint !== undefined) yield `  ${paint('dim', 'hint:')} ${finding.hint}`;
    yield '';
  }
  yield paint(fails(outcome, strict) ? 'red' : 'green', summarise(outcome, strict));
}

function headOf(finding: Finding, paint: Paint): string {
  const { severity, code } = finding;
  const place = printable(placeOf(finding));
  return `${place === '' ? '' : `${paint('bold', place)} `}${paint(COLOURS[severity], severity)} ${code}`;
}

function* excerptLines(
  { line, text, before, width }: Excerpt,
  style: Style,
  paint: Paint,
): Generator<string> {
  const number = String(line);
  yield `  ${paint('dim', `${number} |`)} ${text}`.trimEnd();
  const margin = `  ${' '.repeat(number.length)} ${paint('dim', '|')} `;
  yield `${margin}${' '.repeat(before)}${paint(style, '^'.repeat(width))}`;
}

/** Findings come by file, so that one text at a time is held in its parts. */
function excerptsOf({ texts }: Outcome, deck: boolean): (finding: Finding) => Excerpt | undefined {
  const byFile = new Map(texts.map(({ file, text }) => [file, text]));
  let current: { file: string; excerpts: ReturnType<typeof createExcerpts> } | undefined;
  return (finding) => {
    const text = finding.file === undefined ? undefined : byFile.get(finding.file);
    if (finding.file === undefined || text === undefined) return undefined;
    if (current?.file !== finding.file)
      current = { file: finding.file, excerpts: createExcerpts(text, deck) };
    return current.excerpts(finding);
  };
}
