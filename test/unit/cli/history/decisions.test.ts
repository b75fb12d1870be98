import { describe, expect, test } from '@jest/globals';
import { abortion, approval, goingBack } from '../../../../src/cli/history/decisions.js';
import { findKept, findRevision } from '../../../../src/cli/history/find-revision.js';
import { WrongUsage } from '../../../../src/cli/history/opened.js';
import { historyTable } from '../../../../src/cli/history/table.js';
import { EMPTY_RECORD } from '../../../../src/history/record.js';
import type { HistoryRecord } from '../../../../src/history/record.js';
import { hold, keep, pause, roll, withdraw } from '../../../../src/history/transitions.js';
import { anna, AT, idOf, keptOf } from '../../history/samples.js';

const [A, B, X] = [idOf('aaaaaaaa1'), idOf('aaaaaaaa2'), idOf('ffffffff')];
const RECORD = [A, B].reduce<HistoryRecord>((record, id) => keep(record, keptOf(id), 5), EMPTY_RECORD);

describe('a revision as somebody writes it', () => {
  test('is found by as many digits as it takes, in either case', () => {
    expect(findRevision(RECORD, 'AAAAAAAA2')).toBe(B);
    expect(findRevision(roll(RECORD, X, AT), 'ffffffff')).toBe(X);
    expect(() => findRevision(RECORD, 'aaaaaaaa')).toThrow('several revisions begin with aaaaaaaa');
  });

  test('may be an unknown one only in full, and not where its bytes are needed', () => {
    expect(findRevision(RECORD, X)).toBe(X);
    expect(() => findRevision(RECORD, 'ffffffff')).toThrow('no revision begins with ffffffff; there are');
    expect(() => findKept(roll(RECORD, X, AT), X)).toThrow('no revision begins with');
  });

  test('is wrong usage where it is too short, or none at all', () => {
    for (const written of ['aaaaaaa', 'latest', '', `${A}0`])
      expect(() => findRevision(RECORD, written)).toThrow(WrongUsage);
  });
});

describe('what is decided', () => {
  test('says where a rollback goes, and what does not go', () => {
    expect(goingBack(RECORD, undefined).done).toContain('Last good is aaaaaaaa now');
    expect(goingBack(RECORD, undefined).change(RECORD, anna).lastGood).toBe(A);
    expect(() => goingBack(EMPTY_RECORD, undefined)).toThrow('there is no revision to go back to');
  });

  test('is an abortion only while something is rolled out, and never of last good', () => {
    expect(() => abortion(RECORD, undefined)).toThrow('nothing is being rolled out');
    expect(() => abortion(RECORD, B)).toThrow('use silverback rollback');
    expect(abortion(roll(RECORD, X, AT), undefined).done).toContain('ffffffff is withdrawn');
  });

  test('is an approval that says when nobody waits for it', () => {
    expect(approval(RECORD, X).done).toContain('neither is held nor was withdrawn');
    expect(approval(withdraw(RECORD, X, 'bad', anna), X).done).toBe('ffffffff is approved.');
  });
});

test('the table shows what is, what was kept and withdrawn, and who decided, and no line of its own from outside', () => {
  const held = { revision: X, reasons: ['it removes\n5 of 6 routes'], codes: ['shrink'], since: AT };
  const record = withdraw(pause(hold(RECORD, held), anna), idOf('eeeeeeee'), 'a canary rejected it', anna);
  expect(historyTable(record)).toBe(
    [
      'last good  aaaaaaaa',
      'held       ffffffff since 2026-01-01 00:00:00Z: it removes 5 of 6 routes',
      '           to let it go ahead: silverback approve ffffffff',
      'paused     since 2026-01-01 00:00:00Z by anna; to go on: silverback rollout resume',
      '',
      'KEPT      AT                    SIZE  ENTITIES    STATE      FROM',
      'aaaaaaaa  2026-01-01 00:00:00Z  10 B  1 services  last good  kong.yaml',
      'aaaaaaaa  2026-01-01 00:00:00Z  10 B  1 services             kong.yaml',
      '',
      'WITHDRAWN  AT                    BY    WHY',
      'eeeeeeee   2026-01-01 00:00:00Z  anna  a canary rejected it',
      '',
      'AUDIT                 BY    WHAT',
      '2026-01-01 00:00:00Z  anna  withdrew eeeeeeee: a canary rejected it',
      '2026-01-01 00:00:00Z  anna  paused the rollout',
      '',
    ].join('\n'),
  );
});
