import { envName, SETTING_NAMES, SETTINGS } from './table.js';
import type { SettingDefinition, SettingName } from './table.js';
import { written } from './values.js';

const INTRODUCTION = `# Settings

Every setting of \`silverback run\` is a flag and an environment variable; a flag wins over its variable. A setting
that means what one of Kong's Ingress Controller means has that one's name. An empty variable is an unset one.

- Durations are written as in Go: \`300ms\`, \`15s\`, \`1h30m\`.
- Switches are \`true\` or \`false\`; a bare flag means true.
- Lists are given by repeating the flag, or in one value with commas, where nothing else is said.
- Secrets are better given as files than as values: files are read again when they change, and show up in no list of
  processes. What is secret is shown as \`***\`.

All that is wrong with the settings is told at start, at once, before anything runs. A \`CONTROLLER_\` variable that
names no setting is a warning.

This page is made from \`src/settings/table.ts\` by \`npm run docs\`.
`;

/** Text inside a cell of a Markdown table. */
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
const code = (text: string): string => `\`${text}\``;

function boundsText({ kind, min, max, choices }: SettingDefinition): string | undefined {
  if (choices !== undefined) return `one of ${choices.map(code).join(', ')}`;
  if (min === undefined || max === undefined) return undefined;
  return `${code(written(min, kind))} to ${code(written(max, kind))}`;
}

function row(name: SettingName): string {
  const definition: SettingDefinition = SETTINGS[name];
  const bounds = boundsText(definition);
  const notes = [
    definition.help,
    ...(bounds === undefined ? [] : [bounds]),
    ...(definition.secret === true ? ['secret'] : []),
  ];
  const cells = [
    code(`--${name}`),
    code(envName(name)),
    definition.kind,
    definition.default === undefined ? '' : code(definition.default),
    cell(notes.join('; ')),
  ];
  return `| ${cells.join(' | ')} |`;
}

/** docs/settings.md: the settings table as a page, group by group. */
export function settingsPage(): string {
  const groups = [...new Set(SETTING_NAMES.map((name) => SETTINGS[name].group))];
  const sections = groups.map((group) => {
    const rows = SETTING_NAMES.filter((name) => SETTINGS[name].group === group).map(row);
    return [
      `## ${group}`,
      '',
      '<!-- prettier-ignore -->',
      '| Flag | Variable | Kind | Default | Meaning |',
      '|---|---|---|---|---|',
      ...rows,
      '',
    ].join('\n');
  });
  return [INTRODUCTION, ...sections].join('\n');
}
