import { asMap, isTable, type Table, type Value } from '../lua/value.js';
import type { Entity } from '../schema/catalog.js';
import { json, jsonText, message, notFound, type Answer } from './answer.js';
import { readParameters } from './body-forms.js';
import type { Gateway } from './gateway.js';
import type { GatewayRequest, Handler, Route } from './request.js';
import { page } from './page.js';
import { problemsOf, schemaViolation } from './schema-routes.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A foreign key of an entity, as paths see it: `/<parent>/{id}/<child>` and `/<child>/{id}/<field>`. */
interface Relation {
  readonly child: Entity;
  readonly field: string;
  readonly parent: Entity;
}

/** Reads of every entity the Admin API shows, nested ones included, and the refusals of writes. */
export function entityRoutes(gateway: Gateway): Route[] {
  const entities = [...gateway.model.catalog.entities.values()];
  const shown = entities.filter(({ adminPath, name }) => adminPath !== undefined && name !== 'filter_chains');
  const relations = entities
    .filter(({ hasAdminApi }) => hasAdminApi)
    .flatMap((child) => relationsOf(gateway, child));
  return [
    ...fixedRoutes(),
    ...relations.flatMap((relation) => relatedRoutes(gateway, relation)),
    ...shown.flatMap((entity) => ownRoutes(gateway, entity)),
  ];
}

/** Endpoints that answer the same whatever is configured. */
function fixedRoutes(): Route[] {
  const noWasm = (): Answer => message(400, 'this endpoint is only available when wasm is enabled');
  const tags = (path: string): Answer =>
    jsonText(
      200,
      JSON.stringify({ data: [], next: `${path}?offset=key_sets%7Cnil`, offset: 'key_sets|nil' }),
    );
  return [
    { path: '/filter-chains', methods: { GET: noWasm, POST: noWasm } },
    { path: '/tags', methods: { GET: () => tags('/tags') } },
    { path: '/tags/{tags}', methods: { GET: (_, params) => tags(`/tags/${params['tags'] ?? ''}`) } },
    { path: '/cache/{key}', methods: { GET: notFound } },
  ];
}

function ownRoutes(gateway: Gateway, entity: Entity): Route[] {
  const path = `/${entity.adminPath ?? entity.name}`;
  const one = `${path}/{${entity.name}}`;
  return [
    {
      path,
      methods: {
        GET: (request) => page(gateway, entity, request, gateway.store()?.list(entity) ?? [], path),
        POST: (request) => create(gateway, entity, request, undefined),
      },
    },
    {
      path: one,
      methods: {
        GET: (_, params) => found(gateway.store()?.find(entity, params[entity.name] ?? '')),
        ...writes(gateway, entity, (params) => params[entity.name] ?? ''),
      },
    },
  ];
}

function relatedRoutes(gateway: Gateway, { child, field, parent }: Relation): Route[] {
  const parentPath = `/${parent.adminPath ?? parent.name}/{${parent.name}}`;
  const parentOf = (params: Readonly<Record<string, string>>): Table | undefined =>
    gateway.store()?.find(parent, params[parent.name] ?? '');
  const children = (of: Table): Table[] =>
    (gateway.store()?.list(child) ?? []).filter((item) => referenceId(item.get(field)) === of.get('id'));
  const listPath = `${parentPath}/${child.nestedPath}`;
  const list: Handler = (request, params) => {
    const of = parentOf(params);
    if (of === undefined) return notFound();
    return page(gateway, child, request, children(of), request.path);
  };
  const add: Handler = (request, params) => {
    const of = parentOf(params);
    return of === undefined
      ? notFound()
      : create(gateway, child, request, { field, id: of.get('id') ?? null });
  };
  const one: Handler = (_, params) => {
    const of = parentOf(params);
    const key = params[child.name] ?? '';
    const name = UUID.test(key) ? 'id' : (child.endpointKey ?? 'id');
    return found(of === undefined ? undefined : children(of).find((item) => item.get(name) === key));
  };
  const back: Handler = (_, params) => {
    const item = gateway.store()?.find(child, params[child.name] ?? '');
    return found(
      item === undefined ? undefined : gateway.store()?.find(parent, referenceId(item.get(field)) ?? ''),
    );
  };
  const extra: Route[] =
    child.name === 'targets'
      ? [
          { path: `${listPath}/all`, methods: { GET: list } },
          {
            path: `${parentPath}/health`,
            methods: { GET: (request, params) => health(gateway, list, request, params) },
          },
        ]
      : [];
  return [
    ...extra,
    { path: listPath, methods: { GET: list, POST: add } },
    { path: `${listPath}/{${child.name}}`, methods: { GET: one } },
    ...(child.adminPath === undefined
      ? []
      : [{ path: `/${child.adminPath}/{${child.name}}/${field}`, methods: { GET: back } }]),
  ];
}

