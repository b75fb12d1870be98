/** An event of a stream: its name and its data (HTML, 9.2.6). */
export interface StreamEvent {
  readonly name: string;
  readonly data: string;
}

/** An event that is longer is none of ours (characters). */
const MAX_EVENT = 64 * 1024 * 1024;

/** @throws an Error when the stream breaks off */
export async function* eventsIn(body: AsyncIterable<Uint8Array>): AsyncGenerator<StreamEvent> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true });
    if (rest.length > MAX_EVENT) throw new Error('an event is too long');
    for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
      const lines = rest.slice(0, end).split('\n');
      rest = rest.slice(end + 2);
      const valueOf = (field: string): string[] =>
        lines.filter((line) => line.startsWith(`${field}: `)).map((line) => line.slice(field.length + 2));
      const data = valueOf('data');
      if (data.length > 0) yield { name: valueOf('event')[0] ?? 'message', data: data.join('\n') };
    }
  }
}
