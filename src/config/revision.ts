/** A validated, merged configuration, sealed: what every gateway gets, byte for byte. */
export interface Revision {
  /** MD5 of `bytes`, hex: the `configuration_hash` a Kong shows once it serves them. */
  readonly id: string;
  /** Canonical JSON, UTF-8. One Buffer, shared by every push; never written to. */
  readonly bytes: Uint8Array;
  /** How many entities of each type, nested ones included. */
  readonly counts: Readonly<Record<string, number>>;
}

/** The hash an empty Kong reports (3.2 and newer). */
export const EMPTY_HASH = '00000000000000000000000000000000';

/** The first 8 digits: enough for people and log lines. */
export function shortId(id: string): string {
  return id.slice(0, 8);
}
