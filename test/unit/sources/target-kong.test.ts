import { describe, expect, test } from '@jest/globals';
import { validateDeclarativeConfig } from '../../../src/config/validate-declarative-config.js';
import type { TargetKong } from '../../../src/config/validate/target.js';
import { loadTargetKong, OLDER_KONGS } from '../../../src/sources/target-kong.js';

const HEAD = '_format_version: "3.0"\n';

/** `path code`, for every error that 3.9 has none of. */
function told(target: TargetKong, text: string): string[] {
  const texts = [{ file: 'kong.yaml', text: `${HEAD}${text}` }];
  expect(validateDeclarativeConfig(texts).valid).toBe(true);
  const { findings } = validateDeclarativeConfig(texts, { target });
  return findings.map(({ path, code }) => `${path ?? '-'} ${code}`);
}

describe.each(OLDER_KONGS)('Kong %s', (version) => {
  test('takes what it knows', async () => {
    const target = await loadTargetKong(version);
    const text = `services: [{name: s, url: "http://h", updated_at: 1, routes: [{name: r, paths: [/]}]}]
vaults: [{name: env, prefix: my-env, description: d}]
plugins: [{name: cors}, {name: rate-limiting, config: {minute: 5}}]`;
    expect(told(target, text)).toEqual([]);
  });

  test('has no plugin that came later, and says so once', async () => {
    const target = await loadTargetKong(version);
    expect(told(target, 'plugins: [{name: redirect, config: {location: "http://x.test"}}]')).toEqual([
      'plugins[0] not-in-version',
    ]);
  });

  test('has its own fields in the config of plugins', async () => {
    const target = await loadTargetKong(version);
    expect(told(target, 'plugins: [{name: rate-limiting, config: {minute: 5, redis: {host: r}}}]')).toEqual([
      'plugins[0].config.redis unknown-field',
    ]);
    const old =
      'plugins: [{name: rate-limiting, config: {minute: 5, policy: redis, redis_host: r, redis_port: 1}}]';
    expect(told(target, old)).toEqual([]);
  });
});

test('entities and fields that came later are told', async () => {
  const target = await loadTargetKong('3.0');
  const text =
    'key_sets: [{name: k}]\nplugins: [{name: cors, instance_name: c}]\nupstreams: [{name: u, use_srv_name: true}]';
  expect(told(target, text)).toEqual([
    'key_sets[0] not-in-version',
    'plugins[0].instance_name not-in-version',
    'upstreams[0].use_srv_name not-in-version',
  ]);
  expect(told(await loadTargetKong('3.4'), text)).toEqual([]);
});
