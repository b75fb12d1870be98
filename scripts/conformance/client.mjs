// Requests to the gateway under test, and texts to send to it.
import { createHash } from 'node:crypto';
import { Agent, request } from 'undici';

/** A client for both ports. Replies: {status, headers, text, json}, `json` undefined for what is no JSON. */
export function createClient({ adminUrl, statusUrl, headers, tls, timeoutMs }) {
  const agent = (connect) => new Agent({ connect, headersTimeout: timeoutMs, bodyTimeout: timeoutMs });
  const dispatcher = agent(tls);
  const anonymous = agent({ ...tls, cert: undefined, key: undefined });

  const send = async (base, method, path, { type, body, extra, signal, withoutCertificate } = {}) => {
    const reply = await request(base + path, {
      method,
      headers: { ...headers, ...(type === undefined ? {} : { 'content-type': type }), ...extra },
      body,
      signal,
      dispatcher: withoutCertificate === true ? anonymous : dispatcher,
    });
    const text = await reply.body.text();
    return { status: reply.statusCode, headers: reply.headers, text, json: parse(text) };
  };
  const admin = (method, path, options) => send(adminUrl, method, path, options);
  return {
    admin,
    /** Nothing without a status URL. */
    status:
      statusUrl === undefined ? undefined : (method, path, options) => send(statusUrl, method, path, options),
    /** `POST /config` as text/yaml. */
    load: (body, query = '', type = 'text/yaml') => admin('POST', `/config${query}`, { type, body }),
    hash: async () => (await admin('GET', '/status')).json?.configuration_hash,
    close: () => Promise.all([dispatcher.close(), anonymous.close()]),
  };
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const ZEROS = '0'.repeat(32);

export function md5(text) {
  return createHash('md5').update(text).digest('hex');
}

/** A config text with one service and one route, different for every `name`. */
export function jsonConfig(name) {
  return JSON.stringify({
    _format_version: '3.0',
    services: [
      {
        name: `conformance-${name}`,
        url: 'http://127.0.0.1:9',
        routes: [{ name: `conformance-${name}`, paths: [`/conformance-${name}`] }],
      },
    ],
  });
}

export function yamlConfig(name) {
  return `_format_version: '3.0'\nservices:\n- name: conformance-${name}\n  url: http://127.0.0.1:9\n`;
}

/** A config of exactly this many bytes. */
export function configOfSize(bytes) {
  const frame =
    '{"_format_version":"3.0","services":[{"name":"conformance-size","host":"a.test"}],"_comment":""}';
  return frame.replace('""', `"${'x'.repeat(bytes - frame.length)}"`);
}

/** nginx's sizes: `10m`, `16k`, plain bytes. Nothing when it cannot be read. */
export function sizeOf(text) {
  const match = /^(\d+)([kmg]?)$/i.exec(text ?? '');
  if (match === null) return undefined;
  return Number(match[1]) * { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[match[2].toLowerCase()];
}
