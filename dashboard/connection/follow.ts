// Keeps the picture up to date for as long as the page is open: reads the event stream, and begins anew when it breaks.
import { readNews } from '../model/news.js';
import type { News } from '../model/picture.js';
import { Refused } from './ask.js';
import type { Ask } from './ask.js';
import { createEventReader } from './event-stream.js';

export type Connection =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  /** It is tried again at `retryAt` (ms, Date.now). */
  | { readonly kind: 'lost'; readonly reason: string; readonly since: number; readonly retryAt: number }
  /** A token is needed, or the one there was is wrong. */
  | { readonly kind: 'locked'; readonly wrong: boolean };

export interface Listener {
  readonly onConnection: (connection: Connection) => void;
  /** A stream has begun; the whole comes first. */
  readonly onBegin: () => void;
  readonly onNews: (news: readonly News[]) => void;
}

/** The server is heard of every 15 s; after this long it is taken for gone (ms). */
const SILENCE_MS = 40_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

export interface Following {
  /** Tries at once. */
  readonly retry: () => void;
}

/** @param hasToken whether one was sent, so that a 401 means that it is wrong */
export function follow(ask: Ask, hasToken: () => boolean, listener: Listener): Following {
  let failures = 0;
  let lostSince: number | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let current = new AbortController();

  const read = async (controller: AbortController): Promise<void> => {
    const silence = createSilence(() => controller.abort(new Error('the server has gone silent')));
    try {
      const response = await ask('api/v1/events', controller.signal);
      const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
      if (reader === undefined) throw new Error('the answer is empty');
      const eventsIn = createEventReader();
      let begun = false;
      for (;;) {
        silence.heard();
        const { done, value } = await reader.read();
        if (done) throw new Error('the server ended the connection');
        const news = eventsIn(value).flatMap(({ event, data }) => readNews(event, data) ?? []);
        if (!begun && news.length > 0) {
          begun = true;
          failures = 0;
          lostSince = undefined;
          listener.onBegin();
          listener.onConnection({ kind: 'live' });
        }
        if (news.length > 0) listener.onNews(news);
      }
    } finally {
      silence.end();
      controller.abort();
    }
  };

  const begin = (): void => {
    clearTimeout(timer);
    current.abort();
    const controller = new AbortController();
    current = controller;
    read(controller).catch((error: unknown) => {
      if (current !== controller) return;
      if (error instanceof Refused && error.status === 401) {
        listener.onConnection({ kind: 'locked', wrong: hasToken() });
        return;
      }
      failures += 1;
      lostSince ??= Date.now();
      const pause = pauseAfter(failures, Math.random());
      const reason = reasonOf(error);
      listener.onConnection({ kind: 'lost', reason, since: lostSince, retryAt: Date.now() + pause });
      timer = setTimeout(begin, pause);
    });
  };

  begin();
  return { retry: begin };
}

/** Twice as long each time, up to the cap; up to a third less, so that many pages do not come back at once. */
export const pauseAfter = (failures: number, chance: number): number =>
  Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures, 10)) * (1 - chance / 3);

/** A browser's own words for a broken connection differ, and help nobody. */
const reasonOf = (error: unknown): string =>
  error instanceof Error && error.name !== 'TypeError' && error.name !== 'AbortError'
    ? error.message
    : 'the server cannot be reached';

function createSilence(onSilence: () => void): { readonly heard: () => void; readonly end: () => void } {
  let timer = setTimeout(onSilence, SILENCE_MS);
  const end = (): void => clearTimeout(timer);
  return {
    heard() {
      end();
      timer = setTimeout(onSilence, SILENCE_MS);
    },
    end,
  };
}
