import { describe, expect, it } from '@jest/globals';
import { statusTable } from '../../../../src/cli/status/table.js';
import { gateway, OTHER, statusWith } from '../../../support/status.js';

const plain = (_style: string, text: string): string => text;

describe('the table of a status', () => {
  it('says first how everything is, and lists first who is behind', () => {
    const lost = gateway('kong-9', {
      phase: 'unreachable',
      current: false,
      hash: OTHER,
      trouble: { code: 'x', reason: 'connection refused', advice: 'is it running?' },
    });
    const { revision: _ours, ...behind } = lost;
    const lines = statusTable(statusWith({ gateways: [gateway('kong-1'), behind] }), plain).split('\n');
    expect(lines[0]).toBe('OK  All 3 gateways serve 3f2a91c0');
    const heading = lines.findIndex((line) => line.startsWith('GATEWAY'));
    expect(lines[heading + 1]).toMatch(
      /^kong-9 +unreachable +deb21dcd \(not ours\) .*connection refused; is it running\?$/,
    );
    expect(lines[heading + 2]).toMatch(/^kong-1 +in-sync +3f2a91c0/);
  });

  it('lists everyone who is behind, and of the others only some', () => {
    const many = Array.from({ length: 100 }, (_, index) => gateway(`good-${index}`));
    const bad = Array.from({ length: 70 }, (_, index) =>
      gateway(`bad-${index}`, { current: false, phase: 'busy' }),
    );
    const text = statusTable(statusWith({ gateways: [...many, ...bad] }), plain);
    expect(text.match(/^bad-/gm)?.length).toBe(70);
    expect(text.match(/^good-/gm)?.length).toBe(50);
    expect(text).toContain('and 50 more that serve what they should');
  });

  it('lets no text from outside begin a line or steer the terminal', () => {
    const evil = gateway('kong-1\u001b[2J\nOK  all is well');
    const text = statusTable(statusWith({ gateways: [evil] }), plain);
    expect(text).not.toContain('\u001b');
    expect(text).not.toContain('\nOK  all is well');
  });
});
