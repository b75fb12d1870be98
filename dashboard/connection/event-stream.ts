/** One event of a `text/event-stream` (WHATWG HTML, 9.2). */
export interface StreamEvent {
  readonly event: string;
  readonly data: string;
}

/**
 * Cuts a stream's text into events. Takes pieces as they come, cut anywhere; gives the events that each completes.
 * Comments (heartbeats), `id` and `retry` are passed over: the page starts from the whole after every pause.
 */
export function createEventReader(): (piece: string) => StreamEvent[] {
  let rest = '';
  let event = '';
  let data: string[] = [];
  return (piece) => {
    const lines = (rest + piece).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    const events: StreamEvent[] = [];
    for (const line of lines) {
      const [, name = line, value = ''] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
      if (line === '') {
        if (data.length > 0) events.push({ event: event === '' ? 'message' : event, data: data.join('\n') });
        event = '';
        data = [];
      } else if (name === 'event') event = value;
      else if (name === 'data') data.push(value);
    }
    return events;
  };
}
