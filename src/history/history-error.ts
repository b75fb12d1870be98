import type { Trouble } from '../report/happening.js';

export type HistoryErrorCode =
  /** It could not be asked, or gave no answer. */
  | 'unreachable'
  | 'forbidden'
  /** An object or a folder that should be there is not. */
  | 'missing'
  /** What is there is not what was stored, or nothing of ours. */
  | 'corrupt'
  /** Written by a newer Silverback. */
  | 'newer'
  /** Others kept changing it. */
  | 'contended'
  /** No room on the disk. */
  | 'full'
  | 'superseded'
  | 'too-large'
  /** The revision asked for is not kept. */
  | 'not-kept';

/** Whatever goes wrong with the history, in words: what, where, and what to do. Never holds content. */
export class HistoryError extends Error {
  override readonly name: string = 'HistoryError';

  constructor(
    readonly code: HistoryErrorCode,
    message: string,
    readonly advice?: string,
  ) {
    super(message);
  }

  get trouble(): Trouble {
    const { code, message: reason, advice } = this;
    return { code, reason, ...(advice !== undefined && { advice }) };
  }
}

/** A newer leader has written: whoever gets this leads no longer. */
export class Superseded extends HistoryError {
  override readonly name = 'Superseded';

  constructor(ours: number, theirs: number) {
    super(
      'superseded',
      `the history was written in term ${theirs}, and this is term ${ours}: a newer leader is at work`,
    );
  }
}

/** The revision does not fit into the slots. */
export class TooLarge extends HistoryError {
  override readonly name = 'TooLarge';

  constructor(message: string, advice: string) {
    super('too-large', message, advice);
  }
}
