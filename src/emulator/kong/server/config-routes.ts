import { unparsedBody } from '../declarative/refusal.js';
import { parseText } from '../declarative/text.js';
import { asMap, type Table } from '../lua/value.js';
import { json, jsonText, message, type Answer } from './answer.js';
import { isOne, isTruthy, readParameters } from './body-forms.js';
import { evaluate, md5 } from './evaluate.js';
import type { ScriptedRejection } from './faults.js';
import type { Gateway } from './gateway.js';
import type { GatewayRequest, Route } from './request.js';
import { exportYaml } from './store.js';

/** A config as it was posted: parsed, with the text Kong hashes, if it hashes one. */
interface Posted {
  readonly table: Table;
  readonly text: Uint8Array;
  readonly hash: string | undefined;
}

const NOT_A_STRING =
  "failed parsing declarative configuration: /usr/local/share/lua/5.1/lyaml/init.lua:460: bad argument #1 to 'parser' " +
  '(must provide a string argument)';

const ONLY_WITHOUT_DATABASE = 'this endpoint is only available when Kong is configured to not use a database';

export function configRoutes(gateway: Gateway): Route[] {
  const dbless = gateway.settings.database === 'off';
  const get = (): Answer =>
    json(200, new Map([['config', exportYaml(gateway.model.catalog, gateway.store())]]));
  const post = (request: GatewayRequest): Answer | Promise<Answer> => postConfig(gateway, request);
  const refused = (): Answer => message(400, ONLY_WITHOUT_DATABASE);
  const methods = dbless ? { GET: get, POST: post } : { GET: refused, POST: refused };
  return [{ path: '/config', methods }];
}

/** The order is Kong's: parameters, current hash, text, comparison, validation, load. */
function postConfig(gateway: Gateway, request: GatewayRequest): Answer | Promise<Answer> {
  const parameters = readParameters({ ...request, bytes: request.body });
  if ('refusal' in parameters) return parameters.refusal;
  const { params } = parameters;
  const flatten = gateway.traits.flattensErrors && isTruthy(params.get('flatten_errors'));
  const checkHash = isOne(params.get('check_hash'));
  if (gateway.traits.flattensErrors) params.delete('flatten_errors');
  params.delete('check_hash');
  const committed = gateway.hash();
  const posted = hydrate(params, request);
  if ('status' in posted) return posted;
  request.record.configBytes = posted.text.byteLength;
  if (checkHash && posted.hash !== undefined && posted.hash === committed) return { status: 304 };
  const scripted = gateway.faults.active.rejectWith?.(Buffer.from(posted.text).toString('utf8'));
  if (scripted !== undefined) return refuse(gateway, posted, rejection(scripted));
  const result = evaluate(gateway.model, posted.table, posted.text, posted.hash, {
    validate: gateway.settings.validate,
    flatten,
    emptyListIsList: gateway.traits.emptyListIsList,
    zerosWhenEmpty: gateway.traits.zerosWhenEmpty,
  });
  if ('refusal' in result) return refuse(gateway, posted, result.refusal);
  return new Promise((resolve) => gateway.loader.load(result.config, resolve));
}

/** Finds the config in the parameters: they are the config, or hold its text, or the body is the text. */
function hydrate(params: Table, { body }: GatewayRequest): Posted | Answer {
  const version = params.get('_format_version');
  if (version !== undefined && version !== false) {
    return { table: params, text: body ?? new Uint8Array(), hash: undefined };
  }
  const config = params.get('config');
  const text = config === undefined || config === false ? body : config;
  if (text === undefined || (text instanceof Uint8Array && text.length === 0)) {
    return message(400, 'expected a declarative configuration');
  }
  return typeof text === 'string' || text instanceof Uint8Array || typeof text === 'number'
    ? parse(Buffer.from(typeof text === 'number' ? String(text) : text))
    : jsonText(400, unparsedBody(NOT_A_STRING));
}

function parse(text: Buffer): Posted | Answer {
  const parsed = parseText(text);
  if (!parsed.ok) return jsonText(400, unparsedBody(parsed.message));
  return { table: asMap(parsed.value), text, hash: md5(text) };
}

function refuse(gateway: Gateway, { hash }: Posted, answer: Answer): Answer {
  gateway.loader.refused(hash ?? '');
  return answer;
}

function rejection({ message: text, fields, flattenedErrors }: ScriptedRejection): Answer {
  const body = {
    code: 14,
    name: 'invalid declarative configuration',
    message: text ?? 'declarative config is invalid: {}',
    fields: fields ?? {},
    ...(flattenedErrors === undefined ? {} : { flattened_errors: flattenedErrors }),
  };
  return jsonText(400, JSON.stringify(body));
}
