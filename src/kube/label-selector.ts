type Labels = Readonly<Record<string, string>>;
type Requirement = (labels: Labels) => boolean;

const SET = /^([^\s!=<>]+)\s+(in|notin)\s*\(([^()]*)\)$/;
const EQUALITY = /^([^\s!=<>]+)\s*(==|=|!=)\s*(\S*)$/;
const ORDER = /^([^\s!=<>]+)\s*([<>])\s*(\d+)$/;

/** A label that is not there is unequal to everything (Kubernetes docs, "Labels and Selectors"). */
function requirementOf(text: string): Requirement {
  const [, setKey = '', how, list = ''] = SET.exec(text) ?? [];
  if (how !== undefined) {
    const values = new Set(list.split(',').map((value) => value.trim()));
    return (labels) => {
      const value = labels[setKey];
      return (value !== undefined && values.has(value)) === (how === 'in');
    };
  }
  const [, key = '', operator, wanted] = EQUALITY.exec(text) ?? [];
  if (operator !== undefined) return (labels) => (labels[key] === wanted) === (operator !== '!=');
  const [, orderKey = '', sign, bound] = ORDER.exec(text) ?? [];
  if (sign !== undefined) {
    return (labels) => {
      const value = labels[orderKey];
      if (value === undefined || !/^-?\d+$/.test(value)) return false;
      return sign === '>' ? Number(value) > Number(bound) : Number(value) < Number(bound);
    };
  }
  return text.startsWith('!')
    ? (labels) => labels[text.slice(1).trim()] === undefined
    : (labels) => labels[text] !== undefined;
}

/**
 * Whether labels match a selector, as the API server would say.
 * @param selector a label selector that is known to be one (settings/label-selector.ts)
 */
export function labelMatcher(selector: string): (labels: Labels) => boolean {
  const requirements = selector
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(requirementOf);
  return (labels) => requirements.every((matches) => matches(labels));
}
