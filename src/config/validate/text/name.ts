// Names, tags and tokens as Kong 3.9.3 takes them (kong/db/schema/typedefs.lua, kong/tools/http.lua).

/** U+DFFF stands for bytes that were no UTF-8 (parse/decode.ts). */
const LONE_SURROGATE = /[\ud800-\udfff]/u;

export function nameFault(text: string): string | undefined {
  if (LONE_SURROGATE.test(text)) return 'is not valid UTF-8';
  return /^[0-9A-Za-z.\-_~\u0080-\u{10ffff}]+$/u.test(text)
    ? undefined
    : 'may hold letters, digits, ., -, _ and ~ only (and any letter beyond ASCII)';
}

export function tagFault(text: string): string | undefined {
  if (LONE_SURROGATE.test(text)) return 'is not valid UTF-8';
  return /^[ !-+\-.0-~\u0080-\u{10ffff}]+$/u.test(text)
    ? undefined
    : 'may hold no comma, no slash and no control character';
}

export function headerNameFault(text: string): string | undefined {
  return /^[a-zA-Z0-9\-_]+$/.test(text) ? undefined : 'may hold letters, digits, - and _ only';
}

export function cookieNameFault(text: string): string | undefined {
  return /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(text) ? undefined : 'is no cookie name (RFC 6265: a token)';
}
