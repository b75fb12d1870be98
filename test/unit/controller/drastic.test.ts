import { describe, expect, it } from '@jest/globals';
import { drasticReasons } from '../../../src/controller/drastic.js';

const removing = (removed: Record<string, number>) => ({ added: {}, removed, changed: {} });

describe('a change is drastic', () => {
  it('when it removes more than the share that is allowed', () => {
    expect(drasticReasons(removing({ routes: 6 }), { routes: 10 }, 50)).toEqual([
      'it removes 6 of 10 routes, more than --max-shrink (50 %) allows at once; approve it if that is meant',
    ]);
    expect(drasticReasons(removing({ routes: 5 }), { routes: 10 }, 50)).toEqual([]);
  });

  it('when as many new ones take the place of those that go', () => {
    const changes = { ...removing({ services: 4 }), added: { services: 4 } };
    expect(drasticReasons(changes, { services: 4 }, 50)).toHaveLength(1);
  });

  it('never by two of a kind, whatever share they are', () => {
    expect(drasticReasons(removing({ consumers: 2 }), { consumers: 2 }, 0)).toEqual([]);
    expect(drasticReasons(removing({ consumers: 3 }), { consumers: 3 }, 0)).toHaveLength(1);
  });

  it('for services, routes and consumers, each by itself, and for nothing else', () => {
    const all = { services: 9, routes: 9, consumers: 9, plugins: 9, targets: 9 };
    expect(drasticReasons(removing(all), all, 50).map((reason) => reason.split(' ')[5])).toEqual([
      'services,',
      'routes,',
      'consumers,',
    ]);
  });

  it('never where everything may go', () => {
    expect(drasticReasons(removing({ routes: 10 }), { routes: 10 }, 100)).toEqual([]);
  });
});
