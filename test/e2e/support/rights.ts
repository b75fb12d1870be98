import { readFileSync } from 'node:fs';
import { fieldsOf, isObject, textOf } from '../../../src/kube/object.js';

/** A request as the API server's audit log tells of it. */
export interface AuditedRequest {
  readonly user: string;
  /** That the token was bound to, if to any. */
  readonly pod?: string;
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly status: number;
}

/** One verb on one resource in one namespace; on one object, where a name is given. */
export interface Right {
  readonly namespace: string;
  readonly group: string;
  readonly resource: string;
  readonly verb: string;
  readonly name: string;
}

function auditedRequest(line: string): AuditedRequest {
  const event: unknown = JSON.parse(line);
  const text = (field: string, of = 'objectRef'): string => textOf(fieldsOf(event, of), field) ?? '';
  const code = fieldsOf(event, 'responseStatus')['code'];
  const extra = fieldsOf(fieldsOf(event, 'user'), 'extra');
  const pods: unknown = extra['authentication.kubernetes.io/pod-name'];
  return {
    ...(Array.isArray(pods) && { pod: String(pods[0]) }),
    user: text('username', 'user'),
    verb: (isObject(event) ? textOf(event, 'verb') : undefined) ?? '',
    group: text('apiGroup'),
    resource: [text('resource'), text('subresource')].filter((part) => part !== '').join('/'),
    namespace: text('namespace'),
    name: text('name'),
    status: typeof code === 'number' ? code : 0,
  };
}

/** Whole lines only: the API server may be writing one. */
export function readAuditLog(file: string): AuditedRequest[] {
  return readFileSync(file, 'utf8').split('\n').slice(0, -1).map(auditedRequest);
}

export const accountName = (namespace: string, name: string): string =>
  `system:serviceaccount:${namespace}:${name}`;

/** `system:serviceaccount:x:y get leases.coordination.k8s.io "z" in w`. */
export function refusedIn(requests: readonly AuditedRequest[]): string[] {
  return requests
    .filter(({ status }) => status === 403)
    .map(
      ({ user, verb, group, resource, name, namespace }) =>
        `${user} may not ${wordsOf({ verb, group, resource, name, namespace })}`,
    );
}

export function wordsOf({ verb, group, resource, name, namespace }: Right): string {
  const what = group === '' ? resource : `${resource}.${group}`;
  return `${verb} ${what}${name === '' ? '' : ` "${name}"`} in ${namespace}`;
}

/** The single rights in the rules of a SelfSubjectRulesReview (authorization.k8s.io/v1 ResourceRule). */
export function rightsIn(rules: readonly unknown[], namespace: string): Right[] {
  const texts = (rule: unknown, field: string): string[] => {
    const list: unknown = isObject(rule) ? rule[field] : undefined;
    return Array.isArray(list) ? list.map(String) : [];
  };
  return rules.flatMap((rule) => {
    const names = texts(rule, 'resourceNames');
    return texts(rule, 'apiGroups').flatMap((group) =>
      texts(rule, 'resources').flatMap((resource) =>
        (names.length === 0 ? [''] : names).flatMap((name) =>
          texts(rule, 'verbs').map((verb) => ({ namespace, group, resource, verb, name })),
        ),
      ),
    );
  });
}

/** Of `rights`, those that none of the requests needed. */
export function unusedAmong(rights: readonly Right[], requests: readonly AuditedRequest[]): Right[] {
  return rights.filter(
    (right) =>
      !requests.some(
        (request) =>
          request.verb === right.verb &&
          request.group === right.group &&
          request.resource === right.resource &&
          request.namespace === right.namespace &&
          (right.name === '' || request.name === right.name),
      ),
  );
}
