import { message, notFound, type Answer } from './answer.js';
import type { GatewayRequest, Handler, Route } from './request.js';

interface Match {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

/** Finds the handler of a request as Kong's framework does: 404, 405, OPTIONS and HEAD included. */
export function createRouter(
  routes: readonly Route[],
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
    return match === undefined ? notFound() : dispatch(match, request);
  };
}

function dispatch({ route, params }: Match, request: GatewayRequest): Answer | Promise<Answer> {
  if (request.method === 'OPTIONS') return allowed(Object.keys(route.methods));
  const handler = handlerOf(route, request.method);
  return handler === undefined ? message(405, 'Method not allowed') : handler(request, params);
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
