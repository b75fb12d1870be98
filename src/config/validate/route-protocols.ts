// What a route may and must have depends on its protocols (kong/db/schema/entities/routes_subschemas.lua, Kong 3.9.3, with the
// default router flavor).
import { asList, isDict, own } from '../document/dict.js';
import type { Dict } from '../document/dict.js';
import type { KongField } from '../schema/kong-schema.js';
import { checkRecord } from './checks.js';
import type { Checks } from './checks.js';
import type { FieldProblem } from './field-errors.js';
import { orList } from './words.js';

interface ProtocolFamily {
  readonly protocols: readonly string[];
  /** Fields that must not be set. */
  readonly without: readonly string[];
  readonly checks: Checks;
}

const isOneOf = (...protocols: string[]): unknown => ({ elements: { one_of: protocols } });

/** The first of a route's protocols picks its family. */
const FAMILIES: readonly ProtocolFamily[] = [
  {
    protocols: ['http', 'https'],
    without: ['sources', 'destinations'],
    checks: [
      {
        conditional_at_least_one_of: {
          if_field: 'protocols',
          if_match: { contains: 'https' },
          then_at_least_one_of: ['methods', 'hosts', 'headers', 'paths', 'snis'],
          else_match: { contains: 'http' },
          else_then_at_least_one_of: ['methods', 'hosts', 'headers', 'paths'],
        },
      },
    ],
  },
  {
    protocols: ['tcp', 'tls', 'udp', 'tls_passthrough'],
    without: ['methods', 'hosts', 'paths', 'headers'],
    checks: [
      {
        conditional_at_least_one_of: {
          if_field: 'protocols',
          if_match: isOneOf('tcp', 'tls', 'udp'),
          then_at_least_one_of: ['sources', 'destinations', 'snis'],
        },
      },
      {
        conditional_at_least_one_of: {
          if_field: 'protocols',
          if_match: isOneOf('tls_passthrough'),
          then_at_least_one_of: ['snis'],
        },
      },
    ],
  },
  {
    protocols: ['grpc', 'grpcs'],
    without: ['methods', 'sources', 'destinations'],
    checks: [
      {
        conditional_at_least_one_of: {
          if_field: 'protocols',
          if_match: { contains: 'grpcs' },
          then_at_least_one_of: ['hosts', 'headers', 'paths', 'snis'],
          else_match: { contains: 'grpc' },
          else_then_at_least_one_of: ['hosts', 'headers', 'paths'],
        },
      },
    ],
  },
];

/** Checks a route against the family of its protocols. */
export function checkRouteProtocols(
  fields: ReadonlyMap<string, KongField>,
  route: Dict,
  isSound: (path: readonly (string | number)[]) => boolean,
): FieldProblem[] {
  const protocols = own(route, 'protocols') ?? fields.get('protocols')?.default;
  const names: unknown[] = Array.isArray(protocols) ? protocols : [];
  const family = names
    .map((name) => FAMILIES.find((one) => one.protocols.some((own) => own === name)))
    .find(Boolean);
  if (family === undefined) return [];
  const unwanted = family.without.filter((field) => (own(route, field) ?? null) !== null);
  const problems = unwanted.map((field) => refuse(field, family));
  if (family.protocols.includes('grpc') && own(route, 'strip_path') === true)
    problems.push(refuse('strip_path', family));
  return [
    ...problems,
    ...checkRecord(fields, family.checks, route, isSound).filter(({ path }) => path.length === 0),
  ];
}

function refuse(field: string, { protocols }: ProtocolFamily): FieldProblem {
  return {
    code: 'check',
    message: `cannot be set with protocols such as ${orList(protocols)}`,
    path: [field],
  };
}

/** The router that Kong has by default turns a header without values into an expression that it cannot parse. */
export function checkRouteHeaders(route: Dict): FieldProblem[] {
  const headers = own(route, 'headers');
  if (!isDict(headers)) return [];
  const empty = Object.keys(headers).filter((name) => asList(headers[name])?.length === 0);
  return empty.map((name) => ({
    code: 'bad-value',
    message: 'needs at least one value',
    path: ['headers', name],
  }));
}
