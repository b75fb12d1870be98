import type { Answer } from './answer.js';
import type { RequestRecord } from './journal.js';

/** A request whose body, if any, has arrived. */
export interface GatewayRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly contentType: string | undefined;
  readonly hasBody: boolean;
  /** Nothing for a body larger than nginx's buffer: it is in a file where Kong cannot read it. */
  readonly body: Buffer | undefined;
  readonly record: RequestRecord;
}

/** Answers a request; `params` are the variable segments of its path, by name. */
export type Handler = (
  request: GatewayRequest,
  params: Readonly<Record<string, string>>,
) => Answer | Promise<Answer>;

/** A path such as `/services/{services}` and what its methods do. */
export interface Route {
  readonly path: string;
  readonly methods: Readonly<Record<string, Handler>>;
}
