// Paths as Kong 3.9.3 takes them (kong/db/schema/typedefs.lua: path, router_path).
import { normalizePath } from '../../document/migrate-paths.js';
import { pcreFault, routerRegexFault } from './regex.js';

const RFC_3986 = /^\/[0-9A-Za-z.\-_~/%:@!$&'()*+,;=]*$/;
const BAD_PERCENT = /%(?![0-9A-Fa-f]{2})/;

/** A path of an upstream service or a health check. */
export function pathFault(text: string): string | undefined {
  if (!RFC_3986.test(text)) return 'holds a character that a path may not have (RFC 3986); percent-encode it';
  return BAD_PERCENT.test(text) ? 'has a % that no two hexadecimal digits follow' : undefined;
}

/** A route's path: a prefix in its normal form, or `~` and a regular expression that suits nginx and the router. */
export function routePathFault(text: string): string | undefined {
  // Kong looks at the percent signs only of a path that has no other unusual character.
  if (RFC_3986.test(text) && BAD_PERCENT.test(text)) return pathFault(text);
  if (text.startsWith('~')) return pcreFault(text.slice(1)) ?? routerRegexFault(text.slice(1));
  return normalizePath(text) === text ? undefined : `is not in its normal form; write ${normalizePath(text)}`;
}
