// The event stream's texts -> news. The server is ours, but it may be of another version than a page that was left open:
// what is checked is that each piece has the parts that the page is built around.
import type { GatewayStatus, HappeningStatus } from '../../src/server/diagnostics/status.js';
import type { News, Overview } from './picture.js';

type Dict = Readonly<Record<string, unknown>>;

const isDict = (value: unknown): value is Dict =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const allStrings = (dict: Dict, ...names: readonly string[]): boolean =>
  names.every((name) => typeof dict[name] === 'string');
const allDicts = (dict: Dict, ...names: readonly string[]): boolean =>
  names.every((name) => isDict(dict[name]));
const allLists = (dict: Dict, ...names: readonly string[]): boolean =>
  names.every((name) => Array.isArray(dict[name]));

function isOverview(value: unknown): value is Overview {
  if (!isDict(value)) return false;
  const { summary, config, rollout, revisions } = value;
  return (
    allStrings(value, 'time', 'version', 'identity') &&
    allDicts(value, 'leadership') &&
    allLists(value, 'convergences', 'discoveryProblems') &&
    isDict(summary) &&
    allStrings(summary, 'level', 'sentence') &&
    allLists(summary, 'advice') &&
    isDict(config) &&
    allLists(config, 'findings', 'sources') &&
    isDict(rollout) &&
    allStrings(rollout, 'phase', 'meaning') &&
    allLists(rollout, 'canaries') &&
    isDict(revisions) &&
    allLists(revisions, 'kept', 'withdrawn', 'audit')
  );
}

const isGateway = (value: unknown): value is GatewayStatus =>
  isDict(value) && allStrings(value, 'name', 'url', 'phase') && typeof value['current'] === 'boolean';

export const isHappening = (value: unknown): value is HappeningStatus =>
  isDict(value) && typeof value['seq'] === 'number' && allStrings(value, 'at', 'level', 'event', 'message');

const isName = (value: unknown): value is string => typeof value === 'string';

/**
 * @param event the event's name
 * @param data its JSON
 * @returns nothing for events that this page does not know
 * @throws Error for one that it knows and cannot read
 */
export function readNews(event: string, data: string): News | undefined {
  const value: unknown = JSON.parse(data);
  switch (event) {
    case 'status':
      if (!isOverview(value)) break;
      return { kind: 'status', overview: value };
    case 'gateways': {
      if (!isDict(value)) break;
      const { changed, gone } = value;
      if (!Array.isArray(changed) || !changed.every(isGateway)) break;
      if (!Array.isArray(gone) || !gone.every(isName)) break;
      return { kind: 'gateways', changes: { changed, gone } };
    }
    case 'happening':
      if (!isHappening(value)) break;
      return { kind: 'happening', happening: value };
    default:
      return undefined;
  }
  throw new Error(`The server speaks another version than this page (${event}). Reload the page.`);
}
