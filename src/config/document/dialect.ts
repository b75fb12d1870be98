import type { Dict } from './dict.js';
import type { Problem } from './problem.js';

/** How a text's decK keys are taken. */
export interface Dialect {
  readonly deck: boolean;
  /** Where `${{ env "DECK_..." }}` finds its values. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

export function applyDialect(config: Dict, _dialect: Dialect): { config: Dict; problems: Problem[] } {
  return { config, problems: [] };
}
