// What a gateway tells of itself, and how it takes and confirms configs. Versions are those in which Kong changed.
import { configOfSize, jsonConfig, md5, yamlConfig, ZEROS } from './client.mjs';
import { check, equal, expect } from './expect.mjs';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const EMPTY = '{"_format_version":"3.0"}';
const FORM = 'application/x-www-form-urlencoded';

export const nodeChecks = [
  check(
    'GET / names version, node_id and plugins',
    ({ node: { body } }) =>
      expect(UUID.test(body.node_id), `node_id is ${body.node_id}`) ??
      expect(Object.keys(body.plugins?.available_on_server ?? {}).length > 0, 'no plugins are listed'),
  ),
  check('node_id stays while the gateway runs', async ({ client, node: { body } }) =>
    equal((await client.admin('GET', '/')).json?.node_id, body.node_id),
  ),
  check('GET /status has memory, server and configuration_hash', async ({ client, node: { version } }) => {
    const { status, json } = await client.admin('GET', '/status');
    return (
      equal(status, 200) ??
      expect(
        /^[0-9a-f]{32}$/.test(json?.configuration_hash),
        `configuration_hash is ${json?.configuration_hash}`,
      ) ??
      expect(json.memory !== undefined && json.server !== undefined, 'memory or server is missing') ??
      (version.atLeast(3, 4) ? equal(json.database, undefined) : undefined)
    );
  }),
  check('an unknown path is 404 in JSON', async ({ client }) => {
    const { status, json } = await client.admin('GET', '/conformance-nope');
    return equal(status, 404) ?? equal(json?.message, 'Not found');
  }),
];

export const hashChecks = [
  check(
    'an empty config is 201 with {} and, since 3.2, a hash of zeros',
    async ({ client, node: { version } }) => {
      const { status, json } = await client.load(EMPTY);
      const hash = await client.hash();
      return (
        equal(status, 201) ?? equal(json, {}) ?? (version.atLeast(3, 2) ? equal(hash, ZEROS) : undefined)
      );
    },
  ),
  check('without a config the status port is not ready', async ({ client, node: { version } }) => {
    if (client.status === undefined) return 'skipped: no --kong-status-url';
    if (!version.atLeast(3, 3)) return 'skipped: /status/ready came with 3.3';
    return equal((await client.status('GET', '/status/ready')).status, 503);
  }),
  ...[
    ['JSON sent as text/yaml', 'text/yaml', jsonConfig('a'), (text) => text],
    ['YAML sent as text/yaml', 'text/yaml', yamlConfig('b'), (text) => text],
    [
      'a text inside of JSON',
      'application/json',
      yamlConfig('c'),
      (text) => JSON.stringify({ config: text }),
    ],
    ['a form field', FORM, jsonConfig('d'), (text) => new URLSearchParams({ config: text }).toString()],
    ['a multipart field', 'multipart/form-data; boundary=conformance', yamlConfig('e'), multipart],
  ].map(([what, type, text, wrap]) =>
    check(`${what}: the hash is the MD5 of the text, and check_hash=1 gives 304`, async ({ client }) => {
      const { status } = await client.load(wrap(text), '', type);
      const hash = await client.hash();
      const again = await client.load(wrap(text), '?check_hash=1', type);
      return equal(status, 201) ?? equal(hash, md5(text)) ?? equal([again.status, again.text], [304, '']);
    }),
  ),
  check('application/yaml is taken since 3.9, 415 before', async ({ client, node: { version } }) =>
    equal(
      (await client.load(yamlConfig('f'), '', 'application/yaml')).status,
      version.atLeast(3, 9) ? 201 : 415,
    ),
  ),
  check('with a config the status port is ready', async ({ client, node: { version } }) => {
    if (client.status === undefined) return 'skipped: no --kong-status-url';
    if (!version.atLeast(3, 3)) return 'skipped: /status/ready came with 3.3';
    return equal((await client.status('GET', '/status/ready')).status, 200);
  }),
  check('check_hash=1 loads a text that differs, and check_hash=true loads anything', async ({ client }) => {
    const [text, other] = [jsonConfig('g'), jsonConfig('h')];
    await client.load(text);
    const differs = await client.load(other, '?check_hash=1');
    const hash = await client.hash();
    const ignored = await client.load(other, '?check_hash=true');
    return equal([differs.status, hash, ignored.status], [201, md5(other), 201]);
  }),
  check('a JSON body that is the config has a hash of its own, and never 304', async ({ client }) => {
    const text = jsonConfig('i');
    await client.load(text, '', 'application/json');
    const hash = await client.hash();
    const again = await client.load(text, '?check_hash=1', 'application/json');
    return expect(hash !== md5(text), 'the hash is the MD5 of the body') ?? equal(again.status, 201);
  }),
  check('a body in pieces of 64 KiB with Content-Length is taken', async ({ client }) => {
    const text = Buffer.from(configOfSize(300_000));
    const pieces = (function* () {
      for (let at = 0; at < text.length; at += 65_536) yield text.subarray(at, at + 65_536);
    })();
    const extra = { 'content-length': String(text.length) };
    const { status } = await client.admin('POST', '/config', { type: 'text/yaml', body: pieces, extra });
    return equal(status, 201) ?? equal(await client.hash(), md5(text));
  }),
  check('of several YAML documents the first counts', async ({ client }) => {
    const { status } = await client.load(`${yamlConfig('j')}---\n${yamlConfig('k')}`);
    const first = await client.admin('GET', '/services/conformance-j');
    const second = await client.admin('GET', '/services/conformance-k');
    return equal([status, first.status, second.status], [201, 200, 404]);
  }),
];

