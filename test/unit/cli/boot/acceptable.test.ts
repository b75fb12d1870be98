import { describe, expect, test } from '@jest/globals';
import { holdsEntities, objectionTo } from '../../../../src/cli/boot/acceptable.js';
import { targetFor } from '../../../../src/cli/boot/kong-version.js';

const bytes = (config: object): Uint8Array =>
  new TextEncoder().encode(JSON.stringify({ _format_version: '3.0', ...config }));
const service = { name: 's', host: 'h' };

describe('what a Kong would start with', () => {
  test('is what is valid for it', async () => {
    expect(objectionTo(bytes({ services: [service] }), 'kong.json', undefined)).toBeUndefined();
    expect(objectionTo(bytes({ services: [{ ...service, hosst: 'x' }] }), 'kong.json', undefined)).toContain(
      'Kong would not start with it',
    );
    const later = bytes({ plugins: [{ name: 'standard-webhooks', config: { secret_v1: 'x' } }] });
    expect(objectionTo(later, 'kong.json', undefined)).toBeUndefined();
    expect(objectionTo(later, 'kong.json', await targetFor('3.4.2'))).toContain(
      'a Kong as old as 3.4 would not start',
    );
  });

  test('is judged as the YAML reader sees it where the name says so', () => {
    const odd = bytes({ consumers: [{ username: 'a\u007f' }] });
    expect(objectionTo(odd, 'kong.json', undefined)).toBeUndefined();
    expect(objectionTo(odd, 'kong.yml', undefined)).toContain('let --out end in .json');
    const plain = bytes({
      services: [{ ...service, port: 80, enabled: true, tags: ['a: b', 'no', 'ü 😀'] }],
    });
    expect(objectionTo(plain, 'kong.yml', undefined)).toBeUndefined();
  });

  test('may hold nothing; whether it does is known', () => {
    expect(objectionTo(bytes({}), 'kong.json', undefined)).toBeUndefined();
    expect([
      holdsEntities(bytes({}), undefined),
      holdsEntities(bytes({ services: [service] }), undefined),
    ]).toEqual([false, true]);
    expect(holdsEntities(new TextEncoder().encode('{'), undefined)).toBe(false);
  });
});

describe('the version of a Kong', () => {
  test('is taken for the newest older one that is known; from 3.9 on nothing is missing', async () => {
    const versions = await Promise.all(
      [
        '3.0',
        '3.3.1',
        '3.4',
        '3.8.0',
        '3.9.1',
        '3.9.1.1-enterprise-edition',
        '3.12',
        '4.0',
        '',
        undefined,
      ].map(async (written) => (await targetFor(written))?.version),
    );
    expect(versions.slice(0, 4)).toEqual(['3.0', '3.0', '3.4', '3.4']);
    expect(versions.slice(4)).toEqual(Array(6).fill(undefined));
  });

  test('must be one', async () => {
    for (const written of ['2.8', 'latest', '3', '3.x'])
      await expect(targetFor(written)).rejects.toThrow('--kong-version');
  });
});
