// What a route may and must have depends on its protocols (kong/db/schema/entities/routes_subschemas.lua, Kong 3.9.3, with the
// default router flavor).
import { asList, isDict, own } from '../document/dict.js';
import type { Dict } from '../document/dict.js';
import type { KongField } from '../schema/kong-schema.js';
import { checkRecord } from './checks.js';
import type { Checks } from './checks.js';
import type { Report } from './field-errors.js';
import { routerRegexFault } from './text/regex.js';
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
  report: Report,
): void {
  const protocols = own(route, 'protocols') ?? fields.get('protocols')?.default;
  const names: unknown[] = Array.isArray(protocols) ? protocols : [];
  const first = names.find((name) => typeof name === 'string' && FAMILY_OF.has(name));
  const family = typeof first === 'string' ? FAMILY_OF.get(first) : undefined;
  if (family === undefined) return;
  const refuse = (field: string): void =>
    report({
      code: 'check',
      message: `cannot be set with protocols such as ${orList(family.protocols)}`,
      path: [field],
    });
  for (const field of family.without) if ((own(route, field) ?? null) !== null) refuse(field);
  if (family.protocols.includes('grpc') && own(route, 'strip_path') === true) refuse('strip_path');
  checkRecord(NO_RECORDS, family.checks, { protocols: names, ...route }, isSound, report);
}

const FAMILY_OF = new Map(
  FAMILIES.flatMap((family) => family.protocols.map((protocol) => [protocol, family] as const)),
);
const NO_RECORDS: ReadonlyMap<string, KongField> = new Map();

/** Header values are matched in lower case. */
const headerRegexFault = (text: string): string | undefined => routerRegexFault(text.slice(2).toLowerCase());

/** The router that Kong has by default turns a header without values into an expression that it cannot parse. */
export function checkRouteHeaders(route: Dict, report: Report): void {
  const headers = own(route, 'headers');
  if (!isDict(headers)) return;
  for (const [name, values] of Object.entries(headers)) {
    const path = ['headers', name];
    const list = asList(values) ?? [];
    if (list.length === 0) report({ code: 'bad-value', message: 'needs at least one value', path });
    list.forEach((item, index) => {
      const fault = typeof item === 'string' && item.startsWith('~*') ? headerRegexFault(item) : undefined;
      if (fault !== undefined) report({ code: 'bad-value', message: fault, path: [...path, index] });
    });
  }
}
