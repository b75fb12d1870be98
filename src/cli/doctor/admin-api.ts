// What answers at an address: Kong's Admin API, another of Kong's ports, or something else.
import { classifyStatus } from '../../gateway/answers.js';
import { isObject, textOf } from '../../kube/object.js';
import { oneLine } from '../../report/one-line.js';
import type { Answer, Asked } from './ask.js';
import type { Material } from './material.js';
import { resultsOf } from './result.js';
import type { Result } from './result.js';

const { ok, fail } = resultsOf('gateways');

const PORTS = 'the Admin API is on 8001 (HTTP) or 8444 (HTTPS) unless KONG_ADMIN_LISTEN says otherwise';

/**
 * What `GET /status` tells of who is there. A failure says why nothing more can be asked.
 * @param secure asked by https
 */
export function checkAdmin(
  asked: Asked,
  material: Material,
  workspace: string | undefined,
  secure: boolean,
): Result[] {
  if ('trouble' in asked) {
    const { reason, advice } = asked.trouble;
    const closed = /closed|reset|ALERT/.test(reason);
    return [
      fail('admin-api', reason, {
        fix: closed
          ? closedFix(material, secure)
          : (advice ?? 'is it overloaded, or does something stand in between?'),
      }),
    ];
  }
  const { answer } = asked;
  const access = checkAccess(answer, material);
  if (access !== undefined) return [access];
  const given = material.token !== undefined || material.cert !== undefined;
  const allowed = ok('access', given ? 'our credentials are accepted' : 'asks for no credentials');
  const other = somethingElse(answer, workspace);
  if (other !== undefined) return [allowed, other];
  const status = classifyStatus({ ...answer, contentType: '', retryAfter: undefined }, Date.now());
  // Without a hash it may be a Kong with a database: GET / tells.
  if (status.kind === 'status' || (isObject(answer.json) && 'server' in answer.json)) return [allowed];
  const trouble = 'trouble' in status ? status.trouble : undefined;
  return [
    allowed,
    fail('admin-api', oneLine(trouble?.reason ?? `answers ${answer.status}`), {
      fix: trouble?.advice ?? `check the address: ${PORTS}`,
    }),
  ];
}

function closedFix({ cert }: Material, secure: boolean): string {
  if (!secure)
    return 'it may speak HTTPS on this port: use an https:// URL, or a Service port whose name ends in -tls';
  return cert === undefined
    ? 'it may demand a client certificate: --kong-admin-tls-client-cert-file and --kong-admin-tls-client-key-file'
    : 'it may not trust our client certificate: was it signed by the CA that Kong is told (KONG_NGINX_ADMIN_SSL_CLIENT_CERTIFICATE)?';
}

function checkAccess({ status, body }: Answer, { token, cert }: Material): Result | undefined {
  if (status === 401 || status === 403)
    return token === undefined
      ? fail('access', `demands credentials, and none were given (${status})`, {
          fix: 'give --kong-admin-token-file, or --kong-admin-header where a proxy asks for another header',
        })
      : fail('access', `does not accept our token (${status})`, {
          fix: 'compare --kong-admin-token(-file) with what the gateway is told; was it rotated?',
        });
  if (status !== 400 || !/SSL certificate/i.test(body)) return undefined;
  return cert === undefined
    ? fail('access', 'demands a client certificate, and none was given', {
        fix: 'give --kong-admin-tls-client-cert-file and --kong-admin-tls-client-key-file',
      })
    : fail('access', 'does not accept our client certificate', {
        fix: 'sign it with the CA that Kong is told (KONG_NGINX_ADMIN_SSL_CLIENT_CERTIFICATE), or tell Kong the CA that signed it',
      });
}

/** @returns what is there instead of an Admin API, where that can be told */
function somethingElse(
  { status, header, body, json }: Answer,
  workspace: string | undefined,
): Result | undefined {
  if (status === 400 && /plain HTTP request was sent to HTTPS port/i.test(body))
    return fail('admin-api', 'speaks HTTPS on this port, and was asked in plain HTTP', {
      fix: 'use an https:// URL, or a Service port whose name ends in -tls (appProtocol: https says it, too)',
    });
  const message = isObject(json) ? textOf(json, 'message') : undefined;
  const proxied =
    header('x-kong-proxy-latency') !== undefined ||
    header('x-kong-upstream-latency') !== undefined ||
    (header('x-kong-response-latency') !== undefined && header('x-kong-admin-latency') === undefined);
  if (proxied || /^no Route matched with those values/i.test(message ?? ''))
    return fail('admin-api', "this is Kong's proxy port, not its Admin API", {
      fix: `use the other port: ${PORTS}`,
    });
  if (status >= 300 && status < 400)
    return fail('admin-api', `redirects to another address (${status})`, {
      fix: 'use the address that it redirects to',
    });
  if (status === 404 && message === 'Not found' && workspace !== undefined)
    return fail('admin-api', 'has no such path with this --kong-workspace', {
      fix: 'leave --kong-workspace out: workspaces are Kong Enterprise',
    });
  if (json === undefined && status < 500 && status !== 413 && status !== 429)
    return fail(
      'admin-api',
      `something else than Kong's Admin API answers (${status}, ${describe(header)})`,
      {
        fix: `check the address: ${PORTS}`,
      },
    );
  return undefined;
}

function describe(header: Answer['header']): string {
  const type = header('content-type') ?? 'no content type';
  const server = header('server');
  return oneLine(server === undefined ? type : `${type}, server ${server}`).slice(0, 120);
}

/** What `GET /` says of itself; nothing where it says nothing. */
export function checkRoot(
  asked: Asked,
): { readonly root: Readonly<Record<string, unknown>> } | { readonly result: Result } {
  if ('trouble' in asked) return { result: fail('admin-api', asked.trouble.reason) };
  const { status, json } = asked.answer;
  if (status === 200 && isObject(json) && typeof json['version'] === 'string') return { root: json };
  const statusPort = status === 404 && isObject(json) && json['message'] === 'Not found';
  return {
    result: statusPort
      ? fail('admin-api', "this is Kong's status port, not its Admin API: it has no GET /", {
          fix: `use the other port: ${PORTS}`,
        })
      : fail('admin-api', `GET / does not answer as Kong's Admin API does (${status})`, {
          fix: `is there a proxy that lets only some paths through? ${PORTS}`,
        }),
  };
}
