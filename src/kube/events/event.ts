import type { ObjectRef } from '../../report/happening.js';

/** What somebody wants to say about an object. */
export interface KubeEvent {
  readonly object: ObjectRef;
  readonly type: 'Normal' | 'Warning';
  /** CamelCase, for machines: `ConfigurationInvalid`. */
  readonly reason: string;
  /** For people; never a secret. Cut to 1024 bytes. */
  readonly message: string;
  /** It stands for all that is alike but for its message, which is the newest one's. */
  readonly combined?: true;
}

/** One Event object as it stands in Kubernetes: what was said, how often, since when. */
export interface Occurrence {
  readonly event: KubeEvent;
  readonly name: string;
  readonly count: number;
  readonly first: Date;
  readonly last: Date;
}

/** Who says it. */
export interface Reporter {
  readonly component: string;
  readonly instance: string;
}

/** Kubernetes' limit for an Event's note. */
const LONGEST_MESSAGE_BYTES = 1024;
/** An object's name may have 253 characters, and so may the Event's: room for the suffix that makes it unique. */
const LONGEST_PREFIX = 230;

/** What an Event says about an object, whatever its words. */
export function likeness({ object, type, reason }: KubeEvent): string {
  return JSON.stringify([object.kind, object.namespace, object.name, object.uid, type, reason]);
}

/** Events that differ in nothing but time are one Event with a count; combined ones differ in their messages, too. */
export function sameness(event: KubeEvent): string {
  return JSON.stringify([likeness(event), event.combined === true ? null : event.message]);
}

export function eventNamespace({ namespace }: ObjectRef): string {
  return namespace === '' ? 'default' : namespace;
}

/** A new Event's name: the object's, and something unique. */
export function eventName({ name }: ObjectRef, unique: string): string {
  return `${name.slice(0, LONGEST_PREFIX).replace(/[^a-z0-9]+$/, '')}.${unique}`;
}

/** The core/v1 Event to POST. */
export function eventObject({ event, name, ...when }: Occurrence, reporter: Reporter): object {
  const { object, type, reason } = event;
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace: eventNamespace(object) },
    involvedObject: object,
    type,
    reason,
    source: { component: reporter.component },
    reportingComponent: reporter.component,
    reportingInstance: reporter.instance,
    firstTimestamp: timestamp(when.first),
    ...recurrence({ event, ...when }),
  };
}

/** The merge patch for an Event that happened again. */
export function recurrence({ event, count, last }: Pick<Occurrence, 'event' | 'count' | 'last'>): object {
  return {
    message: cutToBytes(event.message, LONGEST_MESSAGE_BYTES),
    count,
    lastTimestamp: timestamp(last),
  };
}

/** Cuts a text to at most `limit` bytes of UTF-8, between characters, with an ellipsis. */
export function cutToBytes(text: string, limit: number): string {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length <= limit) return text;
  let end = limit - Buffer.byteLength('…');
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return `${bytes.toString('utf8', 0, end)}…`;
}

/** Kubernetes' Time knows seconds. */
function timestamp(moment: Date): string {
  return moment.toISOString().replace(/\.\d+Z$/, 'Z');
}
