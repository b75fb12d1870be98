import { describe, expect, it } from '@jest/globals';
import { readSettings } from '../../../src/settings/read.js';
import { envName, SETTING_NAMES, SETTINGS } from '../../../src/settings/table.js';
import type { SettingDefinition } from '../../../src/settings/table.js';

const definitions = SETTING_NAMES.map((name): [string, SettingDefinition] => [name, SETTINGS[name]]);

describe('the settings table', () => {
  it('has every setting that the Kong Ingress Controller names alike, with its default', () => {
    const shared = {
      'kong-admin-svc': undefined,
      'kong-admin-url': undefined,
      'kong-admin-concurrency': '10',
      'kong-admin-token': undefined,
      'kong-admin-token-file': undefined,
      'kong-admin-header': undefined,
      'kong-workspace': undefined,
      'kong-admin-tls-skip-verify': 'false',
      'kong-admin-tls-server-name': undefined,
      'kong-admin-ca-cert': undefined,
      'kong-admin-ca-cert-file': undefined,
      'kong-admin-tls-client-cert': undefined,
      'kong-admin-tls-client-cert-file': undefined,
      'kong-admin-tls-client-key': undefined,
      'kong-admin-tls-client-key-file': undefined,
      'proxy-timeout-seconds': '30',
      'gateway-discovery-readiness-check-interval': '10s',
      'gateway-discovery-readiness-check-timeout': '5s',
      'election-id': '5b374a9e.konghq.com',
      'election-namespace': undefined,
      kubeconfig: undefined,
      'health-probe-bind-address': ':10254',
      'metrics-bind-address': ':10255',
    };
    const ours = new Map(definitions);
    for (const [name, fallback] of Object.entries(shared)) {
      expect([name, ours.get(name)?.default]).toEqual([name, fallback]);
      expect(ours.has(name)).toBe(true);
    }
  });

  it("also takes the plain HTTP ports of Kong's chart by default, the TLS ones first", () => {
    expect(SETTINGS['kong-admin-svc-port-names'].default).toBe('admin-tls,kong-admin-tls,admin,kong-admin');
  });

  it('gives every setting its own environment variable, in the Kong Ingress Controller’s spelling', () => {
    expect(envName('kong-admin-svc')).toBe('CONTROLLER_KONG_ADMIN_SVC');
    const names = SETTING_NAMES.map(envName);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^CONTROLLER_[A-Z][A-Z_]*$/);
  });

  it('names no setting as Kubernetes names what it injects for Services', () => {
    for (const name of SETTING_NAMES.map(envName)) {
      expect(name).not.toMatch(/_(SERVICE_HOST|SERVICE_PORT.*|PORT(_\d.*)?)$/);
    }
  });

  it('has defaults that are good values', () => {
    expect(readSettings({}, {}).problems).toEqual([]);
  });

  it('has a default wherever a value can be ill-formed, so that something stands for it', () => {
    const without = definitions.filter(
      ([, { kind, choices, default: fallback }]) =>
        fallback === undefined && kind !== 'list' && (kind !== 'text' || choices !== undefined),
    );
    expect(without).toEqual([]);
  });

  it('bounds every number from both sides: a typo must not mean for ever, nor a hot loop', () => {
    const unbounded = definitions.filter(
      ([, { kind, min, max }]) =>
        ['count', 'seconds', 'duration'].includes(kind) && (min === undefined || max === undefined),
    );
    expect(unbounded).toEqual([]);
  });

  it('keeps every time below what a timer can hold', () => {
    for (const [, { max }] of definitions) expect(max ?? 0).toBeLessThan(2 ** 31);
  });

  it('marks as secret what is one, and takes it from a file, too', () => {
    const secrets = definitions.filter(([, { secret }]) => secret === true).map(([name]) => name);
    expect(secrets).toEqual([
      'kong-admin-token',
      'kong-admin-header',
      'kong-admin-tls-client-key',
      'canary-smoke-header',
      'diagnostics-token',
    ]);
    for (const name of SETTING_NAMES.filter((each) => /(token|cert|key)$/.test(each))) {
      expect(SETTING_NAMES).toContain(`${name}-file`);
    }
  });

  it('lists the settings of a group one after the other, as help and page show them', () => {
    const groups = definitions.map(([, { group }]) => group);
    const runs = groups.filter((group, index) => group !== groups[index - 1]);
    expect(runs).toEqual([...new Set(groups)]);
  });

  it('says what each setting means', () => {
    for (const [, { help }] of definitions) expect(help.length).toBeGreaterThan(15);
  });
});
