// What a gateway refuses, and in which words. Where Kong has a known defect, the check knows it, too.
import { gzipSync } from 'node:zlib';
import { configOfSize, jsonConfig, md5, sizeOf } from './client.mjs';
import { check, equal, expect } from './expect.mjs';

const LARGEST_TRIED = 64 * 1024 * 1024;

export const refusalChecks = [
  check(
    'a config that is not valid is 400 with code 14 and fields by position, and changes nothing',
    async ({ client }) => {
      await client.load(jsonConfig('kept'));
      const { status, json } = await client.load('{"_format_version":"3.0","services":[{"name":"x"}]}');
      return (
        equal([status, json?.code, json?.name], [400, 14, 'invalid declarative configuration']) ??
        equal(json.fields, { services: [{ host: 'required field missing' }] }) ??
        equal(await client.hash(), md5(jsonConfig('kept')))
      );
    },
  ),
  check(
    'flatten_errors=1 lists entities with their errors (since 3.2)',
    async ({ client, node: { version } }) => {
      if (!version.atLeast(3, 2)) return 'skipped: flatten_errors came with 3.2';
      const { status, json } = await client.load(
        '{"_format_version":"3.0","services":[{"name":"x"}]}',
        '?flatten_errors=1',
      );
      const [item] = json?.flattened_errors ?? [];
      return (
        equal([status, json?.fields], [400, {}]) ??
        equal([item?.entity_type, item?.entity_name], ['service', 'x']) ??
        equal(item.errors, [{ type: 'field', field: 'host', message: 'required field missing' }])
      );
    },
  ),
  check('an unknown top-level key stays in fields, flattened or not', async ({ client }) => {
    const { status, json } = await client.load(
      '{"_format_version":"3.0","conformance":1}',
      '?flatten_errors=1',
    );
    return equal([status, json?.fields], [400, { conformance: 'unknown field' }]);
  }),
  check(
    'a dangling reference is empty when flattened (since 3.4), and told when not',
    async ({ client, node: { version } }) => {
      if (!version.atLeast(3, 4)) return 'skipped: before 3.4 the reference stays in fields';
      const text = '{"_format_version":"3.0","routes":[{"name":"r","paths":["/r"],"service":"nope"}]}';
      const flat = await client.load(text, '?flatten_errors=1');
      const plain = await client.load(text);
      return (
        equal([flat.status, plain.status], [400, 400]) ??
        equal([flat.json?.fields, Object.values(flat.json?.flattened_errors ?? { missing: 1 })], [{}, []]) ??
        expect(
          /invalid reference 'service: nope'/.test(plain.text),
          'the plain answer does not name the reference',
        )
      );
    },
  ),
  check(
    'a dangling reference of a plugin is 400 or, where Kong breaks, 500; nothing changes',
    async ({ client }) => {
      await client.load(jsonConfig('kept'));
      const { status } = await client.load(
        '{"_format_version":"3.0","plugins":[{"name":"cors","service":"nope"}]}',
      );
      return (
        expect([400, 500].includes(status), `it is ${status}`) ??
        equal(await client.hash(), md5(jsonConfig('kept')))
      );
    },
  ),
  check('a name twice is a uniqueness violation (since 3.4)', async ({ client, node: { version } }) => {
    if (!version.atLeast(3, 4)) return 'skipped: before 3.4 duplicates are dropped silently';
    const service = { name: 'twice', host: 'a.test' };
    const { status, text } = await client.load(
      JSON.stringify({ _format_version: '3.0', services: [service, service] }),
    );
    return equal(status, 400) ?? expect(/uniqueness violation/.test(text), text.slice(0, 200));
  }),
  check('a text that is neither JSON nor YAML is 400 with fields.error', async ({ client }) => {
    const { status, json } = await client.load('services: [');
    const error = String(json?.fields?.error);
    return equal(status, 400) ?? expect(error.startsWith('failed parsing declarative configuration'), error);
  }),
  check('nothing, and JSON that does not parse, have their own messages', async ({ client }) => {
    const nothing = await client.admin('POST', '/config');
    const broken = await client.load('{', '', 'application/json');
    return (
      equal([nothing.status, nothing.json?.message], [400, 'expected a declarative configuration']) ??
      equal([broken.status, broken.json?.message], [400, 'Cannot parse JSON body'])
    );
  }),
  check('a gzipped body is not unpacked', async ({ client }) => {
    const extra = { 'content-encoding': 'gzip' };
    const body = gzipSync(jsonConfig('gzip'));
    return equal((await client.admin('POST', '/config', { type: 'text/yaml', body, extra })).status, 400);
  }),
  check('another content type is 415 with an HTML page', async ({ client }) => {
    const { status, headers, json } = await client.load(jsonConfig('type'), '', 'text/plain');
    return (
      equal(status, 415) ??
      expect(json === undefined && /html/.test(headers['content-type']), 'it is no HTML')
    );
  }),
  check('other methods of /config are 405, OPTIONS tells which there are', async ({ client }) => {
    const { status, json } = await client.admin('DELETE', '/config');
    const options = await client.admin('OPTIONS', '/config');
    return (
      equal([status, json?.message, options.status], [405, 'Method not allowed', 204]) ??
      expect(/POST/.test(options.headers.allow), `Allow: ${options.headers.allow}`)
    );
  }),
  check('entities cannot be written one by one', async ({ client }) => {
    const body = '{"name":"x","host":"a.test"}';
    const { status, json } = await client.admin('POST', '/services', { type: 'application/json', body });
    return equal([status, json?.code], [405, 12]);
  }),
];

export const limitChecks = [
  check('a body of the largest size is taken', async ({ client, node: { body } }) => {
    const { limit, buffer } = sizes(body);
    if (limit === undefined || limit === 0)
      return 'skipped: the gateway names no nginx_admin_client_max_body_size';
    if (buffer < limit) return 'skipped: the buffer is smaller than the limit; raise both together';
    if (limit > LARGEST_TRIED) return `skipped: ${limit} bytes are too many to try`;
    const text = configOfSize(limit);
    return equal((await client.load(text)).status, 201) ?? equal(await client.hash(), md5(text));
  }),
  check('one byte more is 413 with an HTML page', async ({ client, node: { body } }) => {
    const { limit } = sizes(body);
    if (limit === undefined || limit === 0)
      return 'skipped: the gateway names no nginx_admin_client_max_body_size';
    if (limit > LARGEST_TRIED) return `skipped: ${limit} bytes are too many to try`;
    const { status, json } = await client.load(configOfSize(limit + 1));
    return equal(status, 413) ?? expect(json === undefined, 'it is no HTML');
  }),
  check('without a client certificate the answer is 400', async ({ client, options }) => {
    if (options.tls.cert === undefined) return 'skipped: no --client-cert';
    const { status } = await client.admin('GET', '/status', { withoutCertificate: true });
    return equal(status, 400);
  }),
  check('429 while another load is written', () => 'skipped: it cannot be provoked reliably from outside'),
  check('413 when the config does not fit into LMDB', () => 'skipped: it would fill the gateway'),
  check(
    '503 while a worker exits, and a new node_id after a restart',
    () => 'skipped: a restart cannot be provoked from outside',
  ),
];

function sizes({ configuration = {} }) {
  return {
    limit: sizeOf(configuration.nginx_admin_client_max_body_size),
    buffer: sizeOf(configuration.nginx_admin_client_body_buffer_size) ?? 0,
  };
}
