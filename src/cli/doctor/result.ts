/** What a check is about, in the order of the examination. */
export type Area = 'settings' | 'kubernetes' | 'sources' | 'history' | 'discovery' | 'gateways';

export type Verdict = 'ok' | 'warn' | 'fail' | 'skipped';

/** What one check came to. No text holds a secret. */
export interface Result {
  readonly area: Area;
  /** Stable, kebab-case: for scripts. */
  readonly check: string;
  /** Whose, where there are several: a gateway, a namespace, a source. */
  readonly subject?: string;
  readonly verdict: Verdict;
  /** What was found; of a skipped check, because of what. */
  readonly message: string;
  /** What to do about it, in words. */
  readonly fix?: string;
  /** What to apply, as it is: YAML. */
  readonly snippet?: string;
}

/** Told as soon as it is known; what one gateway's checks came to is told together. */
export type Tell = (results: readonly Result[]) => void;

type Rest = Pick<Result, 'fix' | 'snippet'>;

/** Makes the results of one area, all about the same subject if there is one. */
export function resultsOf(area: Area, subject?: string) {
  const make =
    (verdict: Verdict) =>
    (check: string, message: string, rest: Rest = {}): Result => ({
      area,
      check,
      ...(subject !== undefined && { subject }),
      verdict,
      message,
      ...rest,
    });
  return { ok: make('ok'), warn: make('warn'), fail: make('fail'), skipped: make('skipped') };
}

/** The same result about somebody. */
export const about = (subject: string, result: Result): Result => ({ ...result, subject });
