import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Compilation } from '../../../src/config/compile.js';
import type { Finding } from '../../../src/config/finding.js';
import type { Revision } from '../../../src/config/revision.js';
import { decide, missingSources } from '../../../src/controller/desired.js';
import type { Decision, Evidence, Missing, SourceMemory } from '../../../src/controller/desired.js';
import type { ObjectRef } from '../../../src/report/happening.js';
import type { SourceSnapshot } from '../../../src/sources/follow.js';
import type { Source } from '../../../src/sources/source.js';

const text = { file: 'kong.yaml', text: Buffer.from('services: []') };
const refOf = (name: string): ObjectRef => ({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'kong', name });
const configMap = (name: string, holds = true): Source => ({
  name: `ConfigMap kong/${name}`,
  texts: holds ? [text] : [],
  object: refOf(name),
});
const path = (name: string, holds = true): Source => ({ name, texts: holds ? [text] : [] });
const snapshot = (sources: Source[], unreadable: SourceSnapshot['unreadable'] = []): SourceSnapshot => ({
  sources,
  unreadable,
});

const names = (missing: readonly Missing[]): string[] => missing.map(({ name }) => name);
const NOTHING_KNOWN: SourceMemory = new Map();
/** What a judgement remembers of the sources that it agreed to. */
const remember = ({ sources }: SourceSnapshot): SourceMemory =>
  new Map(sources.filter(({ texts }) => texts.length > 0).map(({ name, object }) => [name, object]));

describe('missing sources', () => {
  it('are none as long as what is remembered holds something', () => {
    const memory = remember(snapshot([configMap('a'), path('kong.yaml')]));
    expect(missingSources(memory, snapshot([path('kong.yaml'), configMap('a'), configMap('b')]))).toEqual([]);
  });

  it('are ConfigMaps that are gone, with the object that they were', () => {
    const memory = remember(snapshot([configMap('a'), configMap('b')]));
    expect(missingSources(memory, snapshot([configMap('b')]))).toEqual([
      { name: 'ConfigMap kong/a', object: refOf('a') },
    ]);
  });

  it('are ConfigMaps that lost all of their configuration', () => {
    const memory = remember(snapshot([configMap('a')]));
    expect(names(missingSources(memory, snapshot([configMap('a', false)])))).toEqual(['ConfigMap kong/a']);
  });

  it('are not ConfigMaps that never held any: they may have been selected by chance', () => {
    expect(missingSources(NOTHING_KNOWN, snapshot([configMap('a', false)]))).toEqual([]);
    expect(remember(snapshot([configMap('a', false)])).size).toBe(0);
  });

  it('are files and folders that the settings name and that hold nothing, from the first moment', () => {
    expect(missingSources(NOTHING_KNOWN, snapshot([path('gone.yaml', false), path('kong.yaml')]))).toEqual([
      { name: 'gone.yaml', object: undefined },
    ]);
  });

  it('are each told once', () => {
    const memory = remember(snapshot([path('dir')]));
    expect(names(missingSources(memory, snapshot([path('dir', false)])))).toEqual(['dir']);
  });

  it('are not sources that are there and cannot be read', () => {
    const memory = remember(snapshot([configMap('a'), path('dir')]));
    const unreadable = [
      { source: 'ConfigMap kong/a', reason: 'key a.yaml.gz is not gzip', object: refOf('a') },
      { source: 'dir', reason: 'permission denied (EACCES)' },
    ];
    expect(missingSources(memory, snapshot([], unreadable))).toEqual([]);
  });

  it('are exactly those remembered that hold nothing now, whatever else comes and goes', () => {
    const some = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'));
    fc.assert(
      fc.property(some, some, some, (before, after, emptied) => {
        const memory = remember(snapshot(before.map((name) => configMap(name))));
        const now = after.map((name) => configMap(name, !emptied.includes(name)));
        const expected = before.filter((name) => !after.includes(name) || emptied.includes(name));
        expect(names(missingSources(memory, snapshot(now)))).toEqual(
          expected.map((name) => `ConfigMap kong/${name}`),
        );
      }),
    );
  });
});

const revisionOf = (id: string): Revision => ({ id, bytes: Buffer.from(id), counts: { services: 1 } });
const NEW = revisionOf('new');
const OLD = revisionOf('old');
const error: Finding = { severity: 'error', code: 'unknown-field', message: 'no such field', file: 'a.yaml' };
const hold: Finding = {
  severity: 'hold',
  code: 'no-entities',
  message: 'there is nothing in it',
  file: 'a.yaml',
  line: 2,
  hint: 'add a service',
};
const warning: Finding = { severity: 'warning', code: 'duplicate-key', message: 'a key comes twice' };
const gone: Missing = { name: 'ConfigMap kong/a', object: refOf('a') };

const valid = (revision: Revision, findings: readonly Finding[] = []): Compilation => ({
  valid: true,
  findings,
  revision,
});
const invalid = (findings: readonly Finding[]): Compilation => ({ valid: false, findings });

interface Case extends Partial<Omit<Evidence, 'snapshot'>> {
  readonly unreadable?: SourceSnapshot['unreadable'];
  readonly sources?: Source[];
}

function decided({ unreadable = [], sources = [configMap('a')], ...given }: Case): Decision {
  return decide({
    compilation: valid(NEW),
    snapshot: snapshot(sources, unreadable),
    missing: [],
    drastic: [],
    current: OLD,
    allowRemoval: false,
    approved: () => false,
    ...given,
  });
}

