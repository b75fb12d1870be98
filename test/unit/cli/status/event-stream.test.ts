import { describe, expect, it } from '@jest/globals';
import { eventsIn } from '../../../../src/cli/status/event-stream.js';
import type { StreamEvent } from '../../../../src/cli/status/event-stream.js';

async function read(...chunks: readonly (string | Buffer)[]): Promise<StreamEvent[]> {
  async function* body(): AsyncGenerator<Uint8Array> {
    for (const chunk of chunks) yield Buffer.from(chunk as string);
  }
  const events: StreamEvent[] = [];
  for await (const event of eventsIn(body())) events.push(event);
  return events;
}

describe('a stream of events', () => {
  it('is read however it is cut', async () => {
    const text = 'event: status\ndata: {"a":"ä"}\n\n: still here\n\nevent: happening\nid: 3\ndata: 1\n\n';
    const expected = [
      { name: 'status', data: '{"a":"ä"}' },
      { name: 'happening', data: '1' },
    ];
    expect(await read(text)).toEqual(expected);
    expect(await read(...Array.from(Buffer.from(text), (byte) => Buffer.from([byte])))).toEqual(expected);
  });

  it('that breaks off gives what was whole', async () => {
    expect(await read('event: a\ndata: 1\n\nevent: b\nda')).toEqual([{ name: 'a', data: '1' }]);
  });
});
