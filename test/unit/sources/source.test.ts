import { describe, expect, it } from '@jest/globals';
import { isCompressedConfigName, isConfigName } from '../../../src/sources/source.js';

describe('the name of a configuration text', () => {
  it.each(['kong.yaml', 'kong.yml', 'kong.json', 'KONG.YAML', 'a.b.yaml', 'kong_1-x.Yml'])(
    'may be %p',
    (name) => {
      expect(isConfigName(name)).toBe(true);
      expect(isCompressedConfigName(`${name}.gz`)).toBe(true);
    },
  );

  it.each([
    'kong',
    'kong.yaml~',
    'kong.yaml.bak',
    '.kong.yaml',
    '.kong.yaml.swp',
    'yaml',
    'README.md',
    '..data',
  ])('is not %p: editors and Kubernetes leave such things about', (name) => {
    expect(isConfigName(name)).toBe(false);
    expect(isCompressedConfigName(`${name}.gz`)).toBe(false);
  });

  it('tells plain and compressed apart', () => {
    expect(isConfigName('kong.yaml.gz')).toBe(false);
    expect(isCompressedConfigName('kong.yaml')).toBe(false);
  });
});
