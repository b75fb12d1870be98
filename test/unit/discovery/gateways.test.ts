import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { EndpointSlice, SliceEndpoint, SlicePort } from '../../../src/discovery/endpoint-slice.js';
import { gatewaysOf } from '../../../src/discovery/gateways.js';
import type { DiscoveryRules } from '../../../src/discovery/gateways.js';

const rules: DiscoveryRules = {
  namespace: 'kong',
  service: 'kong-admin',
  portNames: ['admin-tls', 'kong-admin-tls', 'admin', 'kong-admin'],
  serverName: undefined,
};

const port = (name: string, number = 8001, appProtocol?: string): SlicePort => ({
  name,
  port: number,
  appProtocol,
});

const endpoint = (address: string, pod?: string, more: Partial<SliceEndpoint> = {}): SliceEndpoint => ({
  address,
  ready: true,
  terminating: false,
  pod: pod === undefined ? undefined : { name: pod, uid: `uid-of-${pod}` },
  node: undefined,
  zone: undefined,
  ...more,
});

const slice = (
  endpoints: readonly SliceEndpoint[],
  {
    name = 'kong-admin-abcde',
    addressType = 'IPv4',
    ports = [port('kong-admin')],
  }: { name?: string; addressType?: string; ports?: readonly SlicePort[] } = {},
): EndpointSlice => ({
  service: undefined,
  meta: { name, namespace: 'kong', uid: 'u', resourceVersion: '1', labels: {}, annotations: {} },
  addressType,
  ports,
  endpoints,
});

const urlsOf = (slices: readonly EndpointSlice[], more: Partial<DiscoveryRules> = {}): string[] =>
  gatewaysOf(slices, { ...rules, ...more }).gateways.map(({ url }) => url);

describe('the gateways behind a Service', () => {
  it('are its Pods, with all that is known of them', () => {
    const found = gatewaysOf(
      [slice([endpoint('10.0.0.7', 'kong-1', { node: 'node-1', zone: 'zone-a' })])],
      rules,
    );
    expect(found).toEqual({
      gateways: [
        {
          key: 'uid-of-kong-1',
          name: 'kong-1',
          url: 'http://10.0.0.7:8001',
          ready: true,
          object: { apiVersion: 'v1', kind: 'Pod', namespace: 'kong', name: 'kong-1', uid: 'uid-of-kong-1' },
          node: 'node-1',
          zone: 'zone-a',
        },
      ],
      problems: [],
    });
  });

  it('are collected from all of its slices, ordered by name', () => {
    const found = gatewaysOf(
      [
        slice([endpoint('10.0.0.9', 'kong-3'), endpoint('10.0.0.7', 'kong-1')], { name: 'a' }),
        slice([endpoint('10.0.0.8', 'kong-2')], { name: 'b' }),
      ],
      rules,
    );
    expect(found.gateways.map(({ name }) => name)).toEqual(['kong-1', 'kong-2', 'kong-3']);
  });

  it('are none where there are no slices, or empty ones: a normal state, no problem', () => {
    expect(gatewaysOf([], rules)).toEqual({ gateways: [], problems: [] });
    expect(gatewaysOf([slice([], { ports: [] })], rules)).toEqual({ gateways: [], problems: [] });
  });

  it('include Pods that are not ready: a DB-less Kong is not, before it has a configuration', () => {
    const [gateway] = gatewaysOf([slice([endpoint('10.0.0.7', 'kong-1', { ready: false })])], rules).gateways;
    expect(gateway).toMatchObject({ name: 'kong-1', ready: false });
  });

  it('do not include Pods that terminate', () => {
    const found = gatewaysOf([slice([endpoint('10.0.0.7', 'kong-1', { terminating: true })])], rules);
    expect(found).toEqual({ gateways: [], problems: [] });
  });

  it('do not include a Pod that another slice, which lags behind, still lists as running', () => {
    const terminating = slice([endpoint('10.0.0.7', 'kong-1', { terminating: true })], { name: 'a' });
    const stale = slice([endpoint('10.0.0.7', 'kong-1')], { name: 'b' });
    expect(urlsOf([terminating, stale])).toEqual([]);
    expect(urlsOf([stale, terminating])).toEqual([]);
  });

  it('are named by their address where they are no Pods', () => {
    const found = gatewaysOf([slice([endpoint('10.0.0.7')])], rules);
    expect(found.gateways).toEqual([
      { key: '10.0.0.7:8001', name: '10.0.0.7:8001', url: 'http://10.0.0.7:8001', ready: true },
    ]);
  });
});

