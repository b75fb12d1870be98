import { afterEach, expect, jest, test } from '@jest/globals';
import type { Replica } from '../../src/demo/replica.js';
import type { Status } from '../../src/server/diagnostics/status.js';
import { BROKEN_SECRETS, leaksIn, secretConfig, SECRETS } from '../support/planted-secrets.js';
import { addressOf, createTroop } from '../support/troop.js';
import type { Troop } from '../support/troop.js';

jest.setTimeout(120_000);

let troop: Troop;
afterEach(() => troop.close());

/** All that the diagnostics API has to say: of what is desired, and of what differs from the oldest revision that is kept. */
async function askAll(replica: Replica): Promise<string[]> {
  const url = addressOf(replica, 'dashboard');
  const headers = { authorization: `Bearer ${SECRETS.diagnostics}` };
  const ask = async (path: string): Promise<string> => (await fetch(`${url}${path}`, { headers })).text();
  const status = await ask('/api/v1/status');
  const { revisions } = JSON.parse(status) as Status;
  const [from, to] = [revisions.kept.at(-1)?.id ?? '', revisions.desired?.id ?? ''];
  const paths = ['/', '/openapi.json', '/api/v1/happenings', '/api/v1/settings', '/api/v1/config'];
  const answers = await Promise.all([...paths, `/api/v1/diff?from=${from}&to=${to}`].map(ask));
  const stop = new AbortController();
  const events = await fetch(`${url}/api/v1/events`, { headers, signal: stop.signal });
  const first = await events.body!.getReader().read();
  stop.abort();
  return [status, ...answers, Buffer.from(first.value ?? []).toString()];
}

test('no planted secret appears in any log line, metric, Event or answer, whatever goes wrong', async () => {
  troop = await createTroop({ gateways: 2 });
  const { world } = troop;
  const args = (kubeconfig: string): string[] => [
    ...['--kubeconfig', kubeconfig, '--kong-admin-svc', 'kong/kong-admin', '--leader-elect', 'on'],
    ...['--config-selector', 'silverback.dev/config=true', '--log-level', 'trace', '--retry-period', '500ms'],
    ...['--health-probe-bind-address', '127.0.0.1:0', '--metrics-bind-address', '127.0.0.1:0'],
    ...['--diagnostics-bind-address', '127.0.0.1:0', '--annotate-sources'],
    ...['--kong-admin-header', `X-Proxy-Auth:${SECRETS.header}`],
  ];
  const replica = troop.start(args(`${troop.folder}/kubeconfig`), {
    CONTROLLER_KONG_ADMIN_TOKEN: SECRETS.token,
    CONTROLLER_DIAGNOSTICS_TOKEN: SECRETS.diagnostics,
  });

  world.setConfig('shop', { 'kong.yaml': secretConfig('one') });
  await troop.untilConverged(0);
  const said = await askAll(replica);

  // Kong itself finds fault with everything, in words that hold the values.
  const [picky] = world.pods();
  picky!.kong.faults.set({
    rejectWith: () => ({
      message: `declarative config is invalid: {keyauth_credentials={key="${SECRETS.key}"}}`,
      fields: {
        keyauth_credentials: [
          `uniqueness violation: 'keyauth_credentials' entity with key set to '${SECRETS.key}' already declared`,
        ],
      },
      flattenedErrors: [
        {
          entity_type: 'jwt_secret',
          entity: { key: 'ann-issuer', secret: SECRETS.jwt },
          errors: [{ type: 'field', field: 'secret', message: `invalid value: ${SECRETS.jwt}` }],
        },
        {
          entity_type: 'plugin',
          entity_name: 'http-log',
          entity: { name: 'http-log', config: { headers: { 'X-Api-Key': SECRETS.plugin } } },
          errors: [
            { type: 'field', field: 'config.headers', message: `bad header ${SECRETS.plugin}` },
            { type: 'entity', message: `cannot use ${SECRETS.url}` },
          ],
        },
      ],
    }),
  });
  const edited = performance.now();
  world.setConfig('shop', { 'kong.yaml': secretConfig('two') });
  await troop.until('the rejection', () => troop.said('revision-refused', edited).length > 0);

  // Then our own validation does.
  const broken = performance.now();
  world.setConfig('shop', { 'kong.yaml': BROKEN_SECRETS });
  await troop.until('the findings', () => troop.said('config-invalid', broken).length > 0);
  said.push(...(await askAll(replica)));
  const torn = performance.now();
  world.setConfig('shop', { 'kong.yaml': `${secretConfig('three')}\n  - "${SECRETS.custom}: [` });
  await troop.until('the syntax error', () => troop.said('config-invalid', torn).length > 0);
  // And the credentials are refused.
  picky!.kong.faults.clear();
  for (const { kong } of world.pods())
    kong.faults.set({ answer: { status: 401, message: `bad token ${SECRETS.token}` } });
  const refused = performance.now();
  world.setConfig('shop', { 'kong.yaml': secretConfig('four') });
  await troop.until('the refusal', () =>
    troop.said('gateway-phase', refused).some(({ fields }) => fields['to'] === 'refused'),
  );
  await troop.until('an Event', () =>
    world.kube.list('Event').some((event) => event['reason'] === 'GatewayRefused'),
  );

  const noted = (): string => JSON.stringify(world.kube.list('ConfigMap')[0]?.metadata);
  await troop.until('a note on the source', () => noted().includes('silverback.dev/state'));

  const metrics = await (await fetch(`${addressOf(replica, 'metrics')}/metrics`)).text();
  const written = [
    ...replica.lines.map(({ fields }) => JSON.stringify(fields)),
    ...replica.stray,
    ...world.kube.list('Event').map((event) => JSON.stringify(event)),
    noted(),
    metrics,
    ...said,
    ...(await askAll(replica)),
  ];
  expect(said.join('\n')).toContain('/shop');
  expect(world.kube.list('Event').length).toBeGreaterThan(3);
  expect(leaksIn(written)).toEqual([]);
});
