import { describe, expect, it } from '@jest/globals';
import { isLabelSelector } from '../../../src/settings/label-selector.js';

describe('a label selector', () => {
  it.each([
    'silverback.dev/config=true',
    'app=kong,tier==gateway',
    'app != kong',
    'app=',
    'silverback',
    '!legacy',
    '! legacy',
    'env in (dev, prod)',
    'env notin (dev),app=kong',
    'app=kong,env in (a,b,c),!x',
    'weight>3',
    'weight < 10',
    ' app = kong ',
    'kubernetes.io/metadata.name=a_b.c-d',
    'In=true',
  ])('is %p', (text) => {
    expect(isLabelSelector(text)).toBe(true);
  });

  it.each([
    '',
    ' ',
    ',',
    'app=kong,',
    'app:kong',
    'app=kong tier=gateway',
    'app=(a)',
    'env in dev',
    'env in (dev',
    '=true',
    'silverback.dev/=true',
    '/config=true',
    'a/b/c=true',
    'app=-kong',
    'app=kong!',
    `app=${'a'.repeat(64)}`,
    "app='kong'",
    'app=kong\n,x y',
  ])('is not %p', (text) => {
    expect(isLabelSelector(text)).toBe(false);
  });

  it('is judged at once, however long the text', () => {
    expect(isLabelSelector('a'.repeat(100_000))).toBe(false);
    expect(isLabelSelector(`${'a=b,'.repeat(2_000)}a=b`)).toBe(true);
  });
});
