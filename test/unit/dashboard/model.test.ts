import { describe as group, expect, test } from '@jest/globals';
import { approval, decision, reachLeader } from '../../../dashboard/model/commands.js';
import { isDifference } from '../../../dashboard/model/diff.js';
import { explain, isAbout } from '../../../dashboard/model/explain.js';
import { refusalsOf, unsteadyGateways } from '../../../dashboard/model/gateway-news.js';
import { readNews } from '../../../dashboard/model/news.js';
import { afterConnecting, afterNews, EMPTY_PICTURE } from '../../../dashboard/model/picture.js';
import type { News, Overview } from '../../../dashboard/model/picture.js';
import { groupsOf, matches, standingOf } from '../../../dashboard/model/standing.js';
import { ago, countsText, duration, listed, sentence } from '../../../dashboard/model/words.js';
import { diffJson } from '../../../src/config/diff/json.js';
import { describe } from '../../../src/report/describe.js';
import type { HappeningStatus } from '../../../src/server/diagnostics/status.js';
import {
  at,
  EMPTY,
  gateway,
  gatewaysOf,
  happening,
  idOf,
  NEW,
  NEXT,
  OLD,
  statusOf,
  UNREACHABLE,
} from '../../browser/support/sample.js';

const behind = { current: false, hash: OLD, revision: OLD } as const;
const { gateways: _gateways, ...overview } = statusOf();

const told = (changed = gatewaysOf(2), gone: readonly string[] = []): News => ({
  kind: 'gateways',
  changes: { changed, gone },
});

