// Schemas of plugins that nobody here knows, from a gateway that does.
import { sleep } from '../clock/clock.js';
import type { KongSchema } from '../config/schema/kong-schema.js';
import { parseKongSchema } from '../config/schema/parse-kong-schema.js';
import type { GatewayAddress } from '../gateway/address.js';
import { readInfo, readSchema } from '../gateway/schemas.js';
import type { AdminReader } from '../gateway/schemas.js';
import type { Trouble } from '../report/happening.js';
import type { PluginSchemas } from './compiler.js';
import type { Ports } from './ports.js';

export interface SchemaPullOptions extends Ports {
  readonly reader: AdminReader;
  /** Asked before every request: followers contact no gateway. */
  readonly leading: () => boolean;
  /** Gateways that may be asked, best first. */
  readonly gateways: () => readonly GatewayAddress[];
  /** All schemas that were pulled, whenever they are others than before. */
  readonly onSchemas: (schemas: PluginSchemas) => void;
}

export interface SchemaPulls {
  /** Plugins that the configuration names and that have no schema here. */
  readonly want: (plugins: readonly string[]) => void;
  readonly stop: () => void;
}

/** How long one answer may take (ms). */
const TIMEOUT_MS = 5_000;
/** While we do not lead, or there is nobody to ask. */
const IDLE_MS = 1_000;
const BACKOFF_MS = 1_000;
const BACKOFF_CAP_MS = 5 * 60_000;
/** After this a gateway is asked again: it may run another Kong by then, or have got the plugin. */
const REFRESH_MS = 10 * 60_000;
const MAX_PLUGINS = 100;

/** What a Kong of one version said: a schema, or that it has none that can be used. */
type Known = Map<string, KongSchema | undefined>;

/** Pulls what is wanted from one gateway at a time, with patience; never in the way of a push. */
export function startSchemaPulls(options: SchemaPullOptions): SchemaPulls {
  const { clock, random, report, reader, leading } = options;
  const wanted = new Set<string>();
  const byVersion = new Map<string, Known>();
  const stopped = new AbortController();
  let busy = false;
  let failures = 0;
  let told = '';
  let cancel = (): void => undefined;

  const isStopped = (): boolean => stopped.signal.aborted;
  const later = (ms: number): void => {
    cancel();
    if (!isStopped()) cancel = clock.after(ms, () => void round());
  };

  const ask = async <T>(request: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    const [deadline, done] = [new AbortController(), new AbortController()];
    void sleep(clock, TIMEOUT_MS, done.signal).then(() => deadline.abort('timeout'));
    try {
      return await request(AbortSignal.any([deadline.signal, stopped.signal]));
    } finally {
      done.abort();
    }
  };

  /** Asks a gateway for what is not known of its version. */
  const pull = async (gateway: GatewayAddress): Promise<{ trouble?: Trouble }> => {
    const first = await ask((signal) => readInfo(reader, gateway, signal));
    if ('trouble' in first) return first;
    const { version } = first.info;
    const known: Known = byVersion.get(version) ?? new Map<string, KongSchema | undefined>();
    byVersion.set(version, known);
    const missing: string[] = [];
    for (const name of wanted) {
      if (known.get(name) !== undefined || !leading()) continue;
      const answer = await ask((signal) => readSchema(reader, gateway, 'plugin', name, signal));
      if (answer.kind === 'failed') return answer;
      const parsed = answer.kind === 'json' ? parseKongSchema(answer.value) : undefined;
      const isNews = !known.has(name);
      known.set(name, parsed?.ok === true ? parsed.schema : undefined);
      if (parsed?.ok !== true && isNews) missing.push(name);
    }
    if (missing.length > 0) report({ kind: 'schemas-missing', gateway: gateway.name, plugins: missing });
    tell(gateway, version, known);
    return {};
  };

  const tell = (gateway: GatewayAddress, version: string, known: Known): void => {
    const schemas = new Map(
      Array.from(known).flatMap(([name, schema]) => (schema === undefined ? [] : [[name, schema] as const])),
    );
    const plugins = [...schemas.keys()].sort();
    const now = JSON.stringify([version, plugins]);
    if (now === told || (plugins.length === 0 && told === '')) return;
    told = now;
    report({ kind: 'schemas-pulled', gateway: gateway.name, version, plugins });
    options.onSchemas(schemas);
  };

  const round = async (): Promise<void> => {
    if (busy || isStopped() || wanted.size === 0) return;
    const gateways = leading() ? options.gateways() : [];
    const gateway = gateways[failures % Math.max(1, gateways.length)];
    if (gateway === undefined) {
      later(IDLE_MS);
      return;
    }
    busy = true;
    const asked = wanted.size;
    const { trouble } = await pull(gateway);
    busy = false;
    if (isStopped()) return;
    if (trouble === undefined) {
      failures = 0;
      later(wanted.size > asked ? 0 : leading() ? REFRESH_MS : IDLE_MS);
      return;
    }
    failures += 1;
    const delayMs =
      Math.min(BACKOFF_CAP_MS, BACKOFF_MS * 2 ** Math.min(failures - 1, 16)) * (0.5 + random() / 2);
    report({ kind: 'schemas-failed', gateway: gateway.name, trouble, delayMs });
    later(delayMs);
  };

  return {
    want(plugins) {
      const before = wanted.size;
      for (const name of plugins) if (wanted.size < MAX_PLUGINS) wanted.add(name);
      if (wanted.size > before) void round();
    },
    stop() {
      cancel();
      stopped.abort('shutdown');
    },
  };
}
