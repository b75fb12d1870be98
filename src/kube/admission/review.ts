import { fieldsOf, isObject, textOf } from '../object.js';
import type { Fields } from '../object.js';

/** What the API server asks before it stores a change (admission.k8s.io/v1 AdmissionRequest), as far as we read it. */
export interface AdmissionRequest {
  /** Of this review: the answer must carry it. */
  readonly uid: string;
  readonly operation: string;
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  /** Empty where the API server is to make one up (`generateName`). */
  readonly name: string;
  /** What it is to become; absent for DELETE. */
  readonly object: Fields | undefined;
  /** What it was; absent for CREATE. */
  readonly oldObject: Fields | undefined;
  /** Nothing will be stored. */
  readonly dryRun: boolean;
}

export interface Verdict {
  readonly allowed: boolean;
  /** Why not, for the person who asked; may have several lines. */
  readonly message?: string;
  /** Shown to that person though it is allowed. */
  readonly warnings: readonly string[];
}

const REVIEW = 'admission.k8s.io/v1';
/** kubectl shows a long warning badly, and the API server cuts all of them to 4096 characters together (AdmissionResponse.warnings). */
const LONGEST_WARNING = 400;
const MOST_WARNINGS = 8;

/** @throws an Error that says what is missing when it is no AdmissionReview v1 with a request */
export function parseReview(body: unknown): AdmissionRequest {
  if (!isObject(body) || body['kind'] !== 'AdmissionReview' || body['apiVersion'] !== REVIEW)
    throw new Error(`the body is no ${REVIEW} AdmissionReview`);
  const request = fieldsOf(body, 'request');
  const uid = textOf(request, 'uid');
  if (uid === undefined || uid === '') throw new Error('the AdmissionReview has no request.uid');
  const kind = fieldsOf(request, 'kind');
  const [object, oldObject] = [request['object'], request['oldObject']];
  return {
    uid,
    operation: textOf(request, 'operation') ?? '',
    group: textOf(kind, 'group') ?? '',
    kind: textOf(kind, 'kind') ?? '',
    namespace: textOf(request, 'namespace') ?? '',
    name: textOf(request, 'name') ?? '',
    object: isObject(object) ? object : undefined,
    oldObject: isObject(oldObject) ? oldObject : undefined,
    dryRun: request['dryRun'] === true,
  };
}

const cut = (text: string): string =>
  text.length <= LONGEST_WARNING ? text : `${text.slice(0, LONGEST_WARNING - 1)}…`;

function shown(warnings: readonly string[]): string[] {
  const first = warnings.slice(0, MOST_WARNINGS).map(cut);
  const rest = warnings.length - first.length;
  return rest > 0 ? [...first, `and ${rest} more`] : first;
}

/** The AdmissionReview that answers. */
export function reviewAnswer(uid: string, { allowed, message, warnings }: Verdict): object {
  return {
    apiVersion: REVIEW,
    kind: 'AdmissionReview',
    response: {
      uid,
      allowed,
      // 422, as the API server itself says of what is well formed and wrong.
      ...(!allowed && { status: { code: 422, reason: 'Invalid', message: message ?? 'it is invalid' } }),
      ...(warnings.length > 0 && { warnings: shown(warnings) }),
    },
  };
}
