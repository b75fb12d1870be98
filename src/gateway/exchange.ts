import { StringDecoder } from 'node:string_decoder';
import type { Dispatcher } from 'undici';

export interface Exchanged {
  readonly status: number;
  /** By its name in lower case; of one that came more than once, the first. */
  readonly header: (name: string) => string | undefined;
  readonly body: string;
}

export interface ExchangeOptions {
  readonly signal: AbortSignal;
  /** How much of a body with this status is kept (bytes); the rest flows by, and the connection stays usable. */
  readonly keep: (status: number) => number;
  /** Whether an answer with this status is none where its body breaks off; else the status stands, with an empty body. */
  readonly needsWhole: (status: number) => boolean;
}

/**
 * One request and its whole answer. Not undici's `request`: an answer of many megabytes that nobody wants costs a stream, and
 * work for each part of it, where a handler only lets the parts go by.
 *
 * @returns a rejected promise where no answer came: undici's error, or one of ours when `signal` was aborted
 */
export function exchange(
  dispatcher: Dispatcher,
  request: Dispatcher.DispatchOptions,
  { signal, keep, needsWhole }: ExchangeOptions,
): Promise<Exchanged> {
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined;
    let head: Omit<Exchanged, 'body'> | undefined;
    let left = 0;
    let body = '';
    let decoder: StringDecoder | undefined;

    const cut = (): void => {
      const error = new Error('cut off', { cause: signal.reason });
      controller?.abort(error);
      end(error);
    };
    const end = (error?: Error): void => {
      signal.removeEventListener('abort', cut);
      if (head === undefined) reject(error ?? new Error('no answer'));
      else if (error === undefined) resolve({ ...head, body: body + (decoder?.end() ?? '') });
      else if (needsWhole(head.status)) reject(error);
      else resolve({ ...head, body: '' });
    };

    signal.addEventListener('abort', cut, { once: true });
    if (signal.aborted) {
      cut();
      return;
    }
    dispatcher.dispatch(request, {
      onRequestStart(started) {
        controller = started;
        if (signal.aborted) cut();
      },
      onResponseStart(_, status, headers) {
        if (status < 200) return;
        const header = (name: string): string | undefined => {
          const value = headers[name];
          return Array.isArray(value) ? value[0] : value;
        };
        head = { status, header };
        left = keep(status);
      },
      onResponseData(_, chunk) {
        if (left <= 0) return;
        decoder ??= new StringDecoder('utf8');
        body += decoder.write(chunk.subarray(0, left));
        left -= chunk.length;
      },
      onResponseEnd: () => end(),
      onResponseError: (_, error) => end(error),
    });
  });
}
