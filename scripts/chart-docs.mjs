// Writes what the chart says of itself: the values table in its README, from the comments in values.yaml, and the settings
// that values.schema.json allows under `settings`, from the settings table. Needs a build (`npm run docs` does both).
import { readFileSync, writeFileSync } from 'node:fs';
import { isMap, parseDocument } from 'yaml';
import { SETTING_NAMES, SETTINGS } from '../dist/settings/table.js';

const chart = (name) => new URL(`../deploy/helm/silverback/${name}`, import.meta.url);

/** Settings that the chart makes from values of their own: under `settings`, its Roles, ports and volumes would not follow. */
const OWN_VALUE = new Set([
  'kong-admin-svc',
  'kong-admin-svc-port-names',
  'kong-admin-url',
  'kong-admin-ca-cert-file',
  'kong-admin-tls-client-cert-file',
  'kong-admin-tls-client-key-file',
  'kong-admin-tls-server-name',
  'kong-admin-tls-skip-verify',
  'kong-admin-token-file',
  'config-selector',
  'config-namespace',
  'config-kinds',
  'config-file',
  'config-dir',
  'leader-elect',
  'election-id',
  'election-namespace',
  'history-secret',
  'history-namespace',
  'history-slots',
  'revision-history',
  'observe',
  'log-level',
  'log-format',
  'shutdown-grace',
  'health-probe-bind-address',
  'metrics-bind-address',
  'annotate-sources',
  'admission-webhook-listen',
  'admission-webhook-cert-file',
  'admission-webhook-key-file',
  'diagnostics-bind-address',
  'diagnostics-token-file',
]);

/** Those left over. A secret has no place in the arguments of a pod: extraEnv takes it from a Secret. */
const freeSettings = SETTING_NAMES.filter((name) => !OWN_VALUE.has(name) && SETTINGS[name].secret !== true);

/** How YAML may write a value of each kind; `silverback run` judges it. */
const TYPES = { switch: 'boolean', count: 'integer', seconds: 'number', list: 'array' };

function schemaOf(name) {
  const { kind, help: description, choices } = SETTINGS[name];
  return {
    description,
    type: TYPES[kind] ?? 'string',
    ...(choices && { enum: choices }),
    ...(kind === 'list' && { items: { type: 'string' } }),
  };
}

function writeSchema() {
  const schema = JSON.parse(readFileSync(chart('values.schema.json'), 'utf8'));
  schema.properties.settings.properties = Object.fromEntries(
    freeSettings.map((name) => [name, schemaOf(name)]),
  );
  writeFileSync(chart('values.schema.json'), `${JSON.stringify(schema, null, 2)}\n`);
}

/** A map whose entries are explained one by one is a group; anything else is one value. */
const isGroup = (value) =>
  isMap(value) &&
  (value.commentBefore !== undefined || // the first entry's
    value.items.some((pair) => pair.key.commentBefore !== undefined || isGroup(pair.value)));

/** One row per value: its path, its default, and the comment above it. */
function rowsOf(map, path = [], firstComment) {
  return map.items.flatMap(({ key, value }, index) => {
    const comment = key.commentBefore ?? (index === 0 ? firstComment : undefined);
    const here = [...path, key.value];
    if (isGroup(value)) return rowsOf(value, here, value.commentBefore);
    if (comment === undefined) throw new Error(`values.yaml says nothing about ${here.join('.')}`);
    const meaning = comment.trim().replaceAll('|', '\\|').replaceAll('<', '&lt;');
    const shown = JSON.stringify(value.toJSON());
    return `| \`${here.join('.')}\` | ${shown.length > 60 ? 'see values.yaml' : `\`${shown}\``} | ${meaning} |`;
  });
}

function writeReadme() {
  const readme = readFileSync(chart('README.md'), 'utf8');
  const values = parseDocument(readFileSync(chart('values.yaml'), 'utf8')).contents;
  const table = [
    '| Value | Default | Meaning |',
    '|---|---|---|',
    ...rowsOf(values, [], values.commentBefore),
  ];
  const [before, after] = ['<!-- values -->', '<!-- end of values -->'].map((mark) => readme.indexOf(mark));
  if (before < 0 || after < before) throw new Error('the chart README has lost the marks around its table');
  const text = `${readme.slice(0, before)}<!-- values -->\n\n<!-- prettier-ignore -->\n${table.join('\n')}\n\n${readme.slice(after)}`;
  writeFileSync(chart('README.md'), text);
}

writeSchema();
writeReadme();
console.log('deploy/helm/silverback: README.md and values.schema.json are up to date');
