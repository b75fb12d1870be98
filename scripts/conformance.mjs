#!/usr/bin/env node
// Runs the contract that Silverback's client relies on against any live DB-less gateway, and tells what holds:
//   npm run conformance -- --kong-admin-url http://127.0.0.1:8001 --kong-status-url http://127.0.0.1:8007
// It replaces the gateway's config while it runs, and puts back what it can. Exit code: 0 all holds, 1 something does not,
// 2 it could not be tried. Written for Kong 3.0 to 3.9; needs nothing but Node 20 and undici.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createClient } from './conformance/client.mjs';
import { hashChecks, loadChecks, nodeChecks } from './conformance/loads.mjs';
import { limitChecks, refusalChecks } from './conformance/refusals.mjs';

const CHECKS = [...nodeChecks, ...hashChecks, ...loadChecks, ...refusalChecks, ...limitChecks];

const USAGE = `usage: conformance --kong-admin-url URL [options]
  --kong-status-url URL     also try the status port (readiness)
  --yes                     replace the config of a gateway that holds one
  --header 'Name: value'    sent with every request; may be repeated
  --ca-cert FILE            trust this CA
  --client-cert FILE, --client-key FILE
  --tls-skip-verify         trust any certificate
  --timeout-seconds N       per request (60)`;

class CannotTry extends Error {}

async function main() {
  const options = parseOptions();
  const client = createClient(options);
  try {
    const node = await readNode(client);
    const before = await readConfig(client, options.yes);
    print(`Kong ${node.version.text} at ${options.adminUrl}, node ${node.body.node_id}`);
    const failed = await runChecks({ client, node, options });
    await restore(client, before);
    return failed === 0 ? 0 : 1;
  } finally {
    await client.close();
  }
}

function parseOptions() {
  let parsed;
  try {
    parsed = parseArgs({
      options: {
        'kong-admin-url': { type: 'string' },
        'kong-status-url': { type: 'string' },
        yes: { type: 'boolean', default: false },
        header: { type: 'string', multiple: true, default: [] },
        'ca-cert': { type: 'string' },
        'client-cert': { type: 'string' },
        'client-key': { type: 'string' },
        'tls-skip-verify': { type: 'boolean', default: false },
        'timeout-seconds': { type: 'string', default: '60' },
      },
    }).values;
  } catch (error) {
    throw new CannotTry(`${error.message}\n${USAGE}`);
  }
  if (parsed['kong-admin-url'] === undefined) throw new CannotTry(`--kong-admin-url is missing\n${USAGE}`);
  const timeoutMs = Number(parsed['timeout-seconds']) * 1000;
  if (!(timeoutMs > 0)) throw new CannotTry('--timeout-seconds must be a positive number');
  return {
    adminUrl: baseUrl('--kong-admin-url', parsed['kong-admin-url']),
    statusUrl: parsed['kong-status-url'] && baseUrl('--kong-status-url', parsed['kong-status-url']),
    yes: parsed.yes,
    headers: Object.fromEntries(parsed.header.map(headerOf)),
    tls: {
      ca: readFile('--ca-cert', parsed['ca-cert']),
      cert: readFile('--client-cert', parsed['client-cert']),
      key: readFile('--client-key', parsed['client-key']),
      rejectUnauthorized: !parsed['tls-skip-verify'],
    },
    timeoutMs,
  };
}

function baseUrl(flag, text) {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new CannotTry(`${flag}: ${text} is no http or https URL`);
  }
  return text.replace(/\/+$/, '');
}

function headerOf(text) {
  const [name, ...value] = text.split(':');
  if (!/^[\w-]+$/.test(name) || value.length === 0) throw new CannotTry("--header: give it as 'Name: value'");
  return [name, value.join(':').trim()];
}

function readFile(flag, path) {
  if (path === undefined) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new CannotTry(`${flag}: ${error.message}`);
  }
}

async function readNode(client) {
  const reply = await client.admin('GET', '/').catch((error) => {
    throw new CannotTry(`the gateway cannot be reached: ${error.cause?.message ?? error.message}`);
  });
  if (reply.status !== 200 || reply.json?.version === undefined) {
    throw new CannotTry(`GET / answers ${reply.status} and names no version: this is no Kong Admin API`);
  }
  const database = reply.json.configuration?.database;
  if (database !== 'off') throw new CannotTry(`the gateway is not DB-less (database = ${database})`);
  return { body: reply.json, version: versionOf(reply.json.version) };
}

function versionOf(text) {
  const [major = 0, minor = 0] = text.split('.').map((part) => Number.parseInt(part, 10));
  return { text, atLeast: (m, n) => major > m || (major === m && minor >= n) };
}

/** The config as the gateway exports it: not the text it once got, but all there is. */
async function readConfig(client, yes) {
  const { status, json } = await client.admin('GET', '/config').catch((error) => ({ status: error.message }));
  if (status !== 200 || typeof json?.config !== 'string')
    throw new CannotTry(`GET /config answers ${status}`);
  const isEmpty = !/^[a-z]\w*:/m.test(json.config);
  if (!isEmpty && !yes) {
    throw new CannotTry('the gateway holds a config, which this replaces: say --yes if that is all right');
  }
  return isEmpty ? undefined : json.config;
}

/** Stops between two checks when it is interrupted, so that the config from before can be put back. */
async function runChecks(context) {
  let failed = 0;
  let interrupted = false;
  process.once('SIGINT', () => (interrupted = true));
  process.once('SIGTERM', () => (interrupted = true));
  for (const check of CHECKS) {
    if (interrupted) break;
    const outcome = await runCheck(check, context);
    if (outcome.result === 'FAILED') failed += 1;
    print(`${outcome.result.padEnd(8)}${check.name}${outcome.why === undefined ? '' : `: ${outcome.why}`}`);
  }
  if (interrupted) print('interrupted');
  else print(failed === 0 ? 'everything tried holds' : `${failed} of ${CHECKS.length} checks FAILED`);
  return interrupted ? CHECKS.length : failed;
}

async function runCheck(check, context) {
  try {
    const why = await check.run(context);
    if (why === undefined) return { result: 'ok' };
    return why.startsWith('skipped: ') ? { result: 'skipped', why: why.slice(9) } : { result: 'FAILED', why };
  } catch (error) {
    return { result: 'FAILED', why: error.cause?.message ?? error.message };
  }
}

async function restore(client, before) {
  const text = before ?? '{"_format_version":"3.0"}';
  const { status } = await client
    .admin('POST', '/config', { type: 'text/yaml', body: text })
    .catch((error) => ({ status: error.message }));
  if (status !== 201) print(`the config from before could not be put back: POST /config answers ${status}`);
  else if (before === undefined) print('the gateway is empty again');
  else
    print(
      'the entities from before are back, under another hash: GET /config does not give the original text',
    );
}

function print(line) {
  process.stdout.write(`${line}\n`);
}

process.exitCode = await main().catch((error) => {
  if (!(error instanceof CannotTry)) throw error;
  process.stderr.write(`${error.message}\n`);
  return 2;
});
