import { systemClock } from '../clock/clock.js';
import { ENTITIES } from '../config/schema/generated/facts.js';
import { pullSchemas } from '../gateway/schemas.js';
import { words } from '../report/line.js';
import { oneLine } from '../report/one-line.js';
import type { Values } from '../settings/read.js';
import { withGateway } from './one-gateway.js';
import { objectionTo, schemaFolder, writeFolder } from './schema-folder.js';

/** How long one answer may take (ms). */
const TIMEOUT_MS = 15_000;

/**
 * Pulls, and writes the folder.
 * @returns what was written, in words
 * @throws Error in words for whoever pulls
 */
export async function pull(values: Values, folder: string): Promise<string> {
  const objection = await objectionTo(folder);
  if (objection !== undefined) throw new Error(`${folder} is not written: ${objection}`);
  return withGateway(values, TIMEOUT_MS, async (reader, gateway, ask) => {
    const pulled = await pullSchemas(reader, gateway, Object.keys(ENTITIES), ask);
    if ('trouble' in pulled) throw new Error(`${gateway.url}: ${words(pulled.trouble)}`);
    const { files, unusable } = schemaFolder(pulled, systemClock.wall());
    await writeFolder(folder, files);
    const { info, plugins, entities, without } = pulled;
    const doubts = [...without.map((name) => `the plugin ${name} shows no schema`), ...unusable];
    return [
      `${folder}: schemas of ${plugins.size} plugins and ${entities.size} entities of Kong ${oneLine(info.version)}`,
      ...doubts.map((doubt) => `not checked: ${oneLine(doubt)}`),
    ].join('\n');
  });
}
