import { isLabelSelector } from './label-selector.js';
import { parseStatusRanges } from './status-ranges.js';
import type { Problem, Values } from './read.js';
import type { SettingName } from './table.js';

/** The name of a namespace or a Service (DNS-1123 label). */
const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
/** A header's name and value as HTTP can carry them (RFC 9110, 5.1 and 5.5). */
const HEADER = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)[\t ]*:[\t -~\u0080-\u00ff]*$/;
/** The name of a Secret (DNS-1123 subdomain), with room for the number of a slot. */
const SECRET_NAME = /^(?=.{1,249}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const HEADER_VALUE = /^[\t -~\u0080-\u00ff]*$/;
/** Headers that a push sets itself: Kong's hash, and the framing of the request, hang on them. */
const OWN_HEADERS = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'transfer-encoding',
]);

const FRAMING_HEADERS = new Set(['connection', 'content-length', 'expect', 'transfer-encoding']);

const problem = (setting: SettingName, text: string): Problem => ({ setting: `--${setting}`, problem: text });

/** A value and its file say the same thing twice; which one is meant cannot be known. */
function bothGiven(values: Values): Problem[] {
  const pairs: readonly (readonly [SettingName, SettingName])[] = [
    ['kong-admin-token', 'kong-admin-token-file'],
    ['kong-admin-ca-cert', 'kong-admin-ca-cert-file'],
    ['kong-admin-tls-client-cert', 'kong-admin-tls-client-cert-file'],
    ['kong-admin-tls-client-key', 'kong-admin-tls-client-key-file'],
    ['diagnostics-token', 'diagnostics-token-file'],
  ];
  return pairs
    .filter(([value, file]) => values[value] !== undefined && values[file] !== undefined)
    .map(([value, file]) => problem(value, `cannot be given together with --${file}`));
}

function isNamespacedName(text: string): boolean {
  const parts = text.split('/');
  return parts.length === 2 && parts.every((part) => LABEL.test(part));
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
  if (service !== undefined && !isNamespacedName(service)) {
    problems.push(problem('kong-admin-svc', `must be namespace/name, not "${service}"`));
  }
  if (values['kong-admin-svc-port-names'].length === 0) {
    problems.push(problem('kong-admin-svc-port-names', 'must name at least one port'));
  }
  const bad = urls.flatMap((url) => urlProblem(url) ?? []);
  problems.push(...[...new Set(bad)].map((text) => problem('kong-admin-url', text)));
  const distinct = new Set(
    urls.map((url) => (URL.canParse(url) ? new URL(url).href : url).replace(/\/+$/, '')),
  );
  if (distinct.size < urls.length) problems.push(problem('kong-admin-url', 'names the same gateway twice'));
  return problems;
}

/** The URL itself is not repeated: it may hold a secret in the wrong place. */
function urlProblem(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    return 'must be a URL such as http://10.0.0.7:8001';
  }
  if (url.username !== '' || url.password !== '') {
    return 'must not hold credentials: use --kong-admin-token or --kong-admin-header';
  }
  if (/[?#]/.test(text)) return 'must end with the path: no ? and no #';
  return undefined;
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
  if (!HEADER_VALUE.test(values['kong-admin-token'] ?? '')) {
    problems.push(problem('kong-admin-token', 'must be one line that an HTTP header can carry'));
  }
  problems.push(...headerProblems('kong-admin-header', values['kong-admin-header'], OWN_HEADERS));
  if (values['gateway-discovery-readiness-check-timeout'] > values['proxy-timeout-seconds']) {
    problems.push(
      problem('gateway-discovery-readiness-check-timeout', 'must not be longer than --proxy-timeout-seconds'),
    );
  }
  return problems;
}

function headerProblems(
  setting: SettingName,
  headers: readonly string[],
  own: ReadonlySet<string>,
): Problem[] {
  return headers.flatMap((header, index) => {
    const name = HEADER.exec(header)?.[1]?.toLowerCase();
    if (name === undefined) {
      // Its text is secret; its place is not.
      return problem(setting, `must be name:value (number ${index + 1} is not)`);
    }
    return own.has(name) ? problem(setting, `cannot set ${name}: every request sets it itself`) : [];
  });
}

function rolloutProblems(values: Values): Problem[] {
  const url = values['canary-smoke-url'];
  const headers = values['canary-smoke-header'];
  const problems = headerProblems('canary-smoke-header', headers, FRAMING_HEADERS);
  if (parseStatusRanges(values['canary-smoke-status']) === undefined) {
    problems.push(problem('canary-smoke-status', 'must be statuses such as 200-399 or 200,401'));
  }
  if (url === undefined) {
    if (headers.length > 0)
      problems.push(problem('canary-smoke-header', 'means nothing without --canary-smoke-url'));
    return problems;
  }
  const shown = url.replaceAll('{ip}', '10.0.0.7');
  const parsed = URL.canParse(shown) ? new URL(shown) : undefined;
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) {
    problems.push(problem('canary-smoke-url', 'must be a URL such as http://{ip}:8000/health'));
  } else if (parsed.username !== '' || parsed.password !== '') {
    problems.push(problem('canary-smoke-url', 'must not hold credentials: use --canary-smoke-header'));
  } else if (shown === url) {
    problems.push(problem('canary-smoke-url', "must hold {ip}, which stands for the canary's pod IP"));
  }
  if (!values.canary) problems.push(problem('canary-smoke-url', 'means nothing with --canary=false'));
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
  if (selector !== undefined && !isLabelSelector(selector)) {
    problems.push(problem('config-selector', 'must be a label selector such as silverback.dev/config=true'));
  }
  if (selector === undefined && values['config-namespace'].length > 0) {
    problems.push(problem('config-namespace', 'means nothing without --config-selector'));
  }
  const kinds = values['config-kinds'];
  if (kinds.length === 0 || !kinds.every((kind) => kind === 'configmaps' || kind === 'secrets')) {
    problems.push(problem('config-kinds', 'must be configmaps, secrets or both'));
  }
  if (!values['config-namespace'].every((namespace) => LABEL.test(namespace))) {
    problems.push(problem('config-namespace', 'must be the name of a namespace, such as kong'));
  }
  return problems;
}

