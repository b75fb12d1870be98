// Does memory grow with the number of gateways that a configuration is pushed to? 30 MB go over TLS to gateways that read
// slowly, all at once: what the pushing process holds is compared with what one copy of the bytes takes. The gateways are
// another process. Ends with 1 if it held more than half a copy beyond the first.
//   npm run build && node bench/memory.mjs
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { generate } from 'selfsigned';

const MEGABYTE = 1024 * 1024;
const BYTES = 30 * MEGABYTE;
/** Of each gateway's reading, as long as the measurement lasts. */
const READ_PAUSE_MS = 20;

/** The child: gateways that take a configuration in small sips. */
async function serveGateways(count) {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
  });
  const urls = [];
  for (let i = 0; i < count; i += 1) {
    const server = createServer({ key, cert }, async (request, response) => {
      for await (const _ of request) await sleep(READ_PAUSE_MS);
      response.writeHead(201, { 'content-type': 'application/json' }).end('{}');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    urls.push(`https://127.0.0.1:${server.address().port}`);
  }
  process.send(urls);
}

/** What the process holds, native buffers of TLS included (bytes). */
function held() {
  globalThis.gc();
  return process.memoryUsage().rss;
}

/** The most that is held while `count` gateways are being sent the revision, beyond what was held before. */
async function peakWith(count, revision) {
  const { createAdminApi } = await import('../dist/gateway/admin-api.js');
  const { openCredentials } = await import('../dist/gateway/credentials.js');
  const { systemClock } = await import('../dist/clock/clock.js');
  const child = fork(import.meta.filename, ['gateways', String(count)], { execArgv: [] });
  const [urls] = await once(child, 'message');
  const credentials = await openCredentials(
    { skipVerify: true, headers: {} },
    { clock: systemClock, refreshMs: 60_000, connectTimeoutMs: 5_000, onRotated() {}, onUnreadable() {} },
  );
  const admin = createAdminApi({
    dispatcher: () => credentials.dispatcher(undefined),
    headers: () => ({}),
    workspace: undefined,
    onUnauthorized() {},
    wallNow: Date.now,
  });
  const before = held();
  const stops = urls.map(() => new AbortController());
  const pushes = urls.map((url, i) =>
    admin.push({ name: url, url }, revision, {
      checkHash: true,
      mayWrite: () => true,
      signal: stops[i].signal,
    }),
  );
  let peak = 0;
  for (let i = 0; i < 20; i += 1) {
    await sleep(100);
    peak = Math.max(peak, held() - before);
  }
  for (const stop of stops) stop.abort('shutdown');
  const unfinished = (await Promise.all(pushes)).filter(({ kind }) => kind === 'unknown').length;
  if (unfinished < count) throw new Error('gateways were done too soon: nothing was measured');
  child.kill();
  await credentials.close();
  return peak;
}

async function measure() {
  const revision = { id: '0'.repeat(32), bytes: new Uint8Array(BYTES).fill(0x20), counts: {} };
  const megabytes = (bytes) => `${(bytes / MEGABYTE).toFixed(1)} MB`;
  let worst = 0;
  for (const count of [1, 10, 50]) {
    worst = await peakWith(count, revision);
    console.log(
      `${count} pushes of ${megabytes(BYTES)} over TLS: ${megabytes(worst)} beyond the one copy, ` +
        `${(worst / count / 1024).toFixed(0)} KiB each, ${(1 + worst / BYTES).toFixed(2)} copies in all`,
    );
  }
  process.exitCode = worst < BYTES / 2 ? 0 : 1;
}

const [role, count] = process.argv.slice(2);
if (role === 'gateways') await serveGateways(Number(count));
else if (globalThis.gc === undefined) {
  const child = fork(import.meta.filename, { execArgv: ['--expose-gc'] });
  [process.exitCode] = await once(child, 'exit');
} else await measure();
