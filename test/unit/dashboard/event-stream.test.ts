import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createEventReader } from '../../../dashboard/connection/event-stream.js';

const readAll = (...pieces: string[]) => {
  const read = createEventReader();
  return pieces.flatMap((piece) => read(piece));
};

test('events have a name and data; comments, ids and unknown fields are passed over', () => {
  const text = ': hello\n\nevent: status\nid: 7\ndata: {"a":1}\n\ndata:x\ndata: y\nretry: 3\n\n';
  expect(readAll(text)).toEqual([
    { event: 'status', data: '{"a":1}' },
    { event: 'message', data: 'x\ny' },
  ]);
});

test('an event without data is none, and its name is forgotten', () => {
  expect(readAll('event: status\n\ndata: x\n\n')).toEqual([{ event: 'message', data: 'x' }]);
});

test('wherever the network cuts the text, and whatever its line ends, the events are the same', () => {
  const lines = [': still here', '', 'event: gateways', 'data: {"changed":[]}', '', 'data: a: b', '', ''];
  const whole = readAll(lines.join('\n'));
  expect(whole).toHaveLength(2);
  fc.assert(
    fc.property(fc.constantFrom('\n', '\r\n'), fc.array(fc.nat(90)), (end, places) => {
      const text = lines.join(end);
      const cuts = [0, ...places.filter((at) => at < text.length).sort((a, b) => a - b), text.length];
      const pieces = cuts.slice(1).map((to, index) => text.slice(cuts[index], to));
      expect(readAll(...pieces)).toEqual(whole);
    }),
  );
});
