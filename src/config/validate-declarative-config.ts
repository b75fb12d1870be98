// The library's front door: one call, nothing remembered, nothing read but what is given and the time.
import { createCompiler } from './compile.js';
import type { Compilation, SourceText } from './compile.js';
import type { Environment } from './deck/template.js';
import type { Plugins } from './schema/plugin-model.js';
import type { TargetKong } from './validate/target.js';

export interface ValidationOptions {
  /** Whether a configuration without entities is fine; otherwise it is held. False unless told. */
  readonly allowEmpty?: boolean;
  /** Whether the texts are decK's: its keys and `${{ env "DECK_..." }}` are then applied. False unless told. */
  readonly deck?: boolean;
  /** What decK's placeholders may read; of these only variables that begin with `DECK_`. None unless told. */
  readonly env?: Environment;
  /** Plugins beside the bundled ones, or instead of them. None unless told. */
  readonly plugins?: Plugins;
  /** An older Kong than 3.9 to validate for. None unless told. */
  readonly target?: TargetKong;
  /** By which time certificates are judged: now unless told. */
  readonly now?: () => Date;
}

/** What validation says of a configuration. */
export type Validation = Compilation;

/**
 * Validates a declarative configuration as Kong 3.9 does, without any Kong at hand.
 *
 * All texts together are one configuration; their order changes nothing. A finding's `file` is the name that a text came with,
 * lines and columns count from 1, columns in UTF-16 units. Findings hold no secrets; source lines may.
 *
 * @param texts YAML or JSON, as text or as bytes (UTF-8, or UTF-16 with a byte order mark)
 * @returns `valid` is false exactly when Kong would not answer 201, which is when there is an error among the findings: holds
 * and warnings do not change it. Findings come by file and place, at most a thousand, errors first of all. The revision (the
 * bytes that Silverback would push, their MD5, and how many entities there are) is there whenever the configuration is valid.
 * Never throws for what the texts hold.
 * @example
 * const { valid, findings } = validateDeclarativeConfig([{ file: 'kong.yaml', text }]);
 */
export function validateDeclarativeConfig(
  texts: readonly SourceText[],
  {
    allowEmpty = false,
    deck = false,
    env = {},
    now = () => new Date(),
    plugins,
    target,
  }: ValidationOptions = {},
): Validation {
  return createCompiler({
    allowEmpty,
    deck,
    env,
    now,
    ...(plugins && { plugins }),
    ...(target && { target }),
  }).compile(texts);
}
