import { describe, expect, it } from '@jest/globals';
import { contradictions } from '../../../src/settings/contradictions.js';
import { readSettings } from '../../../src/settings/read.js';
import type { Problem, Raw } from '../../../src/settings/read.js';

/** What suffices to start, with no contradiction in it. */
const enough: Raw = { 'kong-admin-svc': ['kong/kong-admin'], 'config-file': ['kong.yaml'] };
const urls = (...given: string[]): Raw => ({ 'kong-admin-url': given, 'config-file': ['kong.yaml'] });

function problemsOf(flags: Raw): readonly Problem[] {
  const { values, problems } = readSettings(flags, {});
  expect(problems).toEqual([]);
  return contradictions(values);
}

const settingsAtFault = (flags: Raw): string[] => problemsOf(flags).map(({ setting }) => setting);

describe('contradictions', () => {
  it('are none in settings that make sense', () => {
    expect(problemsOf(enough)).toEqual([]);
    expect(
      problemsOf(urls('http://kong-1:8001', 'https://10.0.0.7:8444/kong', 'http://[fd00::1]:8001')),
    ).toEqual([]);
    expect(
      problemsOf({
        'kong-admin-svc': ['kong/admin'],
        'config-selector': ['silverback.dev/config=true'],
        'config-namespace': ['kong,apps'],
        'kong-admin-token-file': ['/token'],
        'kong-admin-header': ['X-One: 1', 'x-empty:', 'X-Old : 2'],
        'kong-admin-tls-client-cert-file': ['/tls.crt'],
        'kong-admin-tls-client-key-file': ['/tls.key'],
        'lease-duration': ['5s'],
        'renew-deadline': ['4s'],
        'retry-period': ['1s'],
      }),
    ).toEqual([]);
  });

  it('say what is missing: gateways, and configuration', () => {
    expect(settingsAtFault({})).toEqual([
      '--kong-admin-svc or --kong-admin-url',
      '--config-file, --config-dir or --config-selector',
    ]);
  });

  it('do not let a gateway group be both discovered and listed', () => {
    expect(settingsAtFault({ ...enough, 'kong-admin-url': ['http://kong:8001'] })).toEqual([
      '--kong-admin-svc',
    ]);
  });

  it.each(['kong-admin', 'kong/', '/admin', 'a/b/c', 'Kong/admin', 'kong/admin.svc', `${'a'.repeat(64)}/b`])(
    'do not take %p for namespace/name',
    (service) => {
      expect(settingsAtFault({ ...enough, 'kong-admin-svc': [service] })).toEqual(['--kong-admin-svc']);
    },
  );

  it('do not let the history be kept in two places, nor in one that cannot be', () => {
    const secret = { ...enough, 'history-secret': ['silverback-history'], 'history-namespace': ['kong'] };
    expect(problemsOf(secret)).toEqual([]);
    expect(settingsAtFault({ ...secret, 'data-dir': ['/data'] })).toEqual(['--history-secret']);
    expect(settingsAtFault({ ...secret, 'history-secret': ['Kong/x'] })).toEqual(['--history-secret']);
    expect(settingsAtFault({ ...enough, 'history-secret': ['a'.repeat(250)] })).toEqual(['--history-secret']);
    expect(settingsAtFault({ ...enough, 'history-namespace': ['kong'] })).toEqual(['--history-namespace']);
  });

  it('want at least one port name', () => {
    expect(settingsAtFault({ ...enough, 'kong-admin-svc-port-names': [','] })).toEqual([
      '--kong-admin-svc-port-names',
    ]);
  });

  it.each(['kong:8001', 'ftp://kong', 'http://', '10.0.0.7:8001', 'http://kong:99999'])(
    'do not take %p for a URL, and do not repeat it',
    (url) => {
      const problems = problemsOf(urls(url));
      expect(problems).toEqual([
        { setting: '--kong-admin-url', problem: 'must be a URL such as http://10.0.0.7:8001' },
      ]);
    },
  );

  it.each([
    'http://admin:s3cr3t@kong:8001',
    'http://s3cr3t@kong:8001',
    'http://kong:8001?token=s3cr3t',
    'http://kong:8001/?',
    'http://kong:8001#s3cr3t',
  ])('refuse a URL with more in it than where the gateway is: %p', (url) => {
    const problems = problemsOf(urls(url));
    expect(problems.map(({ setting }) => setting)).toEqual(['--kong-admin-url']);
    expect(JSON.stringify(problems)).not.toContain('s3cr3t');
  });

  it('tell once what is wrong with several URLs in the same way', () => {
    expect(problemsOf(urls('kong-1', 'kong-2', 'kong-3'))).toHaveLength(1);
  });

  it.each([
    ['http://kong:8001', 'http://kong:8001/'],
    ['http://kong', 'http://kong:80'],
    ['http://KONG:8001', 'http://kong:8001'],
  ])('see that %p and %p are one gateway', (one, other) => {
    expect(problemsOf(urls(one, other))).toEqual([
      { setting: '--kong-admin-url', problem: 'names the same gateway twice' },
    ]);
  });

  it.each(['kong-admin-token', 'kong-admin-ca-cert'] as const)(
    'do not take --%s both as a value and as a file',
    (name) => {
      expect(settingsAtFault({ ...enough, [name]: ['a'], [`${name}-file`]: ['/b'] })).toEqual([`--${name}`]);
    },
  );

  it('do not take a client certificate twice, nor its key', () => {
    const flags: Raw = {
      ...enough,
      'kong-admin-tls-client-cert': ['a'],
      'kong-admin-tls-client-cert-file': ['/a'],
      'kong-admin-tls-client-key': ['b'],
      'kong-admin-tls-client-key-file': ['/b'],
    };
    expect(settingsAtFault(flags)).toEqual(['--kong-admin-tls-client-cert', '--kong-admin-tls-client-key']);
  });

  it('want a client certificate and its key together, from wherever each is', () => {
    expect(settingsAtFault({ ...enough, 'kong-admin-tls-client-cert-file': ['/tls.crt'] })).toEqual([
      '--kong-admin-tls-client-cert',
    ]);
    expect(settingsAtFault({ ...enough, 'kong-admin-tls-client-key': ['pem'] })).toEqual([
      '--kong-admin-tls-client-key',
    ]);
    expect(
      problemsOf({
        ...enough,
        'kong-admin-tls-client-cert': ['pem'],
        'kong-admin-tls-client-key-file': ['/tls.key'],
      }),
    ).toEqual([]);
  });

  it.each(['kong-admin-ca-cert', 'kong-admin-ca-cert-file', 'kong-admin-tls-server-name'] as const)(
    'see no sense in --%s where nothing is verified',
    (name) => {
      expect(settingsAtFault({ ...enough, [name]: ['x'], 'kong-admin-tls-skip-verify': ['true'] })).toEqual([
        `--${name}`,
      ]);
    },
  );

  it.each([
    's3cr3t',
    ': s3cr3t',
    'X One: s3cr3t',
    'X-One: s3cr3t\u0000',
    'X-One: a\rb',
    'X-One: s3cr3t \u{1f98d}',
  ])('do not take %p for a header, tell which one it is, and do not repeat it', (header) => {
    const problems = problemsOf({ ...enough, 'kong-admin-header': ['X-Fine: 1', header] });
    expect(problems).toEqual([
      { setting: '--kong-admin-header', problem: 'must be name:value (number 2 is not)' },
    ]);
  });

  it.each([
    'Content-Type: text/plain',
    'content-length: 0',
    'Transfer-Encoding: chunked',
    'Connection: close',
  ])('do not let a header spoil the push: %p', (header) => {
    expect(settingsAtFault({ ...enough, 'kong-admin-header': [header] })).toEqual(['--kong-admin-header']);
  });

  it.each(['two\nlines', 'gorilla \u{1f98d}'])(
    'do not take %p for a token, and do not repeat it',
    (token) => {
      const problems = problemsOf({ ...enough, 'kong-admin-token': [token] });
      expect(problems).toEqual([
        { setting: '--kong-admin-token', problem: 'must be one line that an HTTP header can carry' },
      ]);
    },
  );

  it('do not let a gateway take longer to answer GET /status than a push may take', () => {
    expect(settingsAtFault({ ...enough, 'proxy-timeout-seconds': ['3'] })).toEqual([
      '--gateway-discovery-readiness-check-timeout',
    ]);
  });

  it('see no sense in a namespace of configuration without a selector', () => {
    expect(settingsAtFault({ ...enough, 'config-namespace': ['kong'] })).toEqual(['--config-namespace']);
  });

  it.each([['configmap'], ['configmaps,pods'], ['']])('cannot read %j', (kinds) => {
    const flags: Raw = { ...enough, 'config-selector': ['config=yes'], 'config-kinds': [kinds] };
    expect(settingsAtFault(flags)).toEqual(['--config-kinds']);
  });

  it('know what a label selector and a namespace look like', () => {
    const flags: Raw = {
      ...enough,
      'config-selector': ['config: true'],
      'config-namespace': ['kong', 'Apps'],
      'election-namespace': ['kong/leases'],
    };
    expect(settingsAtFault(flags)).toEqual([
      '--config-selector',
      '--config-namespace',
      '--election-namespace',
    ]);
  });

  it('keep lease duration, renew deadline and retry period apart', () => {
    expect(settingsAtFault({ ...enough, 'lease-duration': ['12s'] })).toEqual(['--renew-deadline']);
    expect(settingsAtFault({ ...enough, 'retry-period': ['9s'] })).toEqual(['--renew-deadline']);
    expect(problemsOf({ ...enough, 'lease-duration': ['12.5s'] })).toEqual([]);
  });

  it.each([
    [':9000', ':9000'],
    ['127.0.0.1:9000', ':9000'],
    ['[::1]:9000', '[::1]:9000'],
  ])('do not let probes on %p and metrics on %p share an address', (probes, metrics) => {
    expect(
      settingsAtFault({
        ...enough,
        'health-probe-bind-address': [probes],
        'metrics-bind-address': [metrics],
      }),
    ).toEqual(['--metrics-bind-address']);
  });

  it.each([
    ['off', ':9000'],
    [':0', ':0'],
    ['127.0.0.1:9000', '127.0.0.2:9000'],
  ])('let probes be on %p and metrics on %p', (probes, metrics) => {
    expect(
      problemsOf({ ...enough, 'health-probe-bind-address': [probes], 'metrics-bind-address': [metrics] }),
    ).toEqual([]);
  });

  it.each([':9256', '0.0.0.0:9256', '10.1.2.3:9256', '[::]:9256', 'silverback.example.com:9256'])(
    'do not let everybody on %p see all without a token',
    (address) => {
      const open: Raw = { ...enough, 'diagnostics-bind-address': [address] };
      expect(settingsAtFault(open)).toEqual(['--diagnostics-bind-address']);
      expect(problemsOf({ ...open, 'diagnostics-token': ['t0ken'] })).toEqual([]);
      expect(problemsOf({ ...open, 'diagnostics-token-file': ['/token'] })).toEqual([]);
    },
  );

  it.each(['127.0.0.1:9256', 'localhost:9256', '[::1]:9256', '127.0.0.2:9256', 'off'])(
    'let the diagnostics API be on %p without one',
    (address) => {
      expect(problemsOf({ ...enough, 'diagnostics-bind-address': [address] })).toEqual([]);
    },
  );

  it('want a token that a header can carry, once, and host names without ports', () => {
    expect(settingsAtFault({ ...enough, 'diagnostics-token': ['two words'] })).toEqual([
      '--diagnostics-token',
    ]);
    expect(
      settingsAtFault({ ...enough, 'diagnostics-token': ['a'], 'diagnostics-token-file': ['b'] }),
    ).toEqual(['--diagnostics-token']);
    expect(settingsAtFault({ ...enough, 'diagnostics-allowed-hosts': ['a.example:80'] })).toEqual([
      '--diagnostics-allowed-hosts',
    ]);
    expect(settingsAtFault({ ...enough, 'diagnostics-bind-address': ['127.0.0.1:10255'] })).toEqual([
      '--diagnostics-bind-address',
    ]);
  });

  it('do not arise from values that could not be read: those are told already', () => {
    const flags: Raw = {
      ...enough,
      'lease-duration': ['soon'],
      'proxy-timeout-seconds': ['quick'],
      'metrics-bind-address': ['here'],
    };
    const { values, problems } = readSettings(flags, {});
    expect(problems).toHaveLength(3);
    expect(contradictions(values)).toEqual([]);
  });

  it.each([
    ['http://{ip}:8000/health', undefined],
    ['https://{ip}:8443', undefined],
    ['{ip}:8000', 'must be a URL'],
    ['ftp://{ip}', 'must be a URL'],
    ['http://user:word@{ip}:8000', 'must not hold credentials'],
    ['http://proxy.kong.svc:8000/health', 'must hold {ip}'],
  ])('take the smoke check %s for what it is', (url, wrong) => {
    const problems = problemsOf({ ...enough, 'canary-smoke-url': [url] });
    expect(problems.map(({ setting, problem }) => [setting, problem])).toEqual(
      wrong === undefined ? [] : [['--canary-smoke-url', expect.stringContaining(wrong)]],
    );
  });

  it('let nobody set up half a smoke check', () => {
    const url = { 'canary-smoke-url': ['http://{ip}:8000/health'] };
    expect(settingsAtFault({ ...enough, 'canary-smoke-header': ['host: a.test'] })).toEqual([
      '--canary-smoke-header',
    ]);
    expect(settingsAtFault({ ...enough, ...url, canary: ['false'] })).toEqual(['--canary-smoke-url']);
    expect(settingsAtFault({ ...enough, ...url, 'canary-smoke-status': ['ok'] })).toEqual([
      '--canary-smoke-status',
    ]);
    expect(
      settingsAtFault({ ...enough, ...url, 'canary-smoke-header': ['no colon', 'Connection: close'] }),
    ).toEqual(['--canary-smoke-header', '--canary-smoke-header']);
  });
});