describe('one Pod', () => {
  it('is one gateway when dual-stack lists it twice, by its IPv4 address', () => {
    const v4 = slice([endpoint('10.0.0.7', 'kong-1')], { name: 'v4' });
    const v6 = slice([endpoint('fd00::7', 'kong-1')], { name: 'v6', addressType: 'IPv6' });
    expect(urlsOf([v6, v4])).toEqual(['http://10.0.0.7:8001']);
  });

  it('has brackets around an IPv6 address', () => {
    expect(urlsOf([slice([endpoint('fd00::7', 'kong-1')], { addressType: 'IPv6' })])).toEqual([
      'http://[fd00::7]:8001',
    ]);
  });

  it('is one gateway when several ports match, by the port that the setting names first', () => {
    const ports = [port('kong-admin', 8001), port('kong-admin-tls', 8444)];
    const slices = [slice([endpoint('10.0.0.7', 'kong-1')], { ports })];
    expect(urlsOf(slices)).toEqual(['https://10.0.0.7:8444']);
    expect(urlsOf(slices, { portNames: ['kong-admin', 'kong-admin-tls'] })).toEqual(['http://10.0.0.7:8001']);
  });

  it('is reached at a better port over IPv6 rather than at a worse one over IPv4', () => {
    const v4 = slice([endpoint('10.0.0.7', 'kong-1')], { ports: [port('admin')] });
    const v6 = slice([endpoint('fd00::7', 'kong-1')], {
      addressType: 'IPv6',
      ports: [port('kong-admin-tls', 8444)],
    });
    expect(urlsOf([v4, v6])).toEqual(['https://[fd00::7]:8444']);
  });

  it('is one gateway while it moves from slice to slice, and ready when either says so', () => {
    const slices = [
      slice([endpoint('10.0.0.7', 'kong-1', { ready: false })], { name: 'a' }),
      slice([endpoint('10.0.0.7', 'kong-1', { ready: true })], { name: 'b' }),
    ];
    for (const order of [slices, [...slices].reverse()]) {
      expect(gatewaysOf(order, rules).gateways).toMatchObject([{ name: 'kong-1', ready: true }]);
    }
  });
});

describe('one address', () => {
  it('is one gateway, though an old Pod is still listed under it: loads in one Kong must never overlap', () => {
    const found = gatewaysOf(
      [slice([endpoint('10.0.0.7', 'kong-1'), endpoint('10.0.0.7', 'kong-2')])],
      rules,
    );
    expect(found.gateways).toHaveLength(1);
  });

  it('may be two gateways on two ports', () => {
    const slices = [
      slice([endpoint('10.0.0.7', 'kong-1')], { name: 'a', ports: [port('admin', 8001)] }),
      slice([endpoint('10.0.0.7', 'kong-2')], { name: 'b', ports: [port('admin', 9001)] }),
    ];
    expect(urlsOf(slices)).toEqual(['http://10.0.0.7:8001', 'http://10.0.0.7:9001']);
  });

  it('leaves a Pod its other address', () => {
    const slices = [
      slice([endpoint('10.0.0.7', 'kong-1'), endpoint('10.0.0.7', 'kong-2')], { name: 'v4' }),
      slice([endpoint('fd00::7', 'kong-2')], { name: 'v6', addressType: 'IPv6' }),
    ];
    expect(urlsOf(slices)).toEqual(['http://10.0.0.7:8001', 'http://[fd00::7]:8001']);
  });
});

describe('the scheme', () => {
  it.each([
    ['kong-admin-tls', undefined, 'https'],
    ['admin-tls', undefined, 'https'],
    ['https', undefined, 'https'],
    ['kong-admin', undefined, 'http'],
    ['admin', undefined, 'http'],
    ['tls-admin', undefined, 'http'],
    ['admin', 'https', 'https'],
    ['admin', 'HTTPS', 'https'],
    ['admin', 'tls', 'https'],
    ['admin', 'kubernetes.io/https', 'https'],
    ['admin-tls', 'http', 'http'],
    ['admin-tls', 'kubernetes.io/h2c', 'https'],
    ['admin', 'tcp', 'http'],
  ])('of port %p with appProtocol %p is %s', (name, appProtocol, scheme) => {
    const slices = [slice([endpoint('10.0.0.7', 'kong-1')], { ports: [port(name, 1234, appProtocol)] })];
    expect(urlsOf(slices, { portNames: [name] })).toEqual([`${scheme}://10.0.0.7:1234`]);
  });

  it('of https brings the name that the certificate must carry', () => {
    const slices = [slice([endpoint('10.0.0.7', 'kong-1')], { ports: [port('admin-tls', 8444)] })];
    expect(gatewaysOf(slices, rules).gateways[0]?.serverName).toBe('pod.kong-admin.kong.svc');
    expect(gatewaysOf(slices, { ...rules, serverName: 'kong.example' }).gateways[0]?.serverName).toBe(
      'kong.example',
    );
  });

  it('of http brings none', () => {
    const slices = [slice([endpoint('10.0.0.7', 'kong-1')])];
    expect(gatewaysOf(slices, { ...rules, serverName: 'kong.example' }).gateways[0]).not.toHaveProperty(
      'serverName',
    );
  });
});