describe('what follows from a compilation', () => {
  it('is the new revision when nothing speaks against it', () => {
    expect(decided({})).toEqual({ kind: 'adopt', revision: NEW });
    expect(decided({ compilation: valid(NEW, [warning]) })).toEqual({ kind: 'adopt', revision: NEW });
    expect(decided({ current: undefined }).kind).toBe('adopt');
  });

  it('is nothing when it is what is desired already', () => {
    expect(decided({ compilation: valid(revisionOf('old'), [warning]) })).toEqual({ kind: 'same' });
  });

  it('is nothing when the same bytes come from other sources', () => {
    expect(decided({ compilation: valid(revisionOf('old')), missing: [gone] })).toEqual({ kind: 'same' });
  });

  it('is a refusal, with all findings, when it is invalid', () => {
    expect(decided({ compilation: invalid([warning, error]) })).toEqual({
      kind: 'invalid',
      findings: [warning, error],
    });
  });

  it('is a refusal when it is said to be valid and there is no revision', () => {
    expect(decided({ compilation: { valid: true, findings: [] } }).kind).toBe('invalid');
  });

  it('is a refusal when a source cannot be read, were the rest ever so good; that comes first', () => {
    const unreadable = [{ source: 'Secret kong/b', reason: 'key b.yaml does not hold base64' }];
    expect(decided({ unreadable, compilation: valid(revisionOf('old'), [warning]) })).toEqual({
      kind: 'invalid',
      findings: [
        {
          severity: 'error',
          code: 'source-unreadable',
          message: 'Secret kong/b cannot be read: key b.yaml does not hold base64',
          hint: 'mend it or take it away; until then nothing changes on the gateways',
        },
        warning,
      ],
    });
    expect(decided({ unreadable, allowRemoval: true }).kind).toBe('invalid');
  });
});

describe('what is held', () => {
  it('says why, where, and what to do', () => {
    expect(decided({ compilation: valid(NEW, [warning, hold]) })).toEqual({
      kind: 'held',
      revision: NEW,
      reasons: ['a.yaml:2: there is nothing in it [no-entities] (add a service)'],
      codes: ['no-entities'],
    });
  });

  it('is what came about because a source went away', () => {
    expect(decided({ missing: [gone] })).toEqual({
      kind: 'held',
      revision: NEW,
      reasons: [
        'ConfigMap kong/a does not exist or holds no configuration (.yaml, .yml, .json); put it back, or approve this if it is meant',
      ],
      codes: ['source-vanished'],
    });
  });

  it('is held at the very start as well, when there is nothing to lose by our own memory', () => {
    expect(decided({ missing: [gone], current: undefined }).kind).toBe('held');
  });

  it('has every reason, and every code once', () => {
    const other = { name: 'dir', object: undefined };
    const decision = decided({ compilation: valid(NEW, [hold, hold]), missing: [gone, other] });
    expect(decision).toMatchObject({ kind: 'held', codes: ['source-vanished', 'no-entities'] });
    expect(decision.kind === 'held' && decision.reasons).toHaveLength(4);
  });

  it('is pushed all the same where --allow-removal says that sources may go', () => {
    expect(decided({ missing: [gone], allowRemoval: true })).toEqual({ kind: 'adopt', revision: NEW });
  });

  it('is a change that removes much', () => {
    expect(decided({ drastic: ['it removes 8 of 10 routes'] })).toMatchObject({
      kind: 'held',
      reasons: ['it removes 8 of 10 routes'],
      codes: ['drastic-change'],
    });
    expect(decided({ drastic: ['it removes 8 of 10 routes'], allowRemoval: true }).kind).toBe('adopt');
  });

  it('is a set-up without any configuration, as long as there is none', () => {
    expect(decided({ sources: [], compilation: valid(NEW, [hold]) })).toMatchObject({
      kind: 'held',
      codes: ['no-sources'],
    });
  });

  it('is pushed once it is approved, by its own id and no other', () => {
    const held = { compilation: valid(NEW, [hold]), missing: [gone], drastic: ['it removes 8 of 10 routes'] };
    expect(decided({ ...held, approved: (id) => id === 'new' })).toEqual({ kind: 'adopt', revision: NEW });
    expect(decided({ ...held, approved: (id) => id === 'old' }).kind).toBe('held');
  });

  it('stays held for other reasons even then', () => {
    const decision = decided({ compilation: valid(NEW, [hold]), missing: [gone], allowRemoval: true });
    expect(decision).toMatchObject({ kind: 'held', codes: ['no-entities'] });
  });
});

describe('whatever happens', () => {
  it('only a valid revision with every source readable and in place is ever adopted', () => {
    fc.assert(
      fc.property(
        fc.record({
          compilation: fc.constantFrom(
            valid(NEW),
            valid(NEW, [warning]),
            valid(NEW, [hold]),
            valid(revisionOf('old')),
            invalid([error]),
            invalid([]),
          ),
          unreadable: fc.constantFrom([], [{ source: 'dir', reason: 'permission denied (EACCES)' }]),
          missing: fc.constantFrom([], [gone]),
          current: fc.constantFrom(undefined, OLD),
          drastic: fc.constantFrom([], ['it removes 8 of 10 routes']),
        }),
        (given) => {
          const clean =
            given.compilation.valid &&
            given.compilation.findings.every(({ severity }) => severity === 'warning') &&
            given.unreadable.length === 0 &&
            given.missing.length === 0 &&
            given.drastic.length === 0;
          const decision = decided(given);
          if (decision.kind === 'adopt') expect(clean).toBe(true);
          else expect(clean && given.compilation.revision?.id !== given.current?.id).toBe(false);
        },
      ),
    );
  });
});
