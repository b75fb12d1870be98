import type { HappeningStatus, Status } from './status.js';

/** A setting as people may see it; `***` stands for a secret that is set. */
export interface SettingStatus {
  readonly name: string;
  readonly value: unknown;
  /** Nobody set it. */
  readonly default: boolean;
}

/** All that the diagnostics API answers from. Nothing that it gives holds a secret. */
export interface DiagnosticsSource {
  readonly status: () => Status;
  /** Resolves once nothing of the status is still being worked out. */
  readonly settled: () => Promise<void>;
  /** Happenings after this one, oldest first. */
  readonly happenings: (after: number) => readonly HappeningStatus[];
  readonly settings: () => readonly SettingStatus[];
  /**
   * A revision's configuration as YAML, secrets redacted.
   * @param revision its id or the first 8 digits and more; desired unless given
   * @throws ApiError
   */
  readonly config: (revision: string | undefined) => Promise<string>;
  /**
   * What differs between two revisions: the JSON that `silverback diff --format json` prints.
   * @throws ApiError
   */
  readonly diff: (from: string, to: string) => Promise<string>;
}

/** A request that cannot be answered as it is; the message is for the one who asks. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}
