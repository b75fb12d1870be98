import { buildRecord, definitionOf } from './build.js';
import type { RecordSchema } from './types.js';

/** Sub-schemas that `/schemas` does not show: routes by their first protocol, vaults by their name. */

export function routeSubschemas(): ReadonlyMap<string, RecordSchema> {
  const http = subschema({
    fields: forbidden(['sources', 'destinations'], "'http' or 'https'"),
    entity_checks: [
      atLeastOne(
        { contains: 'https' },
        ['methods', 'hosts', 'headers', 'paths', 'snis'],
        "must set one of %s when 'protocols' is 'https'",
        { match: { contains: 'http' }, of: ['methods', 'hosts', 'headers', 'paths'], protocol: 'http' },
      ),
    ],
  });
  const grpc = subschema({
    fields: [
      { strip_path: { type: 'boolean', required: true, default: false, ne: true, err: stripPath() } },
      ...forbidden(['methods', 'sources', 'destinations'], "'grpc' or 'grpcs'"),
    ],
    entity_checks: [
      atLeastOne(
        { contains: 'grpcs' },
        ['hosts', 'headers', 'paths', 'snis'],
        "must set one of %s when 'protocols' is 'grpcs'",
        { match: { contains: 'grpc' }, of: ['hosts', 'headers', 'paths'], protocol: 'grpc' },
      ),
    ],
  });
  const stream = subschema({
    fields: forbidden(['methods', 'hosts', 'paths', 'headers'], "'tcp', 'tls', 'tls_passthrough' or 'udp'"),
    entity_checks: [
      atLeastOne(
        { elements: { type: 'string', one_of: ['tcp', 'tls', 'udp'] } },
        ['sources', 'destinations', 'snis'],
        "must set one of %s when 'protocols' is 'tcp', 'tls' or 'udp'",
      ),
      atLeastOne(
        { elements: { type: 'string', one_of: ['tls_passthrough'] } },
        ['snis'],
        "must set snis when 'protocols' is 'tls_passthrough'",
      ),
    ],
  });
  return new Map([
    ['http', http],
    ['https', http],
    ['grpc', grpc],
    ['grpcs', grpc],
    ...['tcp', 'tls', 'udp', 'tls_passthrough'].map((protocol): [string, RecordSchema] => [protocol, stream]),
  ]);
}

export function vaultSubschemas(): ReadonlyMap<string, RecordSchema> {
  const env = buildRecord(
    definitionOf({
      fields: [
        {
          config: {
            type: 'record',
            required: true,
            fields: [{ prefix: { type: 'string', match: '^[%a_-][%a%d_-]*$' } }],
          },
        },
      ],
    }),
    'vault:env/',
  );
  return new Map([['env', env]]);
}

function subschema(definition: object): RecordSchema {
  return buildRecord(definitionOf(definition), 'route:');
}

function forbidden(names: readonly string[], protocols: string): object[] {
  return names.map((name) => ({
    [name]: { type: 'any', eq: null, err: `cannot set '${name}' when 'protocols' is ${protocols}` },
  }));
}

function stripPath(): string {
  return "cannot set 'strip_path' when 'protocols' is 'grpc' or 'grpcs'";
}

function atLeastOne(
  match: object,
  of: readonly string[],
  message: string,
  otherwise?: { match: object; of: readonly string[]; protocol: string },
): object {
  return {
    conditional_at_least_one_of: {
      if_field: 'protocols',
      if_match: match,
      then_at_least_one_of: of,
      then_err: message,
      ...(otherwise === undefined
        ? {}
        : {
            else_match: otherwise.match,
            else_then_at_least_one_of: otherwise.of,
            else_then_err: `must set one of %s when 'protocols' is '${otherwise.protocol}'`,
          }),
    },
  };
}
