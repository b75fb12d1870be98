// Kong's schema allows counters of health checks up to 255; the library that runs the checks (lua-resty-healthcheck) asserts
// that all eight are below 255, so that the whole reconfiguration fails. (kong-verdicts: S2, Kong 3.9.3.)
import { isDict, own } from '../../document/dict.js';
import type { Dict } from '../../document/dict.js';
import type { Path } from '../../parse/result.js';
import type { Doubt } from './doubt.js';

const FAILURES = ['http_failures', 'tcp_failures', 'timeouts'];
const PASSIVE_FAILURES = FAILURES.map((counter) => ['passive', 'unhealthy', counter]);
const COUNTERS: readonly (readonly string[])[] = [
  ['active', 'healthy', 'successes'],
  ...FAILURES.map((counter) => ['active', 'unhealthy', counter]),
  ['passive', 'healthy', 'successes'],
  ...PASSIVE_FAILURES,
];
/** Any of these above 0 makes Kong build a checker; without one, nobody looks at the counters. All are 0 by default. */
const SWITCHES: readonly (readonly string[])[] = [
  ['active', 'healthy', 'interval'],
  ['active', 'unhealthy', 'interval'],
  ...PASSIVE_FAILURES,
];
const TOO_HIGH = 255;

export function healthCounterDoubts(upstream: Dict): Doubt[] {
  const checks = own(upstream, 'healthchecks');
  const valueAt = (path: Path): unknown =>
    path.reduce((outer: unknown, key) => (isDict(outer) ? own(outer, String(key)) : undefined), checks);
  const isBuilt = SWITCHES.some((path) => {
    const value = valueAt(path);
    return typeof value === 'number' && value > 0;
  });
  if (!isBuilt) return [];
  return COUNTERS.filter((path) => valueAt(path) === TOO_HIGH).map((path) => ({
    severity: 'hold',
    code: 'health-counter',
    message: `healthchecks.${path.join('.')} is 255: Kong takes it, but its health checker stops at 254, and the configuration is not applied`,
    hint: 'write 254 or less',
    path: ['healthchecks', ...path],
  }));
}
