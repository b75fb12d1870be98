import { describe, expect, it } from '@jest/globals';
import { readSettings, shownSettings, unknownVariables } from '../../../src/settings/read.js';
import type { Raw } from '../../../src/settings/read.js';

const read = (flags: Raw, env: NodeJS.ProcessEnv = {}): ReturnType<typeof readSettings> =>
  readSettings(flags, env);

describe('reading settings', () => {
  it('gives defaults, parsed, when nothing is given', () => {
    const { values } = read({});
    expect(values).toMatchObject({
      'kong-admin-concurrency': 10,
      'proxy-timeout-seconds': 30_000,
      'lease-duration': 15_000,
      debounce: 100,
      'leader-elect': 'auto',
      'config-file': [],
      observe: false,
      'health-probe-bind-address': { host: undefined, port: 10_254 },
    });
    expect(values['kong-admin-svc']).toBeUndefined();
  });

  it('takes a flag over the environment, and the environment over the default', () => {
    const env = { CONTROLLER_LEASE_DURATION: '20s', CONTROLLER_RETRY_PERIOD: '3s' };
    const { values } = read({ 'lease-duration': ['30s'] }, env);
    expect(values['lease-duration']).toBe(30_000);
    expect(values['retry-period']).toBe(3_000);
    expect(values['renew-deadline']).toBe(10_000);
  });

  it('takes an empty or blank variable for an unset one', () => {
    const { values, problems } = read(
      {},
      { CONTROLLER_KONG_ADMIN_SVC: '', CONTROLLER_LEASE_DURATION: ' \n' },
    );
    expect(values['kong-admin-svc']).toBeUndefined();
    expect(values['lease-duration']).toBe(15_000);
    expect(problems).toEqual([]);
  });

  it('calls an empty flag a mistake: a template may have lost its value', () => {
    expect(read({ 'kong-admin-token': [''], 'kong-admin-svc': [' '] }).problems).toEqual([
      { setting: '--kong-admin-svc', problem: 'must not be empty; leave it out instead' },
      { setting: '--kong-admin-token', problem: 'must not be empty; leave it out instead' },
    ]);
  });

  it('takes the space off the ends of a value: variables from Secrets often end in a line break', () => {
    const { values } = read({}, { CONTROLLER_KONG_ADMIN_TOKEN: 'token\n', CONTROLLER_LOG_LEVEL: ' debug ' });
    expect(values['kong-admin-token']).toBe('token');
    expect(values['log-level']).toBe('debug');
  });

  it('takes the last of a flag that is given several times', () => {
    expect(read({ 'lease-duration': ['20s', '30s'] }).values['lease-duration']).toBe(30_000);
  });

  it('collects lists from repeated flags and from commas alike', () => {
    expect(read({ 'config-file': ['a.yaml,b.yaml', 'c.yaml'] }).values['config-file']).toEqual([
      'a.yaml',
      'b.yaml',
      'c.yaml',
    ]);
    expect(
      read({}, { CONTROLLER_KONG_ADMIN_URL: 'http://a:8001, http://b:8001' }).values['kong-admin-url'],
    ).toEqual(['http://a:8001', 'http://b:8001']);
  });

  it('does not mix a flag with its variable', () => {
    const { values } = read({ 'config-file': ['a.yaml'] }, { CONTROLLER_CONFIG_FILE: 'b.yaml' });
    expect(values['config-file']).toEqual(['a.yaml']);
  });

  it('leaves commas inside headers, and takes one header per line from the environment', () => {
    expect(read({ 'kong-admin-header': ['Accept: a, b'] }).values['kong-admin-header']).toEqual([
      'Accept: a, b',
    ]);
    expect(
      read({}, { CONTROLLER_KONG_ADMIN_HEADER: 'X-One: 1, 2\nX-Two: 3\n' }).values['kong-admin-header'],
    ).toEqual(['X-One: 1, 2', 'X-Two: 3']);
  });

  it('tells all that is wrong at once, each as the user wrote it', () => {
    const { problems } = read(
      { 'lease-duration': ['soon'], 'leader-elect': ['perhaps'], observe: ['sometimes'] },
      { CONTROLLER_KONG_ADMIN_CONCURRENCY: '0', CONTROLLER_METRICS_BIND_ADDRESS: '10255' },
    );
    expect(problems).toEqual([
      { setting: 'CONTROLLER_KONG_ADMIN_CONCURRENCY', problem: 'must be at least 1' },
      { setting: '--leader-elect', problem: 'must be one of auto, on, off' },
      { setting: '--lease-duration', problem: 'must be a duration such as 300ms, 15s, 2m or 1h30m' },
      { setting: '--observe', problem: 'must be true or false' },
      {
        setting: 'CONTROLLER_METRICS_BIND_ADDRESS',
        problem: 'must be an address such as :10254 or 127.0.0.1:10254, or off',
      },
    ]);
  });

  it('repeats no value in what it says is wrong: it may be a secret in the wrong place', () => {
    const { problems } = read({
      'lease-duration': ['s3cr3t'],
      'log-level': ['s3cr3t'],
      observe: ['s3cr3t'],
      'kong-admin-concurrency': ['s3cr3t'],
      'proxy-timeout-seconds': ['s3cr3t'],
      'metrics-bind-address': ['s3cr3t'],
    });
    expect(problems).toHaveLength(6);
    expect(JSON.stringify(problems)).not.toContain('s3cr3t');
  });

  it('puts something harmless where a value is ill-formed, so that no other problem follows from it', () => {
    const { values } = read({ 'lease-duration': ['soon'], observe: ['sometimes'], 'log-level': ['loud'] });
    expect(values['lease-duration']).toBeNaN();
    expect(values.observe).toBe(false);
    expect(values['log-level']).toBe('info');
  });
});

