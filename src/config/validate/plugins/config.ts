// A plugin's `config`: its fields, the checks between them, and what only functions of the plugin's say.
import { asRecord, own } from '../../document/dict.js';
import type { Dict } from '../../document/dict.js';
import type { Path } from '../../parse/result.js';
import { fieldAt } from '../../schema/kong-schema.js';
import type { Fields, KongField } from '../../schema/kong-schema.js';
import type { PluginModel } from '../../schema/plugin-model.js';
import { checkRecord } from '../checks.js';
import { reportFields } from '../field-errors.js';
import type { FieldProblem, Report } from '../field-errors.js';
import { pcreFault } from '../text/regex.js';
import { applyRules, placedRules } from '../text-rules.js';
import type { PlacedRule } from '../text-rules.js';
import { isVaultReference } from '../vault-reference.js';
import { expandConfig } from './shorthand.js';
import { PLUGIN_TEXT_RULES } from './text-rules.js';
import { PLUGIN_VALUE_RULES } from './value-rules.js';

/**
 * Tells everything that is wrong with a plugin's config.
 * @param isSound whether the field at a path is free of problems so far
 */
export function checkConfig(
  model: PluginModel,
  plugin: Dict,
  isSound: (path: Path) => boolean,
  report: Report,
): void {
  const given = Object.hasOwn(plugin, 'config') ? own(plugin, 'config') : {};
  const written = asRecord(given === false ? {} : given);
  if (written === undefined) return;
  const { value, moved, problems } = expandConfig(model.facts.config, written, ['config']);
  const tell: Report = (problem) => report({ ...problem, path: asWritten(problem.path, moved) });
  const inConfig = (problem: FieldProblem): void => tell({ ...problem, path: ['config', ...problem.path] });
  const unlessBroken: Report = (problem) => {
    if (isSound(asWritten(problem.path, moved))) tell(problem);
  };
  problems.forEach(report);
  if (!model.validate(value)) reportFields(model.validate.errors ?? [], value, inConfig);
  applyRules(rulesOf(model), value, ['config'], unlessBroken);
  const plugged = { config: value };
  checkRecord(model.fields, model.facts.checks, plugged, (path) => isSound(asWritten(path, moved)), tell);
  PLUGIN_VALUE_RULES[model.name]?.(value, (problem) =>
    unlessBroken({ ...problem, path: ['config', ...problem.path] }),
  );
}

/** What a shorthand field made is told where it was written. */
function asWritten(path: Path, moved: readonly (readonly [Path, Path])[]): Path {
  const source = moved.find(([made]) => made.every((step, at) => path[at] === step));
  return source === undefined ? path : [...source[1], ...path.slice(source[0].length)];
}

const known = new WeakMap<PluginModel, readonly PlacedRule[]>();

function rulesOf(model: PluginModel): readonly PlacedRule[] {
  let rules = known.get(model);
  if (rules === undefined) {
    const { config } = model.facts;
    const own = Object.hasOwn(PLUGIN_TEXT_RULES, model.name) ? (PLUGIN_TEXT_RULES[model.name] ?? {}) : {};
    rules = [...placedRules(own).map((rule) => lenient(rule, model.fields)), ...regexRules(config, [])];
    known.set(model, rules);
  }
  return rules;
}

/** A field that may hold a vault reference is not looked into when it does. */
function lenient({ steps, rule }: PlacedRule, fields: Fields): PlacedRule {
  if (fieldAt(fields, ['config', ...steps])?.referenceable !== true) return { steps, rule };
  return { steps, rule: (text) => (isVaultReference(text) ? undefined : rule(text)) };
}

/** Fields that the schema itself says to hold regular expressions. */
function regexRules(field: KongField, steps: readonly string[]): PlacedRule[] {
  const { elements, values, is_regex: isRegex, fields = [] } = field;
  return [
    ...(isRegex === true ? [{ steps, rule: pcreFault }] : []),
    ...(elements ? regexRules(elements, [...steps, '*']) : []),
    ...(values ? regexRules(values, [...steps, '=']) : []),
    ...fields.flatMap((item) =>
      Object.entries(item).flatMap(([name, nested]) => regexRules(nested, [...steps, name])),
    ),
  ];
}
