// Results for people, line by line as they come, and for programs, all at once.
import type { styleText } from 'node:util';
import type { Area, Result, Verdict } from './result.js';

export type Paint = (style: Parameters<typeof styleText>[0], text: string) => string;

const TITLES: Readonly<Record<Area, string>> = {
  settings: 'Settings',
  kubernetes: 'Kubernetes',
  sources: 'Sources',
  history: 'History',
  discovery: 'Discovery',
  gateways: 'Gateways',
};

const STYLES = { ok: 'green', warn: 'yellow', fail: 'red', skipped: 'dim' } as const;

const INDENT = ' '.repeat(9);

/** Turns batches of results into lines; a gateway's good ones become one line, and advice is given once. */
export function createPrinter(paint: Paint): { readonly lines: (batch: readonly Result[]) => string[] } {
  let area: Area | undefined;
  const advised = new Map<string, string>();

  function linesOf(result: Result): string[] {
    const { verdict, message, fix, snippet } = result;
    const name = nameOf(result);
    const first = `${mark(verdict)} ${name}: ${message}`;
    if (fix === undefined) return [first];
    const advice = `${fix}\n${snippet ?? ''}`;
    const before = advised.get(advice);
    if (before !== undefined) return [first, `${INDENT}fix: as for ${before}`];
    advised.set(advice, name);
    return [
      first,
      `${INDENT}fix: ${fix}`,
      ...(snippet?.split('\n').map((line) => `${INDENT}  ${line}`) ?? []),
    ];
  }

  const mark = (verdict: Verdict): string =>
    `  ${paint(STYLES[verdict], verdict)}`.padEnd(9 + styling(verdict));
  /** What colours add to a text's length. */
  const styling = (verdict: Verdict): number => paint(STYLES[verdict], verdict).length - verdict.length;

  return {
    lines(batch) {
      const lines: string[] = [];
      for (const result of folded(batch)) {
        if (result.area !== area) {
          if (area !== undefined) lines.push('');
          area = result.area;
          lines.push(paint('bold', TITLES[area]));
        }
        lines.push(...linesOf(result));
      }
      return lines;
    },
  };
}

/** `rights in kong`, `kong-1 certificate`, `kong-1` for all that is well with it. */
function nameOf({ area, check, subject }: Result): string {
  if (subject === undefined) return check;
  if (area === 'kubernetes') return `${check} in ${subject}`;
  return check === '' ? subject : `${subject} ${check}`;
}

/** The good results about one gateway, as one. */
function folded(batch: readonly Result[]): readonly Result[] {
  const [first] = batch;
  if (first?.area !== 'gateways' || first.subject === undefined) return batch;
  const good = batch.filter(({ verdict, subject }) => verdict === 'ok' && subject === first.subject);
  const rest = batch.filter((result) => !good.includes(result));
  if (good.length < 2) return batch;
  const [one] = good;
  if (one === undefined) return batch;
  return [{ ...one, check: '', message: good.map(({ message }) => message).join('; ') }, ...rest];
}

export type Counts = Readonly<Record<Verdict, number>>;

export function countOf(results: readonly Result[]): Counts {
  const counts = { ok: 0, warn: 0, fail: 0, skipped: 0 };
  for (const { verdict } of results) counts[verdict] += 1;
  return counts;
}

export function summaryLine({ ok, warn, fail, skipped }: Counts): string {
  const parts = [
    `${ok} ok`,
    ...(warn > 0 ? [`${warn} to think about`] : []),
    ...(fail > 0 ? [`${fail} failed`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ];
  return parts.join(', ');
}

export function toJson(results: readonly Result[]): string {
  return JSON.stringify({ summary: countOf(results), results }, undefined, 2);
}
