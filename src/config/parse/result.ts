/** Bounds on one text, so that no text can hang the process or eat its memory. */
export interface ReadLimits {
  /** Bytes of the text (UTF-16 units for a string). */
  readonly maxBytes: number;
  /** Levels of nesting. Kong 3.9.3 takes 2,000 below the top. */
  readonly maxDepth: number;
  /** Characters that aliases and merges may add when written out: stops alias bombs. */
  readonly maxExpansion: number;
}

export const DEFAULT_LIMITS: ReadLimits = {
  maxBytes: 32 * 1024 * 1024,
  maxDepth: 2010,
  maxExpansion: 64 * 1024 * 1024,
};

/** 1-based; columns count UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface Place extends Position {
  readonly endLine?: number;
  readonly endColumn?: number;
}

/** Keys and 0-based list indices from the root, e.g. `['services', 0, 'host']`. */
export type Path = readonly (string | number)[];

/** Where the parts of one text are. Made on demand; drop it after use (it holds the text's events). */
export interface Places {
  /**
   * The place of the value at `path`, or, where the text has no such value (a missing or an invented one), of its
   * nearest ancestor that has. With `key`, the place of the mapping key instead, where there is one.
   */
  readonly find: (path: Path, part?: 'value' | 'key') => Place;
}

/** What Kong accepts silently, and people regret. */
export type Remark =
  /** A mapping has the key twice; Kong takes the last. */
  | { readonly kind: 'duplicate-key'; readonly key: string; readonly offset: number; readonly first: number }
  /** A plain scalar that YAML 1.1, hence Kong, and YAML 1.2 read differently. */
  | { readonly kind: 'yaml-1.1'; readonly reading: 'boolean' | 'number' | 'string'; readonly offset: number };

/** A mapping key that is no string, where the mapping is no list either (keys 1..n). Kong refuses it almost everywhere. */
export interface OddKey {
  /** The object that has the key (as a string). */
  readonly owner: object;
  readonly key: string;
  readonly offset: number;
}

export interface ReadOk {
  readonly ok: true;
  /**
   * The first document's value: null, booleans, finite numbers, strings, arrays and plain objects. `undefined` when there
   * is no document at all. Every key, `__proto__` included, is a plain own property: read with `Object.hasOwn`, copy with
   * spread, never assign a key that came from the text. Aliased parts are shared, never cyclic: do not write to it.
   */
  readonly value: unknown;
  readonly format: 'json' | 'yaml';
  /** Offset of a second document that holds something: Kong silently ignores it. */
  readonly laterDocument?: number;
  readonly remarks: readonly Remark[];
  readonly oddKeys: readonly OddKey[];
  /** The JSON text is not all UTF-8, which Kong lets pass: where bytes are bad, strings and keys hold U+DFFF. */
  readonly badBytes: boolean;
  /** Line and column of an offset into the text. */
  readonly position: (offset: number) => Position;
  readonly places: () => Places;
}

export type ReadFailureCode = 'too-large' | 'encoding' | 'too-deep' | 'alias-expansion' | 'syntax' | 'number';

export interface ReadFailure extends Position {
  readonly ok: false;
  readonly code: ReadFailureCode;
  /** Plain words; holds nothing of the text. */
  readonly message: string;
}

export type ReadResult = ReadOk | ReadFailure;

/** Why a text cannot be read; thrown inside this folder only, `readText` returns it as a `ReadFailure`. */
export class ReadError extends Error {
  readonly code: ReadFailureCode;
  readonly offset: number;

  constructor(code: ReadFailureCode, message: string, offset: number) {
    super(message);
    this.code = code;
    this.offset = offset;
  }
}
