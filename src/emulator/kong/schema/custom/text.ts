import { bytesOf } from '../../lua/pattern.js';

/** Names of services, routes, plugin instances: unreserved characters and anything outside ASCII. */
export function utf8Name(value: string): string | undefined {
  const bad = invalidUtf8(value);
  if (bad !== undefined) return bad;
  if (/^[\dA-Za-z.\-_~\x80-\xf4]+$/.test(bytesOf(value))) return undefined;
  return `invalid value '${value}': the only accepted ascii characters are alphanumerics or ., -, _, and ~`;
}

/** A tag: printable, without comma and slash. */
export function tag(value: string): string | undefined {
  const bad = invalidUtf8(value);
  if (bad !== undefined) return bad;
  if (/^[\x20-\x2b\x2d\x2e\x30-\x7e\x80-\xf4]+$/.test(bytesOf(value))) return undefined;
  return `invalid tag '${value}': expected printable ascii (except \`,\` and \`/\`) or valid utf-8 sequences`;
}

/** The name of a header. Kong's pattern lets a newline at the end pass. */
export function headerName(value: string): string | undefined {
  if (value === '') return 'no header name provided';
  if (/^[a-zA-Z0-9\-_]+\n?$/.test(value)) return undefined;
  return `bad header name '${value}', allowed characters are A-Z, a-z, 0-9, '_', and '-'`;
}

/** A token of RFC 2616. */
export function cookieName(value: string): string | undefined {
  if (value === '') return 'no token provided';
  if (!/[\x00-\x20\x7f-\xff()<>@,;:\\"/?={}[\]]/.test(bytesOf(value))) return undefined;
  return (
    'contains one or more invalid characters. ASCII control characters (0-31;127), space, tab and the ' +
    'characters ()<>@,;:\\"/?={}[] are not allowed.'
  );
}

/** Where a text stops being UTF-8 (1-based, in bytes); lone surrogates are what the reader leaves of bad bytes. */
export function invalidUtf8At(value: string): number | undefined {
  const match = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]|\ufffd/.exec(value);
  return match === null ? undefined : bytesOf(value.slice(0, match.index)).length + 1;
}

function invalidUtf8(value: string): string | undefined {
  const at = invalidUtf8At(value);
  return at === undefined ? undefined : `invalid utf-8 character sequence detected at position ${at}`;
}
