// What a live gateway knows, for commands that compare with it.
import type { SourceText } from '../config/compile.js';
import { compilePlugin } from '../config/schema/compile-plugin.js';
import { parseKongSchema } from '../config/schema/parse-kong-schema.js';
import type { PluginModel } from '../config/schema/plugin-model.js';
import { readLiveConfig } from '../gateway/live-config.js';
import type { GatewayAddress } from '../gateway/address.js';
import { readSchema } from '../gateway/schemas.js';
import type { AdminReader } from '../gateway/schemas.js';
import { words } from '../report/line.js';
import { oneLine } from '../report/one-line.js';
import type { Values } from '../settings/read.js';
import { withGateway } from './one-gateway.js';
import type { Ask } from './one-gateway.js';
import { UnreadableConfig } from './read-config.js';

/** How long one answer may take (ms): Kong needs 12 s to show 20,000 entities. */
const TIMEOUT_MS = 120_000;

/**
 * The configuration that the gateway of `--kong-admin-url` serves.
 * @throws UnreadableConfig
 */
export async function readLive(values: Values): Promise<readonly SourceText[]> {
  return reading(values, () =>
    withGateway(values, TIMEOUT_MS, async (reader, gateway, ask) => {
      const answer = await ask((signal) => readLiveConfig(reader, gateway, signal));
      if ('trouble' in answer) throw new UnreadableConfig(`${gateway.url}: ${words(answer.trouble)}`);
      return [{ file: gateway.url, text: answer.text, live: true }];
    }),
  );
}

/**
 * The models of those plugins of which that gateway has a usable schema.
 * @throws UnreadableConfig
 */
export async function readPlugins(
  values: Values,
  names: readonly string[],
): Promise<Map<string, PluginModel>> {
  return reading(values, () =>
    withGateway(values, TIMEOUT_MS, (reader, gateway, ask) => pluginsOf(reader, gateway, ask, names)),
  );
}

/**
 * The models of those plugins of which a gateway has a usable schema.
 * @throws UnreadableConfig
 */
export async function pluginsOf(
  reader: AdminReader,
  gateway: GatewayAddress,
  ask: Ask,
  names: readonly string[],
): Promise<Map<string, PluginModel>> {
  const models = new Map<string, PluginModel>();
  for (const name of names) {
    const answer = await ask((signal) => readSchema(reader, gateway, 'plugin', name, signal));
    if (answer.kind === 'failed') throw new UnreadableConfig(`${gateway.url}: ${words(answer.trouble)}`);
    const model = answer.kind === 'json' ? modelOf(name, answer.value) : undefined;
    if (model !== undefined) models.set(name, model);
  }
  return models;
}

/** A schema that cannot be used leaves its plugin's config unknown: shown as changed, and nothing more. */
function modelOf(name: string, answer: unknown): PluginModel | undefined {
  const parsed = parseKongSchema(answer);
  if (!parsed.ok) return undefined;
  try {
    return compilePlugin(name, parsed.schema);
  } catch {
    return undefined;
  }
}

/** Files of credentials that cannot be read are no bug of ours. */
async function reading<T>(values: Values, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof UnreadableConfig || !(error instanceof Error)) throw error;
    throw new UnreadableConfig(`${values['kong-admin-url'][0] ?? ''}: ${oneLine(error.message)}`);
  }
}