describe('what cannot be used', () => {
  it('is told for a slice without a port of a known name, with the names that it has', () => {
    const found = gatewaysOf(
      [slice([endpoint('10.0.0.7', 'kong-1')], { ports: [port('proxy'), port('status')] })],
      { ...rules, portNames: ['admin', 'admin-tls'] },
    );
    expect(found).toEqual({
      gateways: [],
      problems: [
        'EndpointSlice kong-admin-abcde has no port named admin or admin-tls, only proxy, status; set --kong-admin-svc-port-names',
      ],
    });
  });

  it.each([['unnamed', [port('')]] as const, ['absent', []] as const])(
    'is told for a slice whose ports are %s, with the Service to mend',
    (_what, ports) => {
      const found = gatewaysOf([slice([endpoint('10.0.0.7', 'kong-1')], { ports })], {
        ...rules,
        portNames: ['admin'],
      });
      expect(found.gateways).toEqual([]);
      expect(found.problems).toEqual([
        'EndpointSlice kong-admin-abcde has no port named admin; name the port in Service kong/kong-admin',
      ]);
    },
  );

  it('is told for addresses that are host names', () => {
    const found = gatewaysOf([slice([endpoint('kong.example')], { addressType: 'FQDN' })], rules);
    expect(found.gateways).toEqual([]);
    expect(found.problems).toEqual([
      'EndpointSlice kong-admin-abcde lists FQDN addresses, which are not followed; IPv4 and IPv6 are',
    ]);
  });

  it('does not keep the rest from being used', () => {
    const found = gatewaysOf(
      [
        slice([endpoint('kong.example')], { name: 'a', addressType: 'FQDN' }),
        slice([endpoint('10.0.0.8', 'kong-2')], { name: 'b', ports: [port('proxy')] }),
        slice([endpoint('10.0.0.7', 'kong-1')], { name: 'c' }),
      ],
      rules,
    );
    expect(found.gateways.map(({ name }) => name)).toEqual(['kong-1']);
    expect(found.problems).toHaveLength(2);
  });
});

describe('whatever the slices say', () => {
  const someEndpoint = fc.record<SliceEndpoint>({
    address: fc.constantFrom('10.0.0.1', '10.0.0.2', '10.0.0.3'),
    ready: fc.boolean(),
    terminating: fc.constantFrom(true, false, false, false),
    pod: fc.option(
      fc.constantFrom('a', 'b', 'c').map((name) => ({ name: `kong-${name}`, uid: `uid-${name}` })),
      { nil: undefined },
    ),
    node: fc.constantFrom(undefined, 'node-1', 'node-2'),
    zone: fc.constantFrom(undefined, 'zone-a'),
  });
  const someSlice = fc
    .record({
      name: fc.constantFrom('s1', 's2', 's3', 's4'),
      addressType: fc.constantFrom('IPv4', 'IPv4', 'IPv6', 'FQDN'),
      ports: fc.subarray([port('admin', 8001), port('admin-tls', 8444), port('proxy', 8000), port('', 1)]),
      endpoints: fc.array(someEndpoint, { maxLength: 5 }),
    })
    .map(({ endpoints, ...rest }) => slice(endpoints, rest));
  const someSlices = fc.array(someSlice, { maxLength: 6 });
  const shuffled = someSlices.chain((slices) =>
    fc.tuple(
      fc.constant(slices),
      fc.shuffledSubarray(slices, { minLength: slices.length, maxLength: slices.length }),
    ),
  );

  it('their order does not matter', () => {
    fc.assert(
      fc.property(shuffled, ([slices, others]) => {
        const reversed = others.map((each) => ({ ...each, endpoints: [...each.endpoints].reverse() }));
        expect(gatewaysOf(reversed, rules)).toEqual(gatewaysOf(slices, rules));
      }),
      { numRuns: 500 },
    );
  });

  it('no gateway and no address comes twice, and nothing that terminates is among them', () => {
    fc.assert(
      fc.property(someSlices, (slices) => {
        const { gateways } = gatewaysOf(slices, rules);
        const hosts = gateways.map(({ url }) => new URL(url).host);
        expect(new Set(gateways.map(({ key }) => key)).size).toBe(gateways.length);
        expect(new Set(hosts).size).toBe(hosts.length);
        const ending = slices
          .filter(
            ({ addressType, ports }) =>
              addressType !== 'FQDN' && ports.some(({ name }) => /^admin/.test(name)),
          )
          .flatMap(({ endpoints }) => endpoints)
          .filter(({ terminating, pod }) => terminating && pod !== undefined)
          .map(({ pod }) => pod?.uid);
        for (const { key } of gateways) expect(ending).not.toContain(key);
      }),
      { numRuns: 500 },
    );
  });
});
