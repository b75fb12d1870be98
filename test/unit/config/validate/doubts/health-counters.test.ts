import { expect, test } from '@jest/globals';
import { brief, compile } from '../../compile-text.js';

const upstream = (checks: unknown): string =>
  JSON.stringify({ _format_version: '3.0', upstreams: [{ name: 'u', healthchecks: checks }] });
const held = (checks: unknown): string[] =>
  brief(compile(upstream(checks))).map((line) => line.replace(/\d+:\d+ upstreams\[0\]\.healthchecks\./, ''));

// Those that were tried on a real Kong 3.9.3 first (kong-verdicts: S2).
test.each([
  [{ passive: { unhealthy: { http_failures: 255 } } }, 'passive.unhealthy.http_failures'],
  [{ passive: { unhealthy: { tcp_failures: 255 } } }, 'passive.unhealthy.tcp_failures'],
  [{ passive: { unhealthy: { timeouts: 255 } } }, 'passive.unhealthy.timeouts'],
  [{ active: { unhealthy: { http_failures: 255, interval: 5 } } }, 'active.unhealthy.http_failures'],
  [{ active: { healthy: { successes: 255, interval: 0.5 } } }, 'active.healthy.successes'],
  [{ active: { healthy: { interval: 5 }, unhealthy: { timeouts: 255 } } }, 'active.unhealthy.timeouts'],
  [
    { active: { healthy: { interval: 5 } }, passive: { healthy: { successes: 255 } } },
    'passive.healthy.successes',
  ],
  [
    { active: { unhealthy: { tcp_failures: 255 } }, passive: { unhealthy: { timeouts: 1 } } },
    'active.unhealthy.tcp_failures',
  ],
])('%j is held', (checks, counter) => {
  expect(held(checks)).toEqual([`hold ${counter} health-counter`]);
});

test('each counter is told', () => {
  const unhealthy = { http_failures: 255, tcp_failures: 254, timeouts: 255 };
  expect(held({ passive: { unhealthy } })).toHaveLength(2);
});

test.each([
  [{ passive: { unhealthy: { http_failures: 254 } } }],
  [{ passive: { healthy: { successes: 255 } } }],
  [{ active: { unhealthy: { http_failures: 255 } } }],
  [{ active: { healthy: { successes: 255, interval: 0 } } }],
  [{}],
])('no health checker is built with %j, or it is content', (checks) => {
  expect(held(checks)).toEqual([]);
});

test('what is no health check at all is an error, and nothing breaks', () => {
  for (const checks of [5, [1], { passive: 'x' }, { passive: { unhealthy: null } }]) {
    expect(compile(upstream(checks)).valid).toBe(false);
  }
});
