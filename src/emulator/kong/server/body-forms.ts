import { fromJson, LuaError, tableOf, toText, type Key, type Table, type Value } from '../lua/value.js';
import { message, type Answer } from './answer.js';

/** The parameters Kong sees: of the query, and of the body where it has any. */
export type Parameters = { readonly params: Table } | { readonly refusal: Answer };

/** What of a request decides how its body is read. */
export interface Body {
  readonly contentType: string | undefined;
  readonly query: URLSearchParams;
  /** Nothing for a body that nginx spooled to a file, where Kong cannot read it. */
  readonly bytes: Buffer | undefined;
}

/** Content types Kong takes for a body; of a config also YAML. */
export function isAccepted(contentType: string, yaml: readonly string[]): boolean {
  return [...FORMS, ...yaml].some((prefix) => contentType.startsWith(prefix));
}

const FORMS = ['application/json', 'multipart/form-data', 'application/x-www-form-urlencoded'];

/**
 * Reads parameters as Kong's framework does: a JSON body's members, a form's fields, over those of the query.
 *
 * @throws LuaError for a JSON body that is neither object nor array, or an array with something in it
 */
export function readParameters({ contentType, query, bytes }: Body): Parameters {
  const params = queryTable(query);
  const type = contentType?.toLowerCase() ?? '';
  if (type.includes('application/json')) {
    const body = bytes === undefined ? undefined : parseJson(bytes);
    if (body === undefined || body === false) return { refusal: message(400, 'Cannot parse JSON body') };
    if (Array.isArray(body) ? body.length > 0 : !(body instanceof Map)) {
      throw new LuaError('bad argument to add_params (table expected)');
    }
    return { params: new Map([...params, ...tableOf(body)]) };
  }
  if (bytes === undefined) return { params };
  if (type.startsWith('application/x-www-form-urlencoded')) {
    return { params: new Map([...params, ...queryTable(new URLSearchParams(bytes.toString('utf8')))]) };
  }
  const boundary = type.startsWith('multipart/form-data') ? boundaryOf(contentType ?? '') : undefined;
  return {
    params: boundary === undefined ? params : new Map([...params, ...multipartFields(bytes, boundary)]),
  };
}

/** Whether a parameter says yes: `1`, `true`, `on` or `yes`, in any case. */
export function isTruthy(value: Value | undefined): boolean {
  if (typeof value === 'string') return ['true', '1', 'on', 'yes'].includes(value.toLowerCase());
  return value === true || value === 1;
}

/** `check_hash` is older: only `1` counts. */
export function isOne(value: Value | undefined): boolean {
  return toText(value) === '1';
}

function queryTable(query: URLSearchParams): Table {
  return new Map<Key, Value>([...query]);
}

function parseJson(bytes: Buffer): Value | undefined {
  try {
    return fromJson(JSON.parse(bytes.toString('utf8')));
  } catch {
    return undefined;
  }
}

function boundaryOf(contentType: string): string | undefined {
  const match = /boundary=(?:"([^"]+)"|([^;]+))/i.exec(contentType);
  return match?.[1] ?? match?.[2]?.trim();
}

/** Fields of a multipart body, files like values; bytes stay as they are. */
function multipartFields(body: Buffer, boundary: string): Table {
  const fields: Table = new Map();
  const delimiter = Buffer.from(`--${boundary}`);
  let at = body.indexOf(delimiter);
  while (at !== -1) {
    const next = body.indexOf(delimiter, at + delimiter.length);
    if (next === -1) break;
    const part = body.subarray(at + delimiter.length, next);
    const headersEnd = part.indexOf('\r\n\r\n');
    const name = /name="?([^";]+)"?/i.exec(part.subarray(0, headersEnd).toString('latin1'))?.[1];
    if (headersEnd !== -1 && name !== undefined) {
      fields.set(name, part.subarray(headersEnd + 4, part.length - 2).toString('utf8'));
    }
    at = next;
  }
  return fields;
}
