import { SCHEMAS } from './schemas.js';

type Json = Readonly<Record<string, unknown>>;

const json = (schema: string): Json => ({
  content: { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } },
});

const answer = (description: string, body: Json): Json => ({ description, ...body });

const error = (description: string): Json => answer(description, json('Error'));

const ERRORS: Json = {
  '401': error('The token is missing or wrong.'),
  '403': error('The Host or the Origin of the request is not ours.'),
  '404': error('There is no such thing, or no such revision.'),
  '503': error('Too many listen, or too much is being compared.'),
};

function get(summary: string, ok: Json, parameters: readonly Json[] = [], errors: Json = ERRORS): Json {
  return {
    get: {
      summary,
      ...(parameters.length > 0 && { parameters }),
      responses: { '200': ok, ...errors },
    },
  };
}

const parameter = (name: string, description: string, required: boolean, schema: Json): Json => ({
  name,
  in: 'query',
  description,
  required,
  schema,
});

const REVISION: Json = { type: 'string', pattern: '^[0-9a-fA-F]{8,32}$' };

const EVENTS = `A stream of events, by the names that stand below. At first everything; then what changed, at most twice a second; a
comment each 15 s. \`status\` carries StatusEvent, \`gateways\` GatewaysEvent, \`happening\` Happening (its seq is the event's id: with
Last-Event-ID only newer ones come). That a gateway was looked at once more, or still rests, is no change.`;

/** The description of the diagnostics API, OpenAPI 3.1. */
export function openapi(version: string): Json {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Silverback diagnostics',
      version,
      description:
        'What one replica knows: of itself, its sources, and, while it leads, of the gateways. Read only. No answer holds a secret.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    security: [{}, { token: [] }],
    paths: {
      '/openapi.json': {
        get: {
          summary: 'This description',
          security: [{}],
          responses: {
            '200': {
              description: 'OpenAPI 3.1',
              content: { 'application/json': { schema: { type: 'object' } } },
            },
          },
        },
      },
      '/api/v1/status': get('Everything at once', answer('The status', json('Status'))),
      '/api/v1/events': get(
        'What changes, as it changes',
        answer(EVENTS, { content: { 'text/event-stream': { schema: { type: 'string' } } } }),
      ),
      '/api/v1/happenings': get(
        'Lines of the log that are kept in memory',
        answer('Oldest first', json('Happenings')),
        [parameter('after', 'Only those with a higher seq', false, { type: 'integer', minimum: 0 })],
      ),
      '/api/v1/config': get(
        "A revision's configuration",
        answer('YAML, secrets redacted', { content: { 'text/yaml': { schema: { type: 'string' } } } }),
        [parameter('revision', 'An id, or 8 digits and more; desired unless given', false, REVISION)],
      ),
      '/api/v1/diff': get('What differs between two revisions', answer('The difference', json('Diff')), [
        parameter('from', 'The older revision', true, REVISION),
        parameter('to', 'The newer revision', true, REVISION),
      ]),
      '/api/v1/settings': get('The settings in force', answer('Secrets as ***', json('Settings'))),
    },
    components: {
      schemas: SCHEMAS,
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    },
  };
}
