import { isKongBreaking } from '../lua/value.js';
import { htmlPage, message, notFound, unexpected, type Answer } from './answer.js';
import { isAccepted } from './body-forms.js';
import type { GatewayRequest, Handler, Route } from './request.js';

interface Match {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

const NEEDS_BODY = new Set(['POST', 'PUT', 'PATCH']);

/**
 * Finds the handler of a request as Kong's framework does: 404, 415, 405, OPTIONS and HEAD included.
 *
 * @param yamlTypes content types that `/config` takes besides those of every endpoint
 */
export function createRouter(
  routes: readonly Route[],
  yamlTypes: readonly string[],
): (request: GatewayRequest) => Answer | Promise<Answer> {
  const bySegments = new Map<number, Route[]>();
  for (const route of routes) {
    const length = segmentsOf(route.path).length;
    bySegments.set(length, [...(bySegments.get(length) ?? []), route]);
  }
  return (request) => {
    const segments = segmentsOf(request.path);
    const match = (bySegments.get(segments.length) ?? [])
      .map((route) => matchRoute(route, segments))
      .find((found) => found !== undefined);
    if (match === undefined) return notFound();
    const extra = match.route.path === '/config' ? yamlTypes : [];
    return hasForeignType(request, extra) ? htmlPage(415) : dispatch(match, request);
  };
}

/** A body needs a type that Kong knows; no body needs none. */
function hasForeignType({ method, contentType, hasBody }: GatewayRequest, extra: readonly string[]): boolean {
  if (!NEEDS_BODY.has(method)) return false;
  return contentType === undefined ? hasBody : !isAccepted(contentType, extra);
}

function dispatch({ route, params }: Match, request: GatewayRequest): Answer | Promise<Answer> {
  if (request.method === 'OPTIONS') return allowed(Object.keys(route.methods));
  const handler = handlerOf(route, request.method);
  return handler === undefined ? message(405, 'Method not allowed') : guarded(() => handler(request, params));
}

/** Where Kong breaks, by a Lua error or a stack that overflows, it answers 500. */
function guarded<T>(run: () => T): T | Answer {
  try {
    return run();
  } catch (error) {
    if (isKongBreaking(error)) return unexpected();
    throw error;
  }
}

function handlerOf({ methods }: Route, method: string): Handler | undefined {
  const name = method === 'HEAD' ? 'GET' : method;
  return Object.hasOwn(methods, name) ? methods[name] : undefined;
}

function allowed(methods: readonly string[]): Answer {
  const all = [...methods, 'OPTIONS', ...(methods.includes('GET') ? ['HEAD'] : [])].sort().join(', ');
  return {
    status: 204,
    headers: {
      Allow: all,
      'Access-Control-Allow-Methods': all,
      'Access-Control-Allow-Headers': 'Content-Type',
    },
  };
}

function segmentsOf(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}

function matchRoute(route: Route, segments: readonly string[]): Match | undefined {
  const params: Record<string, string> = {};
  for (const [at, part] of segmentsOf(route.path).entries()) {
    const segment = segments[at] ?? '';
    const name = /^\{(.+)\}$/.exec(part)?.[1];
    if (name !== undefined) params[name] = decode(segment);
    else if (part !== segment) return undefined;
  }
  return { route, params };
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
