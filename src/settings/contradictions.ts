import type { Problem, Values } from './read.js';
import type { SettingName } from './table.js';

const NAMESPACED = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?\/[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/;
const HEADER = /^[A-Za-z0-9_-]+\s*:/;

const problem = (setting: SettingName, text: string): Problem => ({ setting: `--${setting}`, problem: text });

/** A value and its file say the same thing twice; which one is meant cannot be known. */
function bothGiven(values: Values): Problem[] {
  const pairs: readonly (readonly [SettingName, SettingName])[] = [
    ['kong-admin-token', 'kong-admin-token-file'],
    ['kong-admin-ca-cert', 'kong-admin-ca-cert-file'],
    ['kong-admin-tls-client-cert', 'kong-admin-tls-client-cert-file'],
    ['kong-admin-tls-client-key', 'kong-admin-tls-client-key-file'],
  ];
  return pairs
    .filter(([value, file]) => values[value] !== undefined && values[file] !== undefined)
    .map(([value, file]) => problem(value, `cannot be given together with --${file}`));
}

function gatewayProblems(values: Values): Problem[] {
  const service = values['kong-admin-svc'];
  const urls = values['kong-admin-url'];
  const problems: Problem[] = [];
  if (service === undefined && urls.length === 0) {
    problems.push({
      setting: '--kong-admin-svc or --kong-admin-url',
      problem: 'is needed: without one there are no gateways to configure',
    });
  }
  if (service !== undefined && urls.length > 0) {
    problems.push(problem('kong-admin-svc', 'cannot be given together with --kong-admin-url'));
  }
  if (service !== undefined && !NAMESPACED.test(service)) {
    problems.push(problem('kong-admin-svc', `must be namespace/name, not "${service}"`));
  }
  if (values['kong-admin-svc-port-names'].length === 0) {
    problems.push(problem('kong-admin-svc-port-names', 'must name at least one port'));
  }
  for (const url of urls) {
    const parsed = URL.canParse(url) ? new URL(url) : undefined;
    if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) {
      problems.push(problem('kong-admin-url', 'must be a URL such as http://10.0.0.7:8001'));
    } else if (parsed.username !== '' || parsed.password !== '') {
      problems.push(
        problem('kong-admin-url', 'must not hold credentials: use --kong-admin-token or --kong-admin-header'),
      );
    }
  }
  if (new Set(urls.map((url) => url.replace(/\/+$/, ''))).size < urls.length) {
    problems.push(problem('kong-admin-url', 'names the same gateway twice'));
  }
  return problems;
}

function adminApiProblems(values: Values): Problem[] {
  const problems: Problem[] = [];
  const cert = values['kong-admin-tls-client-cert'] ?? values['kong-admin-tls-client-cert-file'];
  const key = values['kong-admin-tls-client-key'] ?? values['kong-admin-tls-client-key-file'];
  if ((cert === undefined) !== (key === undefined)) {
    problems.push(
      cert === undefined
        ? problem('kong-admin-tls-client-key', 'needs --kong-admin-tls-client-cert(-file) beside it')
        : problem('kong-admin-tls-client-cert', 'needs --kong-admin-tls-client-key(-file) beside it'),
    );
  }
  const skip = values['kong-admin-tls-skip-verify'];
  for (const name of [
    'kong-admin-ca-cert',
    'kong-admin-ca-cert-file',
    'kong-admin-tls-server-name',
  ] as const) {
    if (skip && values[name] !== undefined) {
      problems.push(problem(name, 'means nothing with --kong-admin-tls-skip-verify'));
    }
  }
  for (const header of values['kong-admin-header']) {
    if (!HEADER.test(header)) problems.push(problem('kong-admin-header', 'must be name:value'));
  }
  if (values['gateway-discovery-readiness-check-timeout'] > values['proxy-timeout-seconds']) {
    problems.push(
      problem('gateway-discovery-readiness-check-timeout', 'must not be longer than --proxy-timeout-seconds'),
    );
  }
  return problems;
}

function configProblems(values: Values): Problem[] {
  const selector = values['config-selector'];
  const problems: Problem[] = [];
  if (values['config-file'].length === 0 && values['config-dir'].length === 0 && selector === undefined) {
    problems.push({
      setting: '--config-file, --config-dir or --config-selector',
      problem: 'is needed: without one there is nothing to push',
    });
  }
  if (selector?.trim() === '') {
    problems.push(
      problem('config-selector', 'must not be empty: it would select every ConfigMap and Secret'),
    );
  }
  if (selector === undefined && values['config-namespace'].length > 0) {
    problems.push(problem('config-namespace', 'means nothing without --config-selector'));
  }
  return problems;
}

function electionProblems(values: Values): Problem[] {
  const lease = values['lease-duration'];
  const renew = values['renew-deadline'];
  const retry = values['retry-period'];
  const problems: Problem[] = [];
  if (renew > 0.8 * lease) {
    problems.push(problem('renew-deadline', 'must be at most 0.8 of --lease-duration'));
  }
  if (renew <= 1.2 * retry) {
    problems.push(problem('renew-deadline', 'must be more than 1.2 times --retry-period'));
  }
  return problems;
}

/** All settings that contradict each other or make no sense, at once. */
export function contradictions(values: Values): Problem[] {
  return [
    ...gatewayProblems(values),
    ...bothGiven(values),
    ...adminApiProblems(values),
    ...configProblems(values),
    ...electionProblems(values),
  ];
}
