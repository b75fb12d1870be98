// Which gateways serve the configuration that a request is explained by, and what they say of their plugins.
import pLimit from 'p-limit';
import { systemClock } from '../../clock/clock.js';
import { openAdminApi } from '../../controller/admin.js';
import { openCluster } from '../../controller/cluster.js';
import type { DiscoveredGateway } from '../../discovery/member.js';
import { fieldsOf, textOf } from '../../kube/object.js';
import { oneLine } from '../../report/one-line.js';
import { words } from '../../report/line.js';
import type { Values } from '../../settings/read.js';
import { checkDiscovery } from '../doctor/discovery.js';
import { version } from '../version.js';

export interface AskedGateway {
  readonly name: string;
  readonly url: string;
  /** The hash that it shows. */
  readonly serves?: string;
  /** Why it shows none. */
  readonly problem?: string;
}

export interface AskedGateways {
  readonly gateways: readonly AskedGateway[];
  readonly notes: readonly string[];
  /** Of its plugins, as the first that answered tells. */
  readonly priorities?: Readonly<Record<string, number>>;
}

const AT_A_TIME = 4;
const TIMEOUT_MS = 10_000;

/** `GET /status` of each gateway, and `GET /` of the first. */
export async function askGateways(values: Values): Promise<AskedGateways> {
  const { gateways, notes } = await findGateways(values);
  if (gateways.length === 0) return { gateways: [], notes };
  const userAgent = `silverback/${version()} (explain)`;
  const ports = { clock: systemClock, random: Math.random, report: () => undefined };
  const { admin, close } = await openAdminApi(
    values,
    ports,
    () => userAgent,
    () => undefined,
  );
  const limit = pLimit(AT_A_TIME);
  try {
    const asked = await Promise.all(
      gateways.map((gateway) =>
        limit(async (): Promise<AskedGateway> => {
          const { name, url } = gateway;
          const answer = await admin.status(gateway, deadline());
          if (answer.kind === 'status') return { name, url, serves: answer.hash };
          return { name, url, problem: 'trouble' in answer ? words(answer.trouble) : 'no answer' };
        }),
      ),
    );
    const first = gateways.find(({ name }) =>
      asked.some((each) => each.name === name && each.serves !== undefined),
    );
    const root = first === undefined ? undefined : await admin.read(first, '/', deadline());
    const told = root?.kind === 'json' ? rootOf(root.value) : {};
    return {
      gateways: asked,
      notes: [...notes, ...flavorNote(told.flavor)],
      ...(told.priorities !== undefined && { priorities: told.priorities }),
    };
  } finally {
    await close();
  }
}

/** A request that takes longer is given up, as the Admin API's client knows it. */
function deadline(): AbortSignal {
  const controller = new AbortController();
  AbortSignal.timeout(TIMEOUT_MS).addEventListener('abort', () => controller.abort('timeout'));
  return controller.signal;
}

async function findGateways(
  values: Values,
): Promise<{ readonly gateways: readonly DiscoveredGateway[]; readonly notes: readonly string[] }> {
  if (values['kong-admin-svc'] === undefined && values['kong-admin-url'].length === 0)
    return { gateways: [], notes: [] };
  const ports = { clock: systemClock, random: Math.random, report: () => undefined };
  const cluster =
    values['kong-admin-svc'] === undefined
      ? undefined
      : await openCluster(values, process.env, ports, `silverback/${version()} (explain)`);
  try {
    const { results, gateways } = await checkDiscovery(values, cluster);
    const failures = gateways.length > 0 ? [] : results.filter(({ verdict }) => verdict === 'fail');
    return { gateways, notes: failures.map(({ message }) => message) };
  } finally {
    await cluster?.close();
  }
}

function rootOf(root: unknown): {
  readonly flavor?: string | undefined;
  readonly priorities?: Readonly<Record<string, number>>;
} {
  const available = fieldsOf(fieldsOf(root, 'plugins'), 'available_on_server');
  const priorities = Object.keys(available).flatMap((name) => {
    const priority = fieldsOf(available, name)['priority'];
    return typeof priority === 'number' ? [[name, priority] as const] : [];
  });
  return {
    flavor: textOf(fieldsOf(root, 'configuration'), 'router_flavor'),
    ...(priorities.length > 0 && { priorities: Object.fromEntries(priorities) }),
  };
}

function flavorNote(flavor: string | undefined): string[] {
  if (flavor === undefined || flavor === 'traditional_compatible') return [];
  const known = oneLine(flavor).slice(0, 40);
  return [
    `the gateways' router_flavor is ${known}; this is explained as traditional_compatible, Kong's default, ranks: where several routes match, ${known} may choose another`,
  ];
}
