// The gateways, a few at a time: connection, credentials, what answers there, and what it says of itself.
import pLimit from 'p-limit';
import { systemClock } from '../../clock/clock.js';
import { CONNECT_TIMEOUT_MS, credentialSources } from '../../controller/admin.js';
import type { Cluster } from '../../controller/cluster.js';
import type { DiscoveredGateway } from '../../discovery/member.js';
import { openCredentials } from '../../gateway/credentials.js';
import type { HistoryRecord } from '../../history/record.js';
import { fieldsOf, textOf } from '../../kube/object.js';
import type { Fields } from '../../kube/object.js';
import type { Values } from '../../settings/read.js';
import { checkAdmin, checkRoot } from './admin-api.js';
import { createAsk } from './ask.js';
import type { Ask } from './ask.js';
import { checkClock } from './clock-skew.js';
import { checkConnection } from './handshake.js';
import { checkKong } from './kong.js';
import type { Material } from './material.js';
import { checkPrefixVolume } from './prefix-volume.js';
import { about, resultsOf } from './result.js';
import type { Result, Tell } from './result.js';
import { checkManaged, checkServed, hashOf } from './serving.js';
import type { Wanted } from './wanted.js';

const { ok, warn, skipped } = resultsOf('gateways');

const AT_A_TIME = 4;
/** Long enough for a Kong that is loading (ms). */
const TIMEOUT_MS = 10_000;
const LOOPBACK = /^(127\.|localhost$|\[::1\]$)/;

export interface Examined {
  readonly values: Values;
  readonly cluster: Cluster | undefined;
  readonly material: Material;
  readonly wanted: Wanted | undefined;
  readonly record: HistoryRecord | undefined;
  readonly userAgent: string;
}

/** Examines each gateway; what comes of one is told at once. Then the fleet, as one. */
export async function checkGateways(
  gateways: readonly DiscoveredGateway[],
  examined: Examined,
  tell: Tell,
): Promise<void> {
  const { values } = examined;
  // One connection for each gateway, as in `run`: what a proxy in between makes of many is another matter.
  const credentials = await openCredentials(credentialSources(values), {
    clock: systemClock,
    refreshMs: 3_600_000,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    onRotated: () => undefined,
    onUnreadable: () => undefined,
  });
  const ask = createAsk({
    dispatcher: ({ serverName }) => credentials.dispatcher(serverName, 'read'),
    headers: () => ({ 'user-agent': examined.userAgent, ...credentials.headers() }),
    workspace: values['kong-workspace'],
    timeoutMs: TIMEOUT_MS,
  });
  const limit = pLimit(AT_A_TIME);
  try {
    const roots = await Promise.all(
      gateways.map((gateway) =>
        limit(async () => {
          const { results, root } = await checkGateway(gateway, examined, ask);
          tell(results.map((result) => about(gateway.name, result)));
          return root === undefined ? [] : [{ gateway, root }];
        }),
      ),
    );
    const told = roots.flat();
    tell([...checkAlike(told), ...(await checkVolume(told, examined))]);
  } finally {
    await credentials.close();
  }
}

interface Told {
  readonly gateway: DiscoveredGateway;
  readonly root: Fields;
}

async function checkGateway(
  gateway: DiscoveredGateway,
  { values, material, wanted, record }: Examined,
  ask: Ask,
): Promise<{ readonly results: readonly Result[]; readonly root?: Fields }> {
  const results = await checkConnection(gateway, {
    material,
    skipVerify: values['kong-admin-tls-skip-verify'],
    timeoutMs: CONNECT_TIMEOUT_MS,
    now: new Date(),
  });
  if (failed(results)) {
    const untrusted = results.some(({ check }) => check === 'certificate');
    const why = untrusted ? 'no token is shown to a server that is not trusted' : 'it is not reached';
    return { results: [...results, skipped('admin-api', why)] };
  }
  results.push(...plainToken(gateway, material));
  const status = await ask(gateway, '/status');
  results.push(...checkAdmin(status, material, values['kong-workspace'], gateway.url.startsWith('https:')));
  if ('answer' in status) results.push(checkClock('gateways', 'this gateway', status.answer.date));
  if (failed(results)) return { results };
  const asked = checkRoot(await ask(gateway, '/'));
  if ('result' in asked) return { results: [...results, asked.result] };
  const { root } = asked;
  const hash = hashOf(status);
  results.push(ok('admin-api', "is Kong's Admin API"), ...checkKong(root, wanted));
  results.push(...checkServed(hash, wanted, record, values.adopt));
  if (hash !== undefined && !/^0+$/.test(hash) && hash !== wanted?.id)
    results.push(...checkManaged(await ask(gateway, '/services?size=100')));
  return { results, root };
}

const failed = (results: readonly Result[]): boolean => results.some(({ verdict }) => verdict === 'fail');

function plainToken({ url }: DiscoveredGateway, { token }: Material): Result[] {
  const { protocol, hostname } = new URL(url);
  if (token === undefined || protocol === 'https:' || LOOPBACK.test(hostname)) return [];
  return [
    warn('plain-token', 'the token, and the configuration with its secrets, go to it in plain HTTP', {
      fix: 'let the Admin API listen with TLS (port 8444), and name that port',
    }),
  ];
}

/** Gateways of one fleet should take the same configurations. */
function checkAlike(told: readonly Told[]): Result[] {
  if (told.length < 2) return [];
  const byVersion = groups(told, (root) => textOf(root, 'version') ?? 'unknown');
  const byPlugins = groups(told, (root) =>
    Object.keys(fieldsOf(fieldsOf(root, 'plugins'), 'available_on_server'))
      .sort()
      .join(','),
  );
  const results: Result[] = [];
  if (byVersion.size > 1)
    results.push(
      warn(
        'alike',
        `the gateways run different versions of Kong: ${shown(byVersion, (version) => version.slice(0, 64))}`,
        {
          fix: 'fine while they are upgraded; each version gets a canary of its own (docs/rollouts.md)',
        },
      ),
    );
  if (byPlugins.size > 1)
    results.push(
      warn(
        'alike',
        `the gateways have different plugins: ${shown(byPlugins, (names) => `${names.split(',').length} plugins`)}`,
        {
          fix: 'set the same KONG_PLUGINS everywhere: a configuration that uses what some lack is refused there',
        },
      ),
    );
  return results.length > 0
    ? results
    : [ok('alike', `all ${told.length} run the same Kong with the same plugins`)];
}

function groups(
  told: readonly Told[],
  keyOf: (root: Fields) => string,
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const { gateway, root } of told) {
    const names = found.get(keyOf(root)) ?? [];
    names.push(gateway.name);
    found.set(keyOf(root), names);
  }
  return found;
}

function shown(found: ReadonlyMap<string, readonly string[]>, word: (key: string) => string): string {
  return [...found]
    .map(([key, [first = '', ...others]]) => {
      const more = others.length === 0 ? '' : ` and ${others.length} more`;
      return `${word(key)} (${first}${more})`;
    })
    .join(', ');
}

/** Of one of them: pods of one Deployment are made alike. */
async function checkVolume([first]: readonly Told[], { cluster, wanted }: Examined): Promise<Result[]> {
  if (first === undefined || cluster === undefined || wanted === undefined) return [];
  const prefix = textOf(fieldsOf(first.root, 'configuration'), 'prefix');
  if (prefix === undefined) return [];
  const results = await checkPrefixVolume(cluster, first.gateway, prefix, wanted);
  return results.map((result) => about(first.gateway.name, result));
}
