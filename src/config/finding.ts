/**
 * - `error`: Kong would refuse the config, or we cannot make a revision of it
 * - `hold`: Kong would take it, but it would hurt at once; it is not pushed until somebody approves
 * - `warning`: worth a word, changes nothing
 */
export type Severity = 'error' | 'hold' | 'warning';

/** The entity that a finding is about, in Kong's words. */
export interface EntityName {
  /** Table name, e.g. `services`, `keyauth_credentials`. */
  readonly type: string;
  readonly name?: string;
  readonly id?: string;
}

/** One thing that validation has to say. Messages never hold a secret value. */
export interface Finding {
  readonly severity: Severity;
  /** Stable, kebab-case: for filters, metrics and docs. */
  readonly code: string;
  /** Plain words: what is wrong. */
  readonly message: string;
  /** The document's name as the caller gave it; line and column are 1-based. */
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly endLine?: number;
  readonly endColumn?: number;
  /** Where in the document, e.g. `services[0].routes[1].paths[0]` (0-based). */
  readonly path?: string;
  readonly entity?: EntityName;
  /** What to do about it. */
  readonly hint?: string;
}

/** `file:line:column`, as far as known; empty without a file. */
export function placeOf({ file, line, column }: Finding): string {
  return [file, line, column].filter((part) => part !== undefined).join(':');
}

/** One line for people: `file:line:column: severity: message (code); hint`. */
export function formatFinding(finding: Finding): string {
  const place = placeOf(finding);
  const { severity, message, code, hint } = finding;
  const said = `${severity}: ${message} (${code})${hint === undefined ? '' : `; ${hint}`}`;
  return place === '' ? said : `${place}: ${said}`;
}
