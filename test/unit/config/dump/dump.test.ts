import { describe, expect, test } from '@jest/globals';
import { createCompiler } from '../../../../src/config/compile.js';
import { shownAt } from '../../../support/shown-config.js';
import { OPTIONS } from '../compile-text.js';

const V3 = '_format_version: "3.0"\n';
const COMMENT = '# Made by `silverback dump`: there are no secrets in here.\n';
const shown = shownAt(1_800_000_000_000);

/** The dump of a gateway that was sent this. */
function dumpOf(text: string, secrets = true): string {
  const live = shown(Buffer.from(V3 + text));
  if (live === undefined) throw new Error('the gateway refused it');
  return dumpOfLive(live, secrets);
}

function dumpOfLive(text: string, secrets = true): string {
  const compiler = createCompiler({ ...OPTIONS, allowEmpty: true });
  const { revision, findings } = compiler.compile([{ file: 'live', text, live: true }]);
  if (revision === undefined) throw new Error(JSON.stringify(findings));
  return compiler.dump(revision.id, { secrets }) ?? '';
}

const ID = '3e0b4b6e-5d0c-4f4e-9d6b-1a2b3c4d5e6f';

describe('a dump', () => {
  test('holds what somebody wrote, and nothing that Kong fills in', () => {
    const written = `services:
  - name: shop
    host: shop.test
    retries: null
    routes:
      - name: shop
        paths: [/shop]
        plugins:
          - name: rate-limiting
            config:
              minute: 5
`;
    expect(dumpOf(written)).toBe(COMMENT + V3 + written);
  });

  test('keeps an id that nothing else leads to, or that something refers to', () => {
    expect(dumpOf(`services: [{name: a, host: h, id: ${ID}}]`)).toContain(`id: ${ID}`);
    const anonymous = dumpOf(
      `consumers: [{username: a}]\nplugins: [{name: key-auth, config: {anonymous: 'b32379d9-3d28-5683-a79c-72139be6e34f'}}]`,
    );
    expect(anonymous).not.toContain('  id:');
    const [, id = ''] = /id: (\S+)/.exec(shown(Buffer.from(`${V3}consumers: [{username: a}]`)) ?? '') ?? [];
    const mentioned = dumpOf(
      `consumers: [{username: a}]\nplugins: [{name: key-auth, config: {anonymous: '${id}'}}]`,
    );
    expect(mentioned).toContain(`- username: a\n    id: ${id}\n`);
  });

  test('keeps the times that somebody wrote, for routes of equal rank go by them', () => {
    const dump = dumpOf('routes: [{name: a, paths: [/a], created_at: 7}, {name: b, paths: [/b]}]');
    expect(dump.match(/created_at: .*/g)).toEqual(['created_at: 7']);
  });

  test('says that passwords are hashed, and then keeps what else Kong would work out no more', () => {
    expect(
      dumpOf('consumers: [{username: a, basicauth_credentials: [{username: a, password: p}]}]'),
    ).toContain('\n_transform: false\n');
    expect(dumpOf('consumers: [{username: a, keyauth_credentials: [{key: k}]}]')).not.toContain('_transform');
  });

  test('is the same whatever the order in which a gateway shows things', () => {
    const one =
      'services: [{name: a, host: h, tags: [x, y]}, {name: b, host: h}]\nconsumers: [{username: c}]';
    const other =
      'consumers: [{username: c}]\nservices: [{host: h, name: b}, {tags: [y, x], host: h, name: a}]';
    expect(dumpOf(one)).toBe(dumpOf(other));
  });

  test('takes SNIs that a certificate echoes for those that are listed', () => {
    const sni = `{name: a.test, certificate: ${ID}}`;
    const shownTwice = `${V3}certificates: [{id: ${ID}, cert: '{vault://env/c}', key: '{vault://env/k}', snis: [{name: a.test}]}]
snis: [${sni}]
`;
    expect(dumpOfLive(shownTwice)).toContain(`snis:\n  - name: a.test\n    certificate: ${ID}\n`);
  });

  test('hides secrets, as a whole where a part of a text is one, and tells so at its top', () => {
    const live = `${V3}services: [{name: a, host: h}]
plugins:
  - {name: request-transformer, config: {add: {headers: ['x-api-key:s3cr3t', 'x:y']}}}
  - {name: own, config: {a: s3cr3t}}
`;
    const dump = dumpOfLive(live, false);
    expect(dump).not.toContain('s3cr3t');
    expect(dump).toContain('headers: [redacted-by-silverback-dump, "x:y"]');
    expect(dump).toContain('config: redacted-by-silverback-dump');
    expect(dump).toMatch(/^# Made by `silverback dump`, without its secrets/);
    const { valid, findings } = createCompiler(OPTIONS).compile([{ file: 'dump', text: dump }]);
    expect(valid).toBe(false);
    expect(findings.filter(({ code }) => code === 'redacted')).toHaveLength(2);
  });
});
