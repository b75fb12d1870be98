import type { StoredObject } from './object.js';
import { createPages } from './pages.js';
import { apiVersionOf, targetOf, type Target } from './resources.js';
import { accessReview, attributesOf, forbidden, type Allows } from './rights.js';
import { matcherOf } from './selectors.js';
import { badRequest, statusObject, StatusError } from './status.js';
import type { Store } from './store.js';
import { createWatches, type Watch, type WatchTimers } from './watch.js';

export interface ApiRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly contentType?: string | undefined;
  readonly body?: string | undefined;
  /** Who asks, where that is known. */
  readonly client?: string | undefined;
}

export type ApiAnswer =
  | { readonly status: number; readonly body: object | string; readonly retryAfterSeconds?: number }
  | { readonly status: 200; readonly watch: Watch };

/** The Kubernetes API over a store, without a network. */
export interface KubeApi {
  /** Never throws: refusals are answers. */
  handle(request: ApiRequest): ApiAnswer;
  /** Sends a bookmark to every watch that takes them. */
  bookmark(): void;
  /** Forgets old versions: lists under way and watches from before get 410. */
  compact(): void;
}

export interface ApiOptions extends WatchTimers {
  readonly store: Store;
  /** How a watch from a forgotten version is refused: with an ERROR event (as kube-apiserver does), or with an HTTP status. */
  readonly goneAs: 'event' | 'status';
  /** Who may do what; everybody may do everything unless given. */
  readonly allows?: Allows;
}

/** kube-apiserver's `--min-request-timeout`: watches without timeoutSeconds last at least that. */
const DEFAULT_WATCH_S = 1800;
const ACCESS_REVIEWS = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
const SELF_SUBJECT_REVIEWS = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
const PATCH_TYPES = ['application/merge-patch+json', 'application/strategic-merge-patch+json'];

export function createKubeApi(options: ApiOptions): KubeApi {
  const { store, goneAs, allows = () => true } = options;
  const watches = createWatches(store, options);
  const pages = createPages();

  function answer(request: ApiRequest): ApiAnswer {
    const [path = '', query = ''] = request.path.split('?', 2);
    if (path === '/version') return { status: 200, body: { major: '1', minor: '33', gitVersion: 'v1.33.0' } };
    if (path === '/readyz' || path === '/livez') return { status: 200, body: 'ok' };
    if (path === SELF_SUBJECT_REVIEWS && request.method === 'POST') return whoAmI(request.client);
    if (path === ACCESS_REVIEWS && request.method === 'POST') {
      return { status: 201, body: accessReview(parseBody(request), request.client, allows) };
    }
    const target = targetOf(path);
    if (target === undefined) {
      throw new StatusError(404, 'NotFound', 'the server could not find the requested resource');
    }
    const asked = attributesOf(request.method, target, new URLSearchParams(query), request.client);
    if (!allows(asked)) throw forbidden(target, asked);
    return target.name === undefined
      ? onCollection(request, target, new URLSearchParams(query))
      : onObject(request, target, target.name);
  }

  function onCollection(request: ApiRequest, target: Target, query: URLSearchParams): ApiAnswer {
    const { resource, namespace } = target;
    if (request.method === 'GET') {
      return ['1', 'true'].includes(query.get('watch') ?? '') ? watch(target, query) : list(target, query);
    }
    if (request.method !== 'POST' || namespace === undefined) throw methodNotAllowed();
    return { status: 201, body: store.create(resource, namespace, parseBody(request)) };
  }

  function onObject(request: ApiRequest, { resource, namespace = '' }: Target, name: string): ApiAnswer {
    switch (request.method) {
      case 'GET':
        return { status: 200, body: store.get(resource, namespace, name) };
      case 'PUT': {
        const status = store.has(resource, namespace, name) ? 200 : 201;
        return { status, body: store.update(resource, namespace, name, parseBody(request)) };
      }
      case 'PATCH':
        if (!PATCH_TYPES.includes(request.contentType ?? '')) {
          throw new StatusError(415, 'UnsupportedMediaType', 'the emulator takes merge patches only');
        }
        return { status: 200, body: store.patch(resource, namespace, name, parseBody(request)) };
      case 'DELETE': {
        const { uid } = store.remove(resource, namespace, name).metadata;
        const details = { name, group: resource.group, kind: resource.plural, uid };
        return { status: 200, body: { kind: 'Status', apiVersion: 'v1', status: 'Success', details } };
      }
      default:
        throw methodNotAllowed();
    }
  }

  function list({ resource, namespace }: Target, query: URLSearchParams): ApiAnswer {
    const matches = matcherOf(query.get('labelSelector'), query.get('fieldSelector'));
    const limit = Number(query.get('limit') ?? 0);
    const token = query.get('continue');
    const page =
      token === null || token === ''
        ? pages.first(store.list(resource, namespace).filter(matches), store.version(), limit)
        : pages.next(token, limit);
    return {
      status: 200,
      body: {
        kind: `${resource.kind}List`,
        apiVersion: apiVersionOf(resource),
        metadata: {
          resourceVersion: String(page.version),
          ...(page.token === undefined ? {} : { continue: page.token, remainingItemCount: page.remaining }),
        },
        items: page.items.map(withoutKind),
      },
    };
  }

  function watch({ resource, namespace }: Target, query: URLSearchParams): ApiAnswer {
    const version = query.get('resourceVersion') ?? '';
    if (!/^\d*$/.test(version)) throw badRequest(`Invalid value: "${version}": resourceVersion`);
    const from = version === '' || version === '0' ? undefined : Number(version);
    if (from !== undefined && goneAs === 'status') store.since(from);
    return {
      status: 200,
      watch: watches.accept({
        resource,
        namespace,
        from,
        matches: matcherOf(query.get('labelSelector'), query.get('fieldSelector')),
        bookmarks: query.get('allowWatchBookmarks') === 'true',
        timeoutMs: Number(query.get('timeoutSeconds') ?? DEFAULT_WATCH_S) * 1000,
      }),
    };
  }

  return {
    handle(request) {
      try {
        return answer(request);
      } catch (error) {
        if (!(error instanceof StatusError)) throw error;
        const { code, retryAfterSeconds } = error;
        const wait = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
        return { status: code, body: statusObject(error), ...wait };
      }
    },
    bookmark: () => watches.bookmark(),
    compact() {
      store.compact();
      pages.forget();
    },
  };
}

/** Without credentials everybody is `system:anonymous`, as with kube-apiserver. */
function whoAmI(username = 'system:anonymous'): ApiAnswer {
  const apiVersion = 'authentication.k8s.io/v1';
  return { status: 201, body: { apiVersion, kind: 'SelfSubjectReview', status: { userInfo: { username } } } };
}

function methodNotAllowed(): StatusError {
  return new StatusError(
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
  );
}

function parseBody({ body = '' }: ApiRequest): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw badRequest('the object provided is unrecognized (must be of type JSON)');
  }
}

/** Items of a list come without kind and apiVersion, as kube-apiserver sends them. */
function withoutKind(object: StoredObject): object {
  const { kind: _kind, apiVersion: _apiVersion, ...rest } = object;
  return rest;
}
