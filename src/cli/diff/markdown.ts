// A diff for a comment on a pull request: GitHub and GitLab take the same Markdown.
import type { ConfigDiff, EntityChange } from '../../config/diff/diff.js';
import type { FieldChange } from '../../config/diff/compare.js';
import { countChanges, shownPath, shownPlace, shownValue, SIGNS, summaryOf } from './shown.js';

/** GitHub takes comments of 65,536 characters; what comes around this one needs some. */
const MAX_LENGTH = 60_000;
const MAX_FIELDS = 50;

export function diffMarkdown(diff: ConfigDiff): string {
  const { settings, entities } = diff;
  if (settings.length + entities.length === 0) return '**Kong configuration: no difference**\n';
  const head = [
    `**Kong configuration: ${summaryOf(diff)}**`,
    '',
    ...settings.map((field) => `- ${fieldText(field, 'changed')}`),
    ...(settings.length > 0 ? [''] : []),
    ...summaryTable(entities),
  ].join('\n');
  return entities.length === 0 ? `${head}\n` : `${head}\n\n${details(entities, MAX_LENGTH - head.length)}\n`;
}

function summaryTable(entities: readonly EntityChange[]): string[] {
  const types = [...new Set(entities.map(({ entity }) => entity.type))];
  if (types.length === 0) return [];
  const rows = types.map((type) => {
    const { added, removed, changed } = countChanges(entities.filter(({ entity }) => entity.type === type));
    const cells = [added, removed, changed].map((count) => (count === 0 ? '' : String(count)));
    return `| ${type} | ${cells.join(' | ')} |`;
  });
  return ['| | added | removed | changed |', '| --- | ---: | ---: | ---: |', ...rows];
}

function details(entities: readonly EntityChange[], room: number): string {
  const opening = '<details>\n<summary>Details</summary>\n\n';
  const closing = '\n\n</details>';
  const items: string[] = [];
  let left = room - 200;
  for (const entity of entities) {
    const item = entityItem(entity);
    left -= item.length + 1;
    if (left < 0) break;
    items.push(item);
  }
  const more = entities.length - items.length;
  if (more > 0) items.push(`\n… and ${more} more entities: \`--format json\` lists all of them`);
  return `${opening}${items.join('\n')}${closing}`;
}

function entityItem({ change, label, old, new: now, fields }: EntityChange): string {
  const places = [old, now].flatMap((place) => (place ? [shownPlace(place)] : []));
  const more = fields.length - MAX_FIELDS;
  return [
    `- ${code(`${SIGNS[change]} ${label}`)} ${change} (${places.map(code).join(' → ')})`,
    ...fields.slice(0, MAX_FIELDS).map((field) => `  - ${fieldText(field, change)}`),
    ...(more > 0 ? [`  - … and ${more} more fields`] : []),
  ].join('\n');
}

function fieldText(field: FieldChange, change: EntityChange['change']): string {
  const path = code(shownPath(field));
  if (field.secret) return `${path}: ${change === 'changed' ? '_changed (secret)_' : '_secret_'}`;
  const [old, now] = [field.old, field.new].map((value) => {
    const text = shownValue(value);
    return text === undefined ? '_none_' : code(text);
  });
  if (change === 'added') return `${path}: ${now ?? ''}`;
  return change === 'removed' ? `${path}: ${old ?? ''}` : `${path}: ${old ?? ''} → ${now ?? ''}`;
}

/**
 * Any text as a code span, in which nothing is Markdown or HTML: the fence is longer than every run of backticks in it
 * (CommonMark 0.31, 6.1). The caller's text has no line breaks.
 */
function code(text: string): string {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = '`'.repeat(longest + 1);
  const pad = longest > 0 || text === '' || (text.startsWith(' ') && text.endsWith(' ')) ? ' ' : '';
  return `${fence}${pad}${text}${pad}${fence}`;
}
