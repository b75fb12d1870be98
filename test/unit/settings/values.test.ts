import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  outOfBounds,
  parseAddress,
  parseCount,
  parseDuration,
  parseList,
  parseSeconds,
  parseSwitch,
  written,
} from '../../../src/settings/values.js';

const good = <T>(value: T): { ok: true; value: T } => ({ ok: true, value });
const bad = { ok: false, problem: expect.any(String) };

describe('a switch', () => {
  it.each(['true', 'TRUE', '1', 'yes', 'on', ' t '])('is on for %p', (text) => {
    expect(parseSwitch(text)).toEqual(good(true));
  });

  it.each(['false', 'False', '0', 'no', 'off', 'n'])('is off for %p', (text) => {
    expect(parseSwitch(text)).toEqual(good(false));
  });

  it.each(['', 'ja', '2', 'true false', 'null'])('is nothing for %p', (text) => {
    expect(parseSwitch(text)).toEqual(bad);
  });
});

describe("a duration in Go's notation", () => {
  it.each([
    ['0', 0],
    ['0s', 0],
    ['300ms', 300],
    ['15s', 15_000],
    ['+15s', 15_000],
    ['1.5s', 1_500],
    ['1.1s', 1_100],
    ['.5s', 500],
    ['5.s', 5_000],
    ['2m', 120_000],
    ['1h30m', 5_400_000],
    ['1m0.5s', 60_500],
    [' 1s ', 1_000],
    ['1500us', 1.5],
    ['1500µs', 1.5],
    ['1500μs', 1.5],
  ])('reads %p as %p ms', (text, ms) => {
    expect(parseDuration(text)).toEqual(good(ms));
  });

  it.each(['', '15', '1.5', 's', '1 s', '1s 2s', '-5s', '1d', '1S', '1e3s', '.s', '1.2.3s', '0x1s', 'NaNs'])(
    'refuses %p, as Go or good sense does',
    (text) => {
      expect(parseDuration(text)).toEqual(bad);
    },
  );

  it('adds up its parts', () => {
    const part = fc.nat(10_000);
    fc.assert(
      fc.property(part, part, part, part, (h, m, s, ms) => {
        expect(parseDuration(`${h}h${m}m${s}s${ms}ms`)).toEqual(
          good(h * 3_600_000 + m * 60_000 + s * 1000 + ms),
        );
      }),
    );
  });

  it('never takes a text that is more than a duration', () => {
    fc.assert(
      fc.property(fc.string(), (junk) => {
        fc.pre(junk.trim() !== '' && !/^[0-9.]*(ns|us|µs|μs|ms|s|m|h)/.test(junk.trimEnd()));
        expect(parseDuration(`1s${junk}x`)).toEqual(bad);
      }),
    );
  });

  it('is judged at once, however long the text', () => {
    expect(parseDuration('1'.repeat(100_000))).toEqual(bad);
  });
});

describe('a count', () => {
  it('is a whole number', () => {
    expect(parseCount(' 10 ')).toEqual(good(10));
  });

  it.each(['', '-1', '1.5', '1e3', '0x10', 'ten', '10000000000'])('is not %p', (text) => {
    expect(parseCount(text)).toEqual(bad);
  });
});

describe('seconds', () => {
  it.each([
    ['30', 30_000],
    ['0.25', 250],
    [' 7 ', 7_000],
  ])('reads %p as %p ms', (text, ms) => {
    expect(parseSeconds(text)).toEqual(good(ms));
  });

  it.each(['', '30s', '-1', '1.', '.5', 'Infinity'])('is not %p', (text) => {
    expect(parseSeconds(text)).toEqual(bad);
  });
});

describe('a list', () => {
  it('may be given one by one, in one text, or both', () => {
    expect(parseList(['a,b', 'c'], ',')).toEqual(['a', 'b', 'c']);
  });

  it('drops empty items and the space around the others', () => {
    expect(parseList([' a , ,b,', ''], ',')).toEqual(['a', 'b']);
  });

  it('leaves commas alone where lines separate', () => {
    expect(parseList(['X-One: a, b\nX-Two: c\n'], '\n')).toEqual(['X-One: a, b', 'X-Two: c']);
  });
});

describe('an address', () => {
  it.each([
    [':10254', undefined, 10_254],
    ['127.0.0.1:80', '127.0.0.1', 80],
    ['localhost:0', 'localhost', 0],
    ['[::1]:8080', '::1', 8_080],
  ])('reads %p', (text, host, port) => {
    expect(parseAddress(text)).toEqual(good({ host, port }));
  });

  it.each(['off', '0'])('is none for %p', (text) => {
    expect(parseAddress(text)).toEqual(good(undefined));
  });

  it.each(['', '10254', ':65536', '::1:80', '[::1]', 'host:', 'host:port', 'http://a:1'])(
    'refuses %p',
    (text) => {
      expect(parseAddress(text)).toEqual(bad);
    },
  );
});

describe('bounds', () => {
  const duration = { kind: 'duration', min: 500, max: 3_600_000, group: 'Operation', help: '' } as const;

  it('are met by the bounds themselves', () => {
    expect(outOfBounds(duration, 500)).toBeUndefined();
    expect(outOfBounds(duration, 3_600_000)).toBeUndefined();
  });

  it('are told as the user would write them', () => {
    expect(outOfBounds(duration, 499)).toBe('must be at least 500ms');
    expect(outOfBounds(duration, 3_600_001)).toBe('must be at most 1h');
    expect(outOfBounds({ ...duration, kind: 'seconds' }, 1)).toBe('must be at least 0.5');
    expect(outOfBounds({ ...duration, kind: 'count', max: 10 }, 500)).toBe('must be at most 10');
  });

  it('hold for a value beyond all numbers', () => {
    expect(outOfBounds(duration, Infinity)).toBe('must be at most 1h');
  });

  it('are written in a notation that reads back as the same', () => {
    fc.assert(
      fc.property(fc.nat(100_000_000), (ms) => {
        expect(parseDuration(written(ms, 'duration'))).toEqual(good(ms));
        expect(parseSeconds(written(ms, 'seconds'))).toEqual(good(ms));
        expect(parseCount(written(ms, 'count'))).toEqual(good(ms));
      }),
    );
  });
});
