import type { StoredObject } from './object.js';
import { badRequest } from './status.js';

export type Matcher = (object: StoredObject) => boolean;

/** A matcher for both selectors of a list or watch. Throws a StatusError (400) for what is no selector. */
export function matcherOf(labelSelector: string | null, fieldSelector: string | null): Matcher {
  const requirements = [
    ...splitOutsideParentheses(labelSelector ?? '').map(labelRequirement),
    ...(fieldSelector ?? '')
      .split(',')
      .filter((part) => part !== '')
      .map(fieldRequirement),
  ];
  return (object) => requirements.every((matches) => matches(object));
}

/** Equality and set-based requirements (Kubernetes docs, "Labels and Selectors"). */
function labelRequirement(text: string): Matcher {
  const set = /^([\w./-]+)\s+(in|notin)\s+\(([^()]*)\)$/.exec(text);
  if (set !== null) {
    const values = (set[3] ?? '').split(',').map((value) => value.trim());
    const isIn = set[2] === 'in';
    return requireLabel(set[1] ?? '', (value) =>
      value === undefined ? !isIn : values.includes(value) === isIn,
    );
  }
  const equality = /^([\w./-]+)\s*(==|=|!=)\s*([\w.-]*)$/.exec(text);
  if (equality !== null) {
    const isEqual = equality[2] !== '!=';
    return requireLabel(equality[1] ?? '', (value) => (value === equality[3]) === isEqual);
  }
  const existence = /^(!?)\s*([\w./-]+)$/.exec(text);
  if (existence !== null) {
    return requireLabel(existence[2] ?? '', (value) => (value === undefined) === (existence[1] === '!'));
  }
  throw badRequest(`unable to parse requirement: ${text}`);
}

function requireLabel(name: string, accepts: (value: string | undefined) => boolean): Matcher {
  return ({ metadata }) => accepts(metadata.labels?.[name]);
}

function fieldRequirement(text: string): Matcher {
  const parts = /^metadata\.(name|namespace)(==|=|!=)(.*)$/.exec(text);
  if (parts === null) throw badRequest(`field label not supported: ${text}`);
  const field = parts[1] === 'name' ? 'name' : 'namespace';
  return ({ metadata }) => (metadata[field] === parts[3]) === (parts[2] !== '!=');
}

function splitOutsideParentheses(text: string): string[] {
  const parts = text.match(/(?:[^,(]|\([^()]*\)?)+/g) ?? [];
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}