export const loadChecks = [
  check(
    'a 201 lists entities by type and id, named ones under Kong’s own id',
    async ({ client, node: { version } }) => {
      const text = '{"_format_version":"3.0","services":[{"name":"a","host":"a.test"}]}';
      const { json } = await client.load(text);
      const service = json?.services?.['72734e2a-702d-5711-b9ef-697178108ad8'];
      return (
        expect(service !== undefined, `services: ${Object.keys(json?.services ?? {}).join(', ')}`) ??
        equal(service.port, 80) ??
        equal('path' in service, version.atLeast(3, 6))
      );
    },
  ),
  check('what was loaded can be read back', async ({ client }) => {
    await client.load(jsonConfig('read'));
    const { json } = await client.admin('GET', '/services/conformance-read/routes');
    return (
      equal(
        json?.data?.map((route) => route.name),
        ['conformance-read'],
      ) ?? equal(json.next, null)
    );
  }),
  check('GET /config exports everything as YAML', async ({ client }) => {
    const { json } = await client.admin('GET', '/config');
    return expect(/name: conformance-read/.test(json?.config), 'the service is missing');
  }),
  check('a load goes on when its client is gone', async ({ client, options }) => {
    const services = Array.from({ length: 3000 }, (_, at) => ({ name: `conformance-${at}`, host: 'a.test' }));
    const text = JSON.stringify({ _format_version: '3.0', services });
    const cut = new AbortController();
    const sent = client.admin('POST', '/config', {
      type: 'text/yaml',
      body: cutAfter(text, cut),
      signal: cut.signal,
    });
    const answered = await sent.then(
      () => true,
      () => false,
    );
    const until = Date.now() + options.timeoutMs;
    while (Date.now() < until && (await client.hash()) !== md5(text))
      await new Promise((wake) => setTimeout(wake, 100));
    if (answered) return 'skipped: the gateway answered before it could be cut off';
    return equal(await client.hash(), md5(text));
  }),
];

function multipart(text) {
  const headers = 'Content-Disposition: form-data; name="config"';
  return `--conformance\r\n${headers}\r\n\r\n${text}\r\n--conformance--\r\n`;
}

/** The whole text; a moment later the request is cut off. */
async function* cutAfter(text, cut) {
  yield Buffer.from(text);
  setTimeout(() => cut.abort(), 20);
}
