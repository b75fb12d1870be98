import { describe, expect, it } from '@jest/globals';
import { EMPTY_HASH } from '../../../src/config/revision.js';
import { judgeFirstPush } from '../../../src/controller/first-push.js';
import type { Carrier } from '../../../src/controller/first-push.js';

const gateway = (name: string, hash: string | undefined, failures = 0): Carrier => ({
  member: { key: name, name, url: `http://${name}:8001` },
  state: { hash, failures },
});

describe('a first push', () => {
  it('waits until every gateway was heard of, or could not be reached', () => {
    expect(judgeFirstPush([gateway('a', EMPTY_HASH), gateway('b', undefined)], 'new').kind).toBe('wait');
    expect(judgeFirstPush([gateway('a', EMPTY_HASH), gateway('b', undefined, 1)], 'new').kind).toBe('go');
  });

  it('goes to gateways that are empty, or have it already', () => {
    expect(judgeFirstPush([gateway('a', EMPTY_HASH), gateway('b', 'new')], 'new').kind).toBe('go');
    expect(judgeFirstPush([], 'new').kind).toBe('go');
  });

  it('is held as soon as one carries something else, whatever is known of the others', () => {
    const fleet = [gateway('a', undefined), gateway('b', 'theirs'), gateway('c', EMPTY_HASH)];
    expect(judgeFirstPush(fleet, 'new')).toEqual({ kind: 'foreign', carriers: [gateway('b', 'theirs')] });
  });
});
