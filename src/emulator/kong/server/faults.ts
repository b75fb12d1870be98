/** What can be made to go wrong at a gateway, at any time. Everything is off when absent. */
export interface Faults {
  /** Accept and read, but never answer: every request, only `POST /config`, or only `GET /status`. */
  readonly hang?: 'all' | 'post' | 'status';
  /** Wait before every answer. */
  readonly delayMs?: number;
  /** Wait before every answer of `/status`. */
  readonly statusDelayMs?: number;
  /** Read bodies no faster than this. */
  readonly bodyBytesPerSecond?: number;
  /** Reset the connection of a `POST` after this many bytes of its body. */
  readonly resetAfterBytes?: number;
  /** Stop listening and drop every connection. */
  readonly refuse?: boolean;
  /** Answer the next requests with this, without a look at them. */
  readonly answer?: ScriptedAnswer;
  /** Refuse configs, as Kong would with a 400. Gets the config's text. */
  readonly rejectWith?: (config: string) => ScriptedRejection | undefined;
  /** `GET /status` shows this hash. */
  readonly hashOverride?: string;
  /** `GET /status` goes on showing the old hash for this long after a commit. */
  readonly hashDelayMs?: number;
}

export interface ScriptedAnswer {
  readonly status: number;
  /** How many requests get it; all of them when absent. */
  readonly times?: number;
  /** Which requests; all methods when absent. */
  readonly method?: string;
  readonly retryAfter?: string | number;
  /** An HTML page, as a proxy in front would send it. */
  readonly html?: boolean;
  readonly message?: string;
}

/** Kong's 400 for a config: `fields` and `flattened_errors` as they shall be sent. */
export interface ScriptedRejection {
  readonly message?: string;
  readonly fields?: object;
  readonly flattenedErrors?: readonly object[];
}

/** The faults of one gateway. */
export class FaultControls {
  private current: Faults = {};
  private answersLeft = 0;

  constructor(private readonly changed: (faults: Faults) => void) {}

  get active(): Faults {
    return this.current;
  }

  /** Adds to what is on; `undefined` as a value turns one fault off. */
  set(faults: { readonly [Name in keyof Faults]?: Faults[Name] | undefined }): void {
    const kept = Object.entries({ ...this.current, ...faults }).filter(([, value]) => value !== undefined);
    this.current = Object.fromEntries(kept);
    if ('answer' in faults) this.answersLeft = faults.answer?.times ?? Infinity;
    this.changed(this.current);
  }

  /** Turns everything off. */
  clear(): void {
    this.current = {};
    this.changed(this.current);
  }

  /** The scripted answer for a request, counted down. */
  takeAnswer(method: string): ScriptedAnswer | undefined {
    const { answer } = this.current;
    if (answer === undefined || this.answersLeft <= 0) return undefined;
    if (answer.method !== undefined && answer.method !== method) return undefined;
    this.answersLeft -= 1;
    return answer;
  }
}
