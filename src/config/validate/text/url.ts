/** The parts of a URL as LuaSocket's `url.parse` finds them: no check, no decoding. */
export interface UrlParts {
  readonly scheme?: string;
  readonly host?: string;
  readonly port?: string;
  readonly path?: string;
  readonly fragment?: string;
  readonly userinfo?: string;
}

export function parseUrl(url: string): UrlParts {
  let rest = url;
  const take = (pattern: RegExp): string | undefined => {
    const found = pattern.exec(rest);
    if (found === null) return undefined;
    rest = rest.slice(0, found.index) + rest.slice(found.index + found[0].length);
    return found[1] ?? '';
  };
  const scheme = take(/^([0-9A-Za-z][0-9A-Za-z+\-.]*):/);
  const authority = take(/^\/\/([^/?#]*)/);
  const fragment = take(/#([^]*)$/);
  take(/\?([^]*)$/);
  take(/;([^]*)$/);
  return {
    ...(scheme !== undefined && { scheme }),
    ...(fragment !== undefined && { fragment }),
    ...(rest !== '' && { path: rest }),
    ...(authority !== undefined && splitAuthority(authority)),
  };
}

function splitAuthority(authority: string): UrlParts {
  const [, userinfo] = /^([^@]*)@/.exec(authority) ?? [];
  const place = userinfo === undefined ? authority : authority.slice(userinfo.length + 1);
  const [, port] = /:([^:\]]*)$/.exec(place) ?? [];
  const host = port === undefined ? place : place.slice(0, -(port.length + 1));
  return {
    ...(host !== '' && { host: /^\[(.+)\]$/.exec(host)?.[1] ?? host }),
    ...(port !== undefined && { port }),
    ...(userinfo !== undefined && { userinfo }),
  };
}

/** A redirect URI of an OAuth 2.0 client. */
export function redirectUriFault(text: string): string | undefined {
  const { scheme, host, fragment } = parseUrl(text);
  if (scheme === undefined || host === undefined) return 'must be an absolute URL, with scheme and host';
  return fragment === undefined ? undefined : 'must not have a fragment';
}

/** An absolute URL. */
export function urlFault(text: string): string | undefined {
  const { scheme, host } = parseUrl(text);
  return scheme === undefined || host === undefined
    ? 'must be a URL with scheme and host, such as http://example.test'
    : undefined;
}
