const KEY = String.raw`(?:[a-z0-9][-a-z0-9.]{0,252}/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?`;
const VALUE = String.raw`(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?`;

/** One requirement: `key`, `!key`, `key=value`, `key!=value`, `key in (a,b)`, `key notin (a,b)`, `key>1`, `key<1`. */
const REQUIREMENT = new RegExp(
  `^\\s*(?:!\\s*${KEY}|${KEY}(?:\\s*(?:==?|!=)\\s*${VALUE}|\\s*[<>]\\s*\\d+|\\s+(?:not)?in\\s*\\([^()]*\\))?)\\s*$`,
);

/**
 * Whether a text is a label selector as kubectl and the Kubernetes API read it (labels.Parse). The API has the
 * last word; this only catches what it is sure to refuse, before anything runs.
 */
export function isLabelSelector(text: string): boolean {
  return text.split(/,(?![^(]*\))/).every((requirement) => REQUIREMENT.test(requirement));
}