/** What is wrong with where the history is kept; the other settings do not matter. */
export function historyProblems(values: Values): Problem[] {
  const secret = values['history-secret'];
  const namespace = values['history-namespace'];
  const problems: Problem[] = [];
  if (secret !== undefined && values['data-dir'] !== undefined)
    problems.push(problem('history-secret', 'cannot be given together with --data-dir'));
  if (secret !== undefined && !SECRET_NAME.test(secret))
    problems.push(problem('history-secret', 'must be the name of a Secret, such as silverback-history'));
  if (namespace !== undefined && !LABEL.test(namespace))
    problems.push(problem('history-namespace', 'must be the name of a namespace, such as kong'));
  if (namespace !== undefined && secret === undefined)
    problems.push(problem('history-namespace', 'means nothing without --history-secret'));
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
  const namespace = values['election-namespace'];
  if (namespace !== undefined && !LABEL.test(namespace)) {
    problems.push(problem('election-namespace', 'must be the name of a namespace, such as kong'));
  }
  return problems;
}

/** What concerns the objects that hold configuration means nothing where none do. */
function objectProblems(values: Values): Problem[] {
  if (values['config-selector'] !== undefined) return [];
  const text = 'means nothing without --config-selector';
  return [
    ...(values['annotate-sources'] ? [problem('annotate-sources', text)] : []),
    ...(values['admission-webhook-listen'] === undefined ? [] : [problem('admission-webhook-listen', text)]),
  ];
}

const ADDRESSES = [
  'health-probe-bind-address',
  'metrics-bind-address',
  'diagnostics-bind-address',
  'admission-webhook-listen',
] as const satisfies readonly SettingName[];

/** Each of the addresses that are the same as one before. */
function addressProblems(values: Values): Problem[] {
  return ADDRESSES.flatMap((name, index) => {
    const own = values[name];
    if (own === undefined || own.port === 0) return [];
    const taken = ADDRESSES.slice(0, index).find((other) => {
      const address = values[other];
      if (address?.port !== own.port) return false;
      return address.host === own.host || address.host === undefined || own.host === undefined;
    });
    return taken === undefined ? [] : [problem(name, `must differ from --${taken}`)];
  });
}

const isLoopback = (host: string | undefined): boolean =>
  host !== undefined && /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/i.test(host);

function diagnosticsProblems(values: Values): Problem[] {
  const address = values['diagnostics-bind-address'];
  const token = values['diagnostics-token'];
  const problems: Problem[] = [];
  const isOpen = token === undefined && values['diagnostics-token-file'] === undefined;
  if (address !== undefined && !isLoopback(address.host) && isOpen) {
    const how = 'is no loopback address: whoever reaches it would see all; it needs --diagnostics-token-file';
    problems.push(problem('diagnostics-bind-address', how));
  }
  if (token !== undefined && !/^[!-~]+$/.test(token))
    problems.push(problem('diagnostics-token', 'must be one word of printable ASCII, without spaces'));
  if (!values['diagnostics-allowed-hosts'].every((host) => /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/i.test(host)))
    problems.push(
      problem(
        'diagnostics-allowed-hosts',
        'must be host names such as silverback.example.com, without ports',
      ),
    );
  return problems;
}

/** What is wrong with how one gateway is to be reached; the other settings do not matter. */
export function connectionProblems(values: Values): Problem[] {
  const urls = values['kong-admin-url'];
  const [url] = urls;
  const wrong = url === undefined ? 'is needed' : urls.length > 1 ? 'must be one' : urlProblem(url);
  return [
    ...(wrong === undefined ? [] : [problem('kong-admin-url', wrong)]),
    ...bothGiven(values),
    ...adminApiProblems(values),
  ];
}

/** What is wrong with which gateways there are, and with how they are pushed to; the other settings do not matter. */
export function fleetProblems(values: Values): Problem[] {
  return [
    ...gatewayProblems(values),
    ...bothGiven(values),
    ...adminApiProblems(values),
    ...rolloutProblems(values),
  ];
}

/** All settings that contradict each other or make no sense, at once. */
export function contradictions(values: Values): Problem[] {
  return [
    ...gatewayProblems(values),
    ...bothGiven(values),
    ...adminApiProblems(values),
    ...configProblems(values),
    ...historyProblems(values),
    ...rolloutProblems(values),
    ...electionProblems(values),
    ...addressProblems(values),
    ...objectProblems(values),
    ...diagnosticsProblems(values),
  ];
}
