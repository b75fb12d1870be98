import type { Entity } from '../schema/catalog.js';
import { fillRecord } from '../schema/defaults.js';
import { ENTITY, type Problem, type Problems } from '../schema/types.js';
import { validateRecord } from '../schema/validate.js';
import { encodeJson } from '../lua/json.js';
import { prettyTable } from '../lua/pretty.js';
import { LuaError, type Key, type Table, type Value } from '../lua/value.js';
import { json, message, type Answer } from './answer.js';
import { readParameters } from './body-forms.js';
import type { Gateway } from './gateway.js';
import type { GatewayRequest, Route } from './request.js';

/** `/schemas/...`: what Kong knows, and checks of one entity against it. */
export function schemaRoutes(gateway: Gateway): Route[] {
  const { catalog } = gateway.model;
  const validate = (name: string, request: GatewayRequest): Answer => {
    const entity = catalog.entities.get(name);
    return entity === undefined ? noEntity(name) : validateOne(gateway, entity, request);
  };
  return [
    { path: '/schemas/plugins/validate', methods: { POST: (request) => validate('plugins', request) } },
    { path: '/schemas/vaults/validate', methods: { POST: (request) => validate('vaults', request) } },
    { path: '/schemas/plugins/{name}', methods: { GET: (_, { name = '' }) => pluginSchema(gateway, name) } },
    { path: '/schemas/vaults/{name}', methods: { GET: (_, { name = '' }) => vaultSchema(gateway, name) } },
    {
      path: '/schemas/{db_entity_name}/validate',
      methods: { POST: (request, { db_entity_name: name = '' }) => validate(name, request) },
    },
    { path: '/schemas/{name}', methods: { GET: (_, { name = '' }) => entitySchema(gateway, name) } },
  ];
}

function entitySchema({ model }: Gateway, name: string): Answer {
  const shown = model.catalog.shownEntities.get(name);
  const known = name === 'tags' || model.catalog.entities.has(name);
  return shown === undefined || !known ? noEntity(name) : json(200, shown);
}

function pluginSchema({ model }: Gateway, name: string): Answer {
  const shown = model.catalog.plugins.includes(name) ? model.catalog.shownPlugins.get(name) : undefined;
  return shown === undefined ? message(404, `No plugin named '${name}'`) : json(200, shown);
}

function vaultSchema({ model }: Gateway, name: string): Answer {
  const known = model.catalog.entities.get('vaults')?.schema.subschemas?.get(name);
  if (known === undefined) return message(404, `No vault named '${name}'`);
  const fields = known.fields.map((field): Value => new Map([[field.name, field.field.definition]]));
  return json(
    200,
    new Map<Key, Value>([
      ['fields', fields],
      ['entity_checks', []],
    ]),
  );
}

function noEntity(name: string): Answer {
  return message(404, `No entity named '${name}'`);
}

function validateOne(gateway: Gateway, entity: Entity, request: GatewayRequest): Answer {
  const parameters = readParameters({ ...request, bytes: request.body });
  if ('refusal' in parameters) return parameters.refusal;
  const problems = problemsOf(gateway, entity, parameters.params);
  return problems === undefined ? message(200, 'schema validation successful') : schemaViolation(problems);
}

/**
 * What is wrong with one entity, checked as the Admin API would check it.
 *
 * @throws LuaError where Kong breaks
 */
export function problemsOf({ model }: Gateway, entity: Entity, input: Table): Problems | undefined {
  const filled = fillRecord(entity.schema, input, model.world);
  if (filled === undefined) throw new LuaError("attempt to index local 'input' (a nil value)");
  return validateRecord(entity.schema, filled, model.world);
}

const SCHEMA_VIOLATION = 2;

/** Kong's 400 for one entity: all complaints in one message, fields sorted. */
export function schemaViolation(problems: Problems): Answer {
  const lines = [...entityMessages(problems.get(ENTITY)), ...fieldMessages(problems)];
  const [only] = lines;
  const text =
    lines.length === 1 && only !== undefined ? `schema violation (${only})` : manyViolations(lines);
  return {
    status: 400,
    headers: { 'Content-Type': 'application/json; charset=utf-8' },
    body: encodeJson(
      new Map<Key, Value>([
        ['code', SCHEMA_VIOLATION],
        ['name', 'schema violation'],
        ['message', text],
        ['fields', problems],
      ]),
    ),
  };
}

function manyViolations(lines: readonly string[]): string {
  return `${lines.length} schema violations (${lines.join('; ')})`;
}

function entityMessages(problem: Problem | undefined): string[] {
  return problem instanceof Map ? [...problem.values()].map(String) : [];
}

function fieldMessages(problems: Problems): string[] {
  return sorted(problems).flatMap(([name, problem]) => {
    if (name === ENTITY) return [];
    if (typeof problem === 'string') return [`${String(name)}: ${problem}`];
    return sorted(problem).map(
      ([key, inner]) =>
        `${String(name)}.${String(key)}: ${typeof inner === 'string' ? inner : prettyTable(inner)}`,
    );
  });
}

function sorted(problems: Problems): [Key, Problem][] {
  return [...problems].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
}
