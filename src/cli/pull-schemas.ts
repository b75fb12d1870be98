import { sleep, systemClock } from '../clock/clock.js';
import { ENTITIES } from '../config/schema/generated/facts.js';
import { openAdminApi } from '../controller/admin.js';
import { pullSchemas } from '../gateway/schemas.js';
import { words } from '../report/line.js';
import { oneLine } from '../report/one-line.js';
import type { Values } from '../settings/read.js';
import { objectionTo, schemaFolder, writeFolder } from './schema-folder.js';
import { version } from './version.js';

/** How long one answer may take (ms). */
const TIMEOUT_MS = 15_000;

async function withDeadline<T>(request: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const [deadline, done] = [new AbortController(), new AbortController()];
  void sleep(systemClock, TIMEOUT_MS, done.signal).then(() => deadline.abort('timeout'));
  try {
    return await request(deadline.signal);
  } finally {
    done.abort();
  }
}

/**
 * Pulls, and writes the folder.
 * @returns what was written, in words
 * @throws Error in words for whoever pulls
 */
export async function pull(values: Values, folder: string): Promise<string> {
  const objection = await objectionTo(folder);
  if (objection !== undefined) throw new Error(`${folder} is not written: ${objection}`);
  const url = (values['kong-admin-url'][0] ?? '').replace(/\/+$/, '');
  const serverName = values['kong-admin-tls-server-name'];
  const gateway = { key: url, name: url, url, ...(serverName !== undefined && { serverName }) };
  const ports = { clock: systemClock, random: Math.random, report: () => undefined };
  const userAgent = `silverback/${version()}`;
  const { admin, close } = await openAdminApi(
    values,
    ports,
    () => userAgent,
    () => undefined,
  );
  try {
    const pulled = await pullSchemas(admin, gateway, Object.keys(ENTITIES), withDeadline);
    if ('trouble' in pulled) throw new Error(`${url}: ${words(pulled.trouble)}`);
    const { files, unusable } = schemaFolder(pulled, systemClock.wall());
    await writeFolder(folder, files);
    const { info, plugins, entities, without } = pulled;
    const doubts = [...without.map((name) => `the plugin ${name} shows no schema`), ...unusable];
    return [
      `${folder}: schemas of ${plugins.size} plugins and ${entities.size} entities of Kong ${oneLine(info.version)}`,
      ...doubts.map((doubt) => `not checked: ${oneLine(doubt)}`),
    ].join('\n');
  } finally {
    await close();
  }
}
