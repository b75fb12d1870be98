/** A request, as faults and the log see it. Never a token: the client is named by its place in `tokens`, or by user agent. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly userAgent: string;
  /** The name that `tokens` gives the bearer token; undefined without one. */
  readonly client: string | undefined;
  readonly watch: boolean;
}

export type Fault =
  /** Accepted and not answered, watches silent; when the fault is lifted, all goes on (a stopped server). */
  | { readonly kind: 'pause' }
  /** As if the packets were lost: never handled, watches silent and cut when the fault is lifted (a partition). */
  | { readonly kind: 'partition' }
  /** The connection is closed without an answer, and nothing was done. */
  | { readonly kind: 'cut' }
  /** Done, but the answer is lost: the connection is closed. */
  | { readonly kind: 'swallow' }
  | { readonly kind: 'fail'; readonly status: number; readonly retryAfterSeconds?: number }
  | { readonly kind: 'delay'; readonly ms: number };

export interface FaultRule {
  readonly fault: Fault;
  /** Which requests; all without it. */
  readonly match?: (request: SeenRequest) => boolean;
  /** For how many requests; until lifted without it, and always so for a pause or a partition. */
  readonly times?: number;
}

export interface Faults {
  /** Gives a function that lifts the fault. */
  inject(rule: FaultRule): () => void;
  /** The faults that a new request meets, the counted ones used up. */
  meet(request: SeenRequest): readonly Fault[];
  /** Whether a fault of this kind lies on a request now. */
  has(kind: Fault['kind'], request: SeenRequest): boolean;
  /** Resolves when no pause lies on the request any more. */
  unpaused(request: SeenRequest): Promise<void>;
  /** Calls back whenever a fault is injected or lifted. */
  subscribe(listener: () => void): () => void;
}

export function createFaults(): Faults {
  const rules = new Map<FaultRule, number>();
  const listeners = new Set<() => void>();
  const changed = (): void => {
    for (const listener of [...listeners]) listener();
  };
  const matching = (request: SeenRequest): FaultRule[] =>
    [...rules.keys()].filter(({ match }) => match === undefined || match(request));

  function has(kind: Fault['kind'], request: SeenRequest): boolean {
    return matching(request).some(({ fault }) => fault.kind === kind);
  }

  function useUp(rule: FaultRule): void {
    const left = (rules.get(rule) ?? 0) - 1;
    if (rule.fault.kind === 'pause' || rule.fault.kind === 'partition') return;
    if (left > 0) rules.set(rule, left);
    else rules.delete(rule);
  }

  function subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  return {
    has,
    subscribe,
    inject(rule) {
      rules.set(rule, rule.times ?? Infinity);
      changed();
      return () => {
        rules.delete(rule);
        changed();
      };
    },
    meet(request) {
      return matching(request).map((rule) => {
        useUp(rule);
        return rule.fault;
      });
    },
    unpaused(request) {
      return new Promise((resolve) => {
        const check = (): void => {
          if (has('pause', request)) return;
          unsubscribe();
          resolve();
        };
        const unsubscribe = subscribe(check);
        check();
      });
    },
  };
}
