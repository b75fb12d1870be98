/** What happened at one emulated gateway, for tests to look at. */

export interface RequestRecord {
  readonly id: number;
  /** `performance.now()` when the request's headers had been read. */
  readonly at: number;
  endedAt?: number;
  readonly port: 'admin' | 'status';
  /** Number of the TCP connection it came on. */
  readonly connection: number;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: {
    readonly contentType?: string;
    readonly contentLength?: string;
    readonly userAgent?: string;
  };
  /** Common name of the client's certificate. */
  readonly client?: string;
  /** Bytes of the body that have arrived. */
  bytesReceived: number;
  /** Bytes of configuration text in the body, once it is whole. */
  configBytes?: number;
  /** What was answered; `cut` when the connection went away first; absent while it is open. */
  status?: number | 'cut';
}

export interface LoadRecord {
  readonly id: number;
  readonly startedAt: number;
  committedAt?: number;
  /** The hash it leads to. */
  readonly hash: string;
  /** False when the config was refused; such a load never commits. */
  readonly accepted: boolean;
  readonly entities: number;
}

/** Two loads in one gateway at a time: real workers may then stay on old routes while the hash shows the new ones. */
export interface Violation {
  readonly at: number;
  readonly loads: readonly [number, number];
  readonly text: string;
}

/** A gateway's memory of what happened to it. */
export class Journal {
  readonly requests: RequestRecord[] = [];
  readonly loads: LoadRecord[] = [];
  readonly violations: Violation[] = [];
  private readonly listeners = new Set<() => void>();
  private lastId = 0;

  nextId(): number {
    this.lastId += 1;
    return this.lastId;
  }

  /** Calls `listener` after everything that happens, until the returned function is called. */
  readonly onChange = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  changed(): void {
    for (const listener of [...this.listeners]) listener();
  }

  /** Forgets what is over. */
  clear(): void {
    this.requests.length = 0;
    this.loads.length = 0;
    this.violations.length = 0;
  }
}
