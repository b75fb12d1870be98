// Times as people read them. They are the server's, so its clock counts, not the browser's.
import { useEffect, useState } from 'preact/hooks';
import { ago, lasting } from '../model/words.js';

const TICK_MS = 5_000;

let skewMs = 0;

/** Takes note of what time it is at the server. */
export function setServerTime(iso: string): void {
  const time = Date.parse(iso);
  if (!Number.isNaN(time)) skewMs = time - Date.now();
}

export const serverNow = (): number => Date.now() + skewMs;

/** The server's time, again every few seconds. */
export function useNow(tickMs = TICK_MS): number {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    const timer = setInterval(() => setNow(serverNow()), tickMs);
    return () => clearInterval(timer);
  }, [tickMs]);
  return now;
}

interface Props {
  readonly at: string;
}

/** `3 min ago`, with the exact time for whoever points at it. */
export const Ago = ({ at }: Props) => <Since at={at} words={ago} />;

/** `for 3 min` */
export const Lasting = ({ at }: Props) => <Since at={at} words={lasting} />;

function Since({ at, words }: Props & { readonly words: (ms: number) => string }) {
  const now = useNow();
  const time = Date.parse(at);
  if (Number.isNaN(time)) return null;
  return (
    <time dateTime={at} title={new Date(time).toLocaleString()}>
      {words(Math.max(0, Math.max(now, serverNow()) - time))}
    </time>
  );
}

/** A text in which times are the reader's own. */
export const withLocalTimes = (text: string): string =>
  text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, (at) => new Date(at).toLocaleString('en-GB'));

/** `14:02:11`, of the reader's own day. */
export function TimeOfDay({ at }: Props) {
  const time = new Date(at);
  return (
    <time dateTime={at} title={time.toLocaleString()}>
      {time.toLocaleTimeString('en-GB')}
    </time>
  );
}