group('the picture', () => {
  test('a gateway of which nothing new is said stays the same object', () => {
    const before = afterNews(EMPTY_PICTURE, [told()]);
    const after = afterNews(afterConnecting(before), [told()]);
    expect(after.gateways.get('kong-1')).toBe(before.gateways.get('kong-1'));
  });

  test('after a pause the first list is the whole: who left meanwhile is gone', () => {
    const before = afterNews(EMPTY_PICTURE, [told(gatewaysOf(3))]);
    expect([...afterNews(before, [told([gateway('kong-9')], ['kong-1'])]).gateways.keys()]).toEqual([
      'kong-2',
      'kong-3',
      'kong-9',
    ]);
    expect([...afterNews(afterConnecting(before), [told(gatewaysOf(1))]).gateways.keys()]).toEqual([
      'kong-1',
    ]);
  });

  test('happenings are told once, in order, and the oldest go first', () => {
    const news = (seq: number): News => ({ kind: 'happening', happening: happening(seq, `no. ${seq}`) });
    const twice = [3, 1, 2, 3].map(news);
    expect(afterNews(EMPTY_PICTURE, twice).happenings.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    const many = Array.from({ length: 1_100 }, (_, index) => news(index));
    expect(
      afterNews(EMPTY_PICTURE, many)
        .happenings.map(({ seq }) => seq)
        .slice(0, 2),
    ).toEqual([100, 101]);
  });

  test('what the server tells is read; what a page of another version would not understand is said so', () => {
    expect(readNews('status', JSON.stringify(overview))).toMatchObject({ kind: 'status' });
    expect(readNews('gateways', JSON.stringify({ changed: gatewaysOf(1), gone: ['x'] }))).toMatchObject({
      changes: { gone: ['x'] },
    });
    expect(readNews('something-new', '{}')).toBeUndefined();
    for (const [event, data] of [
      ['status', '{}'],
      ['gateways', '{"changed":[{}],"gone":[]}'],
      ['happening', '[]'],
    ] as const) {
      expect(() => readNews(event, data)).toThrow('Reload the page');
    }
  });
});

group('where a gateway stands', () => {
  const wordOf = (more: Parameters<typeof gateway>[1]) => standingOf(gateway('kong-1', more), true).word;

  test('every state has words of its own', () => {
    const words = [
      wordOf({}),
      wordOf(UNREACHABLE),
      wordOf({ ...behind, phase: 'rejected' }),
      wordOf({ ...behind, phase: 'refused' }),
      wordOf({ ...behind, phase: 'busy' }),
      wordOf({ ...behind, phase: 'pushing' }),
      wordOf({ ...behind, phase: 'verifying' }),
      wordOf({ ...behind, phase: 'out-of-sync' }),
      wordOf({ ...behind, phase: 'out-of-sync', hash: EMPTY }),
      wordOf({ phase: 'out-of-sync', current: false, hash: idOf('else'), revision: undefined } as never),
      standingOf(gateway('kong-1'), true, true).word,
      standingOf(gateway('kong-1'), false).word,
    ];
    expect(new Set(words).size).toBe(words.length);
  });

  test('troubled ones come first, and numbers in names are numbers', () => {
    const all = [gateway('kong-10'), gateway('kong-9'), gateway('kong-11', UNREACHABLE)];
    const groups = groupsOf(all, true, new Map());
    expect(groups.map(({ gateways }) => gateways.map((each) => each.gateway.name))).toEqual([
      ['kong-11'],
      ['kong-9', 'kong-10'],
    ]);
  });

  test('it is found by whatever is known of it', () => {
    const one = gateway('kong-1', UNREACHABLE);
    for (const text of ['ONG-1', 'node-a', 'zone-1', '3.9', OLD.slice(0, 8), 'refused', ' ', '10.0.0.1'])
      expect([text, matches(one, text)]).toEqual([text, true]);
    expect(matches(one, 'kong-2')).toBe(false);
  });
});

group('why it is there', () => {
  const why = (more: Parameters<typeof gateway>[1], what: Partial<Overview> = {}): string =>
    explain(gateway('kong-1', more), { ...overview, ...what }).why.join(' ');
  const waits = { ...behind, phase: 'out-of-sync' } as const;
  const rollout = (phase: string, canaries: string[] = []) => ({
    rollout: { ...overview.rollout, phase, canaries },
  });

  test('a trouble is said first, then what it serves and what follows', () => {
    expect(why(UNREACHABLE)).toBe(
      `Connection refused. It still serves ${OLD.slice(0, 8)}. Silverback tries again by itself. It failed 7 times in a row.`,
    );
  });

  test('what Kong said of a rejected configuration is part of it', () => {
    const rejected = gateway('kong-1', {
      ...behind,
      phase: 'rejected',
      trouble: { code: '400', reason: 'Kong rejected the configuration (400)' },
    });
    expect(explain(rejected, overview, "shop.yaml:8:5: service 'x': expected a string").why).toContain(
      "shop.yaml:8:5: service 'x': expected a string.",
    );
  });

  test('one that is well waits for what the rollout waits for', () => {
    const paused = { at: at(0), by: 'ada' };
    expect(why(waits, { ...rollout('paused'), revisions: { ...overview.revisions, paused } })).toContain(
      'paused by ada',
    );
    expect(why(waits, rollout('canary', ['kong-4']))).toContain('kong-4 tries');
    expect(why(waits, rollout('canary', ['kong-1']))).toContain('It is the canary');
    expect(why(waits, rollout('stopped'))).toContain('has stopped');
    expect(why(waits, rollout('withdrawn'))).toContain('was withdrawn');
    expect(why({ ...waits, restMs: 4_000 }, rollout('rolling'))).toContain('It rests 4.0 s');
    expect(why(waits, rollout('rolling'))).toContain('waits for its turn');
    expect(why(waits, { observing: true })).toContain('only observes');
    expect(why({ ...waits, hash: EMPTY })).toContain('It serves nothing');
  });

  test('a name is found in a line of the log, but not as a part of another', () => {
    expect(isAbout('gateway kong-1 is unreachable: no answer', 'kong-1')).toBe(true);
    expect(isAbout('6 serve it; not: kong-1.', 'kong-1')).toBe(true);
    for (const text of ['gateway kong-12 left', 'gateway my-kong-1 left', 'gateway kong-1.zone left'])
      expect([text, isAbout(text, 'kong-1')]).toEqual([text, false]);
  });
});

group('what the log tells of gateways', () => {
  const logged = (seq: number, one: Parameters<typeof describe>[0]): HappeningStatus =>
    happening(seq, describe(one as never).message, { event: one.kind });
  const drift = (seq: number, name: string): HappeningStatus =>
    logged(seq, { kind: 'drift', gateway: name, expected: NEW, found: EMPTY, cause: 'empty', repair: true });

  test('three losses within ten minutes are unsteady, two are not, and old ones do not count', () => {
    const happenings = [1, 2, 3]
      .map((seq) => drift(seq, 'kong-1'))
      .concat(drift(4, 'kong-2'), drift(5, 'kong-2'));
    expect([...unsteadyGateways(happenings, Date.parse(at(60)))]).toEqual([['kong-1', 3]]);
    expect([...unsteadyGateways(happenings, Date.parse(at(3600)))]).toEqual([]);
  });

  test('what Kong said of a revision is known by gateway', () => {
    const refused = logged(1, {
      kind: 'revision-refused',
      gateway: 'kong-3',
      revision: NEXT,
      canary: true,
      kongVersion: '3.9.3',
      findings: [
        {
          severity: 'error',
          code: 'kong-refusal',
          message: 'host: expected a string',
          file: 'a.yaml',
          line: 8,
        },
      ],
    } as never);
    expect([...refusalsOf([refused])]).toEqual([
      ['kong-3', 'a.yaml:8: host: expected a string [kong-refusal]'],
    ]);
  });
});

group('commands', () => {
  const { leadership } = overview;
  const set = (name: string, value: string) => ({ name, value, default: false });

  test('a decision runs where its history is', () => {
    const words = approval(NEXT);
    expect(decision(words, [set('history-secret', 'silverback-history')], leadership)).toBe(
      `kubectl --namespace silverback exec pod/silverback-1 -- silverback approve ${NEXT.slice(0, 8)} --reason '…' --history-secret silverback-history`,
    );
    expect(decision(words, [set('data-dir', "/var/lib/it's")], leadership)).toBe(
      `silverback approve ${NEXT.slice(0, 8)} --reason '…' --data-dir '/var/lib/it'\\''s'`,
    );
    expect(decision(words, [], leadership)).toBeUndefined();
  });

  test('the leader is reached through its pod', () => {
    const forward = 'kubectl --namespace silverback port-forward pod/silverback-1';
    expect(reachLeader(leadership, undefined)).toBe(`${forward} 10256:10256`);
    const settings = [set('diagnostics-bind-address', '[::]:9000')];
    expect(reachLeader(leadership, settings)).toBe(`${forward} 9000:9000`);
    expect(reachLeader({ ...leadership, holder: '' }, undefined)).toBeUndefined();
  });
});

test('a difference is what silverback diff prints', () => {
  const printed = diffJson({ settings: [], entities: [], unchanged: 3 });
  expect(isDifference(JSON.parse(printed))).toBe(true);
  expect(isDifference({ different: true })).toBe(false);
});

test('numbers are said as people say them', () => {
  expect([0, 850, 2_500, 40_000, 180_000, 7_200_000].map(duration)).toEqual([
    '0 ms',
    '850 ms',
    '2.5 s',
    '40 s',
    '3 min',
    '2 h',
  ]);
  expect([100, 6_400, 65_000].map(ago)).toEqual(['just now', '6 s ago', '65 s ago']);
  expect(countsText({ services: 1, routes: 2, ca_certificates: 0 })).toBe('1 service, 2 routes');
  expect(listed(['a', 'b', 'c', 'd'])).toBe('a, b, c and 1 more');
  expect([sentence('no answer in time'), sentence('a.yaml:8:5: x'), sentence('kong-1 left')]).toEqual([
    'No answer in time.',
    'a.yaml:8:5: x.',
    'kong-1 left.',
  ]);
});
