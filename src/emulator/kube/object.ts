import { apiVersionOf, type ResourceKind } from './resources.js';
import { badRequest, invalid } from './status.js';

export interface Metadata {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly creationTimestamp: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** An object as it is stored: never changed, only replaced. */
export interface StoredObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
  readonly [field: string]: unknown;
}

/** An object as it was sent: checked, but without what the server adds. */
export interface SentObject {
  readonly name: string;
  readonly namespace: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly labels: Readonly<Record<string, string>> | undefined;
  readonly uid: string | undefined;
  readonly resourceVersion: string | undefined;
  readonly rest: Readonly<Record<string, unknown>>;
}

export type Fields = Readonly<Record<string, unknown>>;

const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const MICRO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(Z|[+-]\d\d:\d\d)$/;

/**
 * Checks what was sent, as far as an emulator needs: kind, names, labels, a Lease's fields. Throws a StatusError (400 or 422).
 * @param namespace of the request's path
 * @param name of the request's path; undefined for a POST
 */
export function sentObject(
  resource: ResourceKind,
  namespace: string,
  name: string | undefined,
  body: unknown,
): SentObject {
  if (!isFields(body)) throw badRequest('the object provided is not a JSON object');
  const { apiVersion, kind, metadata, ...rest } = body;
  if (
    (kind ?? resource.kind) !== resource.kind ||
    (apiVersion ?? apiVersionOf(resource)) !== apiVersionOf(resource)
  ) {
    throw badRequest(`the object provided is no ${resource.kind} of ${apiVersionOf(resource)}`);
  }
  const meta = isFields(metadata) ? metadata : {};
  const sentName = text(meta['name']) ?? name ?? '';
  if (name !== undefined && sentName !== name) {
    throw badRequest(`the name of the object (${sentName}) does not match the name on the URL (${name})`);
  }
  if ((text(meta['namespace']) ?? namespace) !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  if (sentName.length > 253 || !NAME.test(sentName)) {
    throw invalid(resource, sentName, 'metadata.name: a lowercase RFC 1123 subdomain is required');
  }
  if (resource.kind === 'Lease') checkLease(resource, sentName, rest['spec']);
  const fields = resource.kind === 'Secret' ? encodedSecret(rest) : rest;
  if (resource.kind === 'Secret') checkSecret(resource, sentName, fields['data']);
  return {
    name: sentName,
    namespace,
    metadata: meta,
    labels: labelsOf(resource, sentName, meta['labels']),
    uid: text(meta['uid']),
    resourceVersion: text(meta['resourceVersion']),
    rest: fields,
  };
}

/** The object to store: what was sent, with what the server adds. */
export function storedObject(
  resource: ResourceKind,
  sent: SentObject,
  server: Pick<Metadata, 'uid' | 'resourceVersion' | 'creationTimestamp'>,
): StoredObject {
  const { name, namespace, labels } = sent;
  const metadata = {
    ...sent.metadata,
    name,
    namespace,
    ...server,
    ...(labels === undefined ? {} : { labels }),
  };
  return structuredClone({
    apiVersion: apiVersionOf(resource),
    kind: resource.kind,
    metadata,
    ...sent.rest,
  });
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Real limits of a Lease that clients trip over: its duration, and times that Go parses with exactly six digits. */
function checkLease(resource: ResourceKind, name: string, spec: unknown): void {
  const fields = isFields(spec) ? spec : {};
  for (const time of ['acquireTime', 'renewTime']) {
    const value = fields[time];
    if (value !== undefined && value !== null && !(typeof value === 'string' && MICRO_TIME.test(value))) {
      throw badRequest(`spec.${time}: cannot parse ${JSON.stringify(value)} as a MicroTime`);
    }
  }
  const { leaseDurationSeconds: seconds, leaseTransitions: transitions } = fields;
  if (typeof seconds === 'number' && seconds <= 0) {
    throw invalid(resource, name, 'spec.leaseDurationSeconds: must be greater than 0');
  }
  if (typeof transitions === 'number' && transitions < 0) {
    throw invalid(resource, name, 'spec.leaseTransitions: must be greater than or equal to 0');
  }
}

/** `MaxSecretSize`: all values together, decoded. */
const MOST_SECRET_BYTES = 1024 * 1024;

function checkSecret(resource: ResourceKind, name: string, data: unknown): void {
  let size = 0;
  for (const [key, value] of Object.entries(isFields(data) ? data : {})) {
    if (typeof value !== 'string') throw badRequest(`data.${key}: a base64 string is required`);
    size += Buffer.from(value, 'base64').length;
  }
  if (size > MOST_SECRET_BYTES)
    throw invalid(resource, name, `data: Too long: may not be more than ${MOST_SECRET_BYTES} bytes`);
}

function labelsOf(
  resource: ResourceKind,
  name: string,
  labels: unknown,
): Readonly<Record<string, string>> | undefined {
  if (labels === undefined || labels === null) return undefined;
  const entries = Object.entries(isFields(labels) ? labels : { '': labels });
  const texts = entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  if (texts.length < entries.length) throw invalid(resource, name, 'metadata.labels: values must be strings');
  return Object.fromEntries(texts);
}

/** `stringData` is write-only: its values end up in `data`, as base64. */
function encodedSecret({ stringData, ...rest }: Fields): Fields {
  if (!isFields(stringData)) return rest;
  const encoded = Object.entries(stringData).map(([key, value]) => [
    key,
    Buffer.from(String(value)).toString('base64'),
  ]);
  const data = isFields(rest['data']) ? rest['data'] : {};
  return { ...rest, data: { ...data, ...(Object.fromEntries(encoded) as Fields) } };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
