import { describe, expect, it } from '@jest/globals';
import { parseEndpointSlice } from '../../../src/discovery/endpoint-slice.js';

const metadata = { name: 'kong-admin-x7k2p', namespace: 'kong', uid: 'u-1', resourceVersion: '7' };

/** As the API server sends it for a Pod that is up. */
const running = {
  addresses: ['10.0.0.7', '10.0.0.8'],
  conditions: { ready: true, serving: true, terminating: false },
  nodeName: 'node-1',
  zone: 'zone-a',
  targetRef: { kind: 'Pod', namespace: 'kong', name: 'kong-1', uid: 'pod-uid-1' },
};

describe('reading an EndpointSlice', () => {
  it('takes what discovery needs, and the first of the addresses, which are all the same endpoint', () => {
    const slice = parseEndpointSlice({
      metadata,
      addressType: 'IPv4',
      ports: [{ name: 'kong-admin-tls', port: 8444, protocol: 'TCP', appProtocol: 'https' }],
      endpoints: [running],
    });
    expect(slice).toEqual({
      meta: { ...metadata, labels: {}, annotations: {} },
      addressType: 'IPv4',
      ports: [{ name: 'kong-admin-tls', port: 8444, appProtocol: 'https' }],
      endpoints: [
        {
          address: '10.0.0.7',
          ready: true,
          terminating: false,
          pod: { name: 'kong-1', uid: 'pod-uid-1' },
          node: 'node-1',
          zone: 'zone-a',
        },
      ],
    });
  });

  it('reads an unknown readiness as ready, and an unknown termination as none, as the API says', () => {
    const [endpoint] = parseEndpointSlice({ metadata, endpoints: [{ addresses: ['10.0.0.7'] }] }).endpoints;
    expect(endpoint).toMatchObject({ ready: true, terminating: false, pod: undefined });
  });

  it.each([
    ['null', null],
    ['absent', undefined],
    ['empty', []],
  ])('reads ports and endpoints that are %s as none', (_name, none) => {
    const slice = parseEndpointSlice({ metadata, addressType: 'IPv6', ports: none, endpoints: none });
    expect(slice.ports).toEqual([]);
    expect(slice.endpoints).toEqual([]);
  });

  it('leaves out ports without a number and endpoints without an address', () => {
    const slice = parseEndpointSlice({
      metadata,
      ports: [{ name: 'all' }, { name: null, port: 8001 }, 'odd', null],
      endpoints: [{ addresses: [] }, { addresses: null }, { addresses: [7] }, 'odd', running],
    });
    expect(slice.ports).toEqual([{ name: '', port: 8001, appProtocol: undefined }]);
    expect(slice.endpoints.map(({ address }) => address)).toEqual(['10.0.0.7']);
  });

  it.each([
    ['something else than a Pod', { kind: 'Node', name: 'node-1', uid: 'u' }],
    ['a Pod without a UID', { kind: 'Pod', name: 'kong-1' }],
    ['a Pod with an empty UID', { kind: 'Pod', name: 'kong-1', uid: '' }],
    ['nothing', undefined],
  ])('sees no Pod where an endpoint refers to %s', (_what, targetRef) => {
    const [endpoint] = parseEndpointSlice({ metadata, endpoints: [{ ...running, targetRef }] }).endpoints;
    expect(endpoint?.pod).toBeUndefined();
  });

  it.each([undefined, null, 'slice', [], {}, { metadata: {} }, { metadata: { name: 'a' } }])(
    'refuses %p: it is no stored object',
    (object) => {
      expect(() => parseEndpointSlice(object)).toThrow(/metadata/);
    },
  );
});
