// The JSON of the diagnostics API as JSON Schema (draft 2020-12). A test holds real answers against it.
import { PHASES } from '../../report/phases.js';

type Schema = Readonly<Record<string, unknown>>;
type Fields = Readonly<Record<string, Schema>>;

const record = (required: Fields, optional: Fields = {}): Schema => ({
  type: 'object',
  required: Object.keys(required),
  properties: { ...required, ...optional },
});
export const list = (items: Schema, description?: string): Schema => ({
  type: 'array',
  items,
  ...(description !== undefined && { description }),
});
const word = (description?: string): Schema => ({
  type: 'string',
  ...(description !== undefined && { description }),
});
const oneOf = (...words: readonly string[]): Schema => ({ type: 'string', enum: words });
const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });
const COUNT: Schema = { type: 'integer', minimum: 0 };
const MS: Schema = { type: 'number', minimum: 0, description: 'Milliseconds.' };
const YES_NO: Schema = { type: 'boolean' };
const TIME: Schema = { type: 'string', format: 'date-time' };
const ID: Schema = {
  type: 'string',
  pattern: '^[0-9a-f]{32}$',
  description: 'MD5 of the bytes, hex: the configuration_hash of gateways that serve it.',
};
const HASH: Schema = { type: 'string', description: 'A configuration_hash as the gateway shows it.' };

const GATEWAY = record(
  {
    name: word(),
    url: word('Its Admin API.'),
    phase: oneOf(...PHASES),
    current: { type: 'boolean', description: 'It serves what it should.' },
    canary: YES_NO,
    failures: { ...COUNT, description: 'Failures in a row.' },
  },
  {
    pod: ref('ObjectRef'),
    node: word(),
    zone: word(),
    ready: { type: 'boolean', description: "The Pod's readiness." },
    kongVersion: word(),
    since: { ...TIME, description: 'Since when it is in that phase.' },
    hash: HASH,
    revision: ID,
    lookedAt: TIME,
    trouble: ref('Trouble'),
    lastLoadMs: MS,
    drift: record({
      kind: oneOf('empty', 'file', 'older', 'foreign'),
      at: TIME,
      times: { ...COUNT, description: 'How often lately, one after the other.' },
    }),
    restMs: { ...MS, description: 'How long it still rests before its next load (ms).' },
  },
);

const SOURCE_OF_REVISION = record(
  { name: word() },
  { object: ref('ObjectRef'), resourceVersion: word(), digest: word(), gitSha: word() },
);

const WITHDRAWN = record({ revision: ID, at: TIME, by: word(), why: word() });
const AUDIT = record({ at: TIME, by: word(), what: word() });

const STATUS = {
  time: TIME,
  version: word(),
  identity: word('The replica that answers.'),
  summary: ref('Summary'),
  observing: { type: 'boolean', description: 'It does everything but push (--observe).' },
  leadership: ref('Leadership'),
  config: ref('Config'),
  rollout: ref('Rollout'),
  revisions: ref('Revisions'),
  discoveryProblems: list(word(), 'What keeps endpoints of the Service from being gateways.'),
  convergences: list(ref('Convergence'), 'Newest first, at most 100.'),
};

export const SCHEMAS: Readonly<Record<string, Schema>> = {
  Status: record({ ...STATUS, gateways: list(ref('Gateway'), 'Ordered by name.') }),
  StatusEvent: record(STATUS),
  GatewaysEvent: record({ changed: list(ref('Gateway')), gone: list(word(), 'Names of those that left.') }),
  Summary: record({
    level: oneOf('ok', 'working', 'attention', 'following', 'unknown'),
    sentence: word(),
    advice: list(word(), 'What to do, most urgent first.'),
  }),
  Leadership: record(
    { leading: YES_NO, election: YES_NO, term: COUNT },
    { holder: word(), since: TIME, lease: ref('ObjectRef') },
  ),
  ObjectRef: record({ apiVersion: word(), kind: word(), namespace: word(), name: word() }, { uid: word() }),
  Trouble: record({ code: word(), reason: word() }, { advice: word() }),
  Config: record(
    {
      verdict: oneOf('pending', 'valid', 'held', 'invalid'),
      findings: list(ref('Finding'), 'The gravest first, at most 100.'),
      sources: list(ref('Source')),
    },
    { since: TIME },
  ),
  Finding: record(
    { severity: oneOf('error', 'hold', 'warning'), code: word(), message: word() },
    {
      file: word(),
      line: COUNT,
      column: COUNT,
      endLine: COUNT,
      endColumn: COUNT,
      path: word(),
      entity: record({ type: word() }, { name: word(), id: word() }),
      hint: word(),
      excerpt: word('Lines of text for a fixed-width font; secrets are ***.'),
    },
  ),
  Source: record(
    {
      name: word(),
      state: oneOf('accepted', 'pending', 'invalid', 'quarantined', 'unreadable', 'vanished'),
      errors: COUNT,
      warnings: COUNT,
    },
    {
      object: ref('ObjectRef'),
      resourceVersion: word(),
      gitSha: word(),
      digest: word('SHA-256 of its texts, hex.'),
      reason: word(),
    },
  ),
  Rollout: record(
    { phase: word(), meaning: word(), canaries: list(word()), done: COUNT, total: COUNT },
    { revision: ID },
  ),
  Revisions: record(
    { kept: list(ref('Revision')), withdrawn: list(WITHDRAWN), audit: list(AUDIT) },
    {
      desired: ref('Revision'),
      lastGood: ref('Revision'),
      held: record({ reasons: list(word()), codes: list(word()) }, { revision: ID, since: TIME }),
      paused: record({ at: TIME, by: word() }),
    },
  ),
  Revision: record(
    {
      id: ID,
      bytes: COUNT,
      counts: { type: 'object', additionalProperties: COUNT },
      sources: list(SOURCE_OF_REVISION),
    },
    { at: TIME },
  ),
  Gateway: GATEWAY,
  Convergence: record({ at: TIME, revision: ID, gateways: COUNT, durationMs: MS }),
  Happening: record({
    seq: { ...COUNT, description: 'Counts up; a gap means that older ones were dropped.' },
    at: TIME,
    level: oneOf('debug', 'info', 'warn', 'error'),
    event: word(),
    message: word(),
  }),
  Happenings: record({ happenings: list(ref('Happening'), 'Oldest first, at most 1,000 are kept.') }),
  Settings: list(record({ name: word(), default: YES_NO }, { value: {} })),
  Diff: {
    type: 'object',
    required: ['version', 'different', 'summary', 'settings', 'entities'],
    description: 'What silverback diff --format json prints (docs/diff.md).',
    properties: {
      version: COUNT,
      different: YES_NO,
      summary: { type: 'object', additionalProperties: COUNT },
      settings: list({ type: 'object' }),
      entities: list({ type: 'object' }),
    },
  },
  Error: record({ error: record({ code: word(), message: word() }) }),
};