function relationsOf({ model }: Gateway, child: Entity): Relation[] {
  return [...(model.references.get(child.name) ?? [])].flatMap(([field, reference]) => {
    const parent = model.catalog.entities.get(reference);
    return parent?.adminPath === undefined ? [] : [{ child, field, parent }];
  });
}

function found(item: Table | undefined): Answer {
  return item === undefined ? notFound() : json(200, item);
}

function referenceId(value: Value | undefined): string | undefined {
  const id = isTable(value) ? asMap(value).get('id') : undefined;
  return typeof id === 'string' ? id : undefined;
}

/** A `POST` is validated before it is refused. */
function create(
  gateway: Gateway,
  entity: Entity,
  request: GatewayRequest,
  parent: { field: string; id: Value } | undefined,
): Answer {
  const parameters = readParameters({ ...request, query: new URLSearchParams(), bytes: request.body });
  if ('refusal' in parameters) return parameters.refusal;
  const { params } = parameters;
  if (parent !== undefined) params.set(parent.field, new Map([['id', parent.id]]));
  const problems = problemsOf(gateway, entity, params);
  return problems === undefined
    ? unsupported(`cannot create '${entity.name}' entities`)
    : schemaViolation(problems);
}

function writes(
  gateway: Gateway,
  entity: Entity,
  keyOf: (params: Readonly<Record<string, string>>) => string,
): Readonly<Record<string, Handler>> {
  const by = (key: string): string =>
    UUID.test(key) || entity.endpointKey === undefined ? '' : ` by '${entity.endpointKey}'`;
  const isThere = (key: string): boolean => gateway.store()?.find(entity, key) !== undefined;
  return {
    PUT: (_, params) => unsupported(`cannot create or update '${entity.name}' entities${by(keyOf(params))}`),
    PATCH: (_, params) =>
      isThere(keyOf(params))
        ? unsupported(`cannot update '${entity.name}' entities${by(keyOf(params))}`)
        : notFound(),
    DELETE: (_, params) =>
      isThere(keyOf(params))
        ? unsupported(`cannot remove '${entity.name}' entities${by(keyOf(params))}`)
        : { status: 204 },
  };
}

function unsupported(words: string): Answer {
  const text = `${words} when not using a database`;
  return jsonText(405, JSON.stringify({ code: 12, name: 'operation unsupported', message: text }));
}

/** Health of an upstream's targets: nobody checks them here. */
async function health(
  gateway: Gateway,
  list: Handler,
  request: GatewayRequest,
  params: Readonly<Record<string, string>>,
): Promise<Answer> {
  const answer = await list(request, params);
  if (answer.status !== 200 || typeof answer.body !== 'string') return answer;
  const listed: unknown = JSON.parse(answer.body);
  const targets = typeof listed === 'object' && listed !== null && 'data' in listed ? listed.data : [];
  const data = (Array.isArray(targets) ? targets : []).map((item: unknown) => withHealth(item));
  return jsonText(200, JSON.stringify({ node_id: gateway.process.nodeId, data, next: null }));
}

function withHealth(target: unknown): object {
  if (typeof target !== 'object' || target === null) return {};
  const text = 'target' in target ? String(target.target) : '';
  const weight = 'weight' in target ? Number(target.weight) : 100;
  const [, host = text, port = '8000'] = /^(.*?)(?::(\d+))?$/.exec(text) ?? [];
  const address = { ip: host, port: Number(port), health: 'HEALTHCHECKS_OFF', weight };
  const data = {
    dns: 'A',
    host,
    port: Number(port),
    nodeWeight: weight,
    addresses: [address],
    weight: { available: weight, total: weight, unavailable: 0 },
  };
  return { ...target, health: 'HEALTHCHECKS_OFF', data };
}
