import { describe, expect, it } from '@jest/globals';
import { staticGateways } from '../../../src/discovery/member.js';

describe('gateways given by URL', () => {
  it('are one each, named after where they are', () => {
    expect(staticGateways(['http://kong-1:8001/', 'https://[fd00::1]:8444'], undefined)).toEqual([
      { key: 'http://kong-1:8001', name: 'kong-1:8001', url: 'http://kong-1:8001' },
      { key: 'https://[fd00::1]:8444', name: '[fd00::1]:8444', url: 'https://[fd00::1]:8444' },
    ]);
  });

  it('keep their paths, and are told apart by them behind one proxy', () => {
    const names = staticGateways(['http://proxy/kong-1/', 'http://proxy/kong-2'], undefined).map(
      ({ name, url }) => [name, url],
    );
    expect(names).toEqual([
      ['proxy/kong-1', 'http://proxy/kong-1'],
      ['proxy/kong-2', 'http://proxy/kong-2'],
    ]);
  });

  it('are the same gateways however their URLs are spelt', () => {
    const [one] = staticGateways(['HTTP://Kong-1:80/'], undefined);
    expect(one).toEqual({ key: 'http://kong-1', name: 'kong-1', url: 'http://kong-1' });
  });

  it('carry the TLS name, where one is given', () => {
    expect(staticGateways(['https://10.0.0.7:8444'], 'kong.example')[0]).toMatchObject({
      serverName: 'kong.example',
    });
    expect(staticGateways(['https://10.0.0.7:8444'], undefined)[0]).not.toHaveProperty('serverName');
  });
});