describe('unknown variables', () => {
  it('are those that look like ours and name no setting', () => {
    expect(
      unknownVariables({
        CONTROLLER_KONG_ADMIN_SVC: 'kong/admin',
        CONTROLLER_KONG_ADMIN_SVCS: 'kong/admin',
        CONTROLLER_INGRESS_CLASS: 'kong',
        KONG_DATABASE: 'off',
        PATH: '/bin',
      }),
    ).toEqual(['CONTROLLER_INGRESS_CLASS', 'CONTROLLER_KONG_ADMIN_SVCS']);
  });

  it('are not what Kubernetes injects for a Service named controller-metrics, or controller', () => {
    expect(
      unknownVariables({
        CONTROLLER_METRICS_SERVICE_HOST: '10.0.0.1',
        CONTROLLER_METRICS_SERVICE_PORT: '443',
        CONTROLLER_METRICS_SERVICE_PORT_HTTPS: '443',
        CONTROLLER_METRICS_PORT: 'tcp://10.0.0.1:443',
        CONTROLLER_METRICS_PORT_443_TCP: 'tcp://10.0.0.1:443',
        CONTROLLER_METRICS_PORT_443_TCP_PROTO: 'tcp',
        CONTROLLER_METRICS_PORT_443_TCP_PORT: '443',
        CONTROLLER_METRICS_PORT_443_TCP_ADDR: '10.0.0.1',
        CONTROLLER_SERVICE_HOST: '10.0.0.2',
        CONTROLLER_SERVICE_PORT: '80',
        CONTROLLER_PORT: 'udp://10.0.0.2:80',
        CONTROLLER_PORT_80_UDP: 'udp://10.0.0.2:80',
      }),
    ).toEqual([]);
  });

  it('are names like those, too, where there is no such Service', () => {
    expect(unknownVariables({ CONTROLLER_METRICS_PORT: '10255' })).toEqual(['CONTROLLER_METRICS_PORT']);
  });

  it('never include a setting, even where a Service is named like one', () => {
    expect(
      unknownVariables({
        CONTROLLER_KONG_ADMIN_SVC_SERVICE_HOST: '10.0.0.1',
        CONTROLLER_KONG_ADMIN_SVC_PORT: 'tcp://10.0.0.1:80',
        CONTROLLER_KONG_ADMIN_SVC_PORT_NAMES: 'admin',
      }),
    ).toEqual([]);
  });
});

describe('showing settings', () => {
  it('shows every secret as ***, and only what is set', () => {
    const { values } = read({
      'kong-admin-token': ['t0ken'],
      'kong-admin-header': ['X-Key: k3y'],
      'kong-admin-tls-client-key': ['-----BEGIN PRIVATE KEY-----'],
      'kong-admin-svc': ['kong/admin'],
    });
    const shown = shownSettings(values);
    expect(shown).toMatchObject({
      'kong-admin-token': '***',
      'kong-admin-header': '***',
      'kong-admin-tls-client-key': '***',
      'kong-admin-svc': 'kong/admin',
      'lease-duration': 15_000,
    });
    expect(JSON.stringify(shown)).not.toMatch(/t0ken|k3y|PRIVATE/);
    const unset = shownSettings(read({}).values);
    expect(unset['kong-admin-token']).toBeUndefined();
    expect(unset['kong-admin-header']).toEqual([]);
  });
});
