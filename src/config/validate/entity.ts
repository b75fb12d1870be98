// One entity on its own: its fields, and the rules between them.
import { own } from '../document/dict.js';
import { describe, nameOf, parentField, pathOf } from '../document/entity.js';
import type { Entity } from '../document/entity.js';
import type { Problem } from '../document/problem.js';
import type { Severity } from '../finding.js';
import { shownKey } from '../document/shown-key.js';
import type { Path } from '../parse/result.js';
import { checkRecord } from './checks.js';
import { withoutFalseRecords } from './false-records.js';
import { reportFields } from './field-errors.js';
import type { FieldProblem } from './field-errors.js';
import { checkTexts } from './field-rules.js';
import { checkPem } from './pem-rules.js';
import { checkPlugin, generatedConfig, uncheckedPlugin } from './plugin.js';
import { checkConfig } from './plugins/config.js';
import { checkRouteHeaders, checkRouteProtocols } from './route-protocols.js';
import { expandShorthand } from './shorthand.js';
import { checkVault } from './vault.js';
import { validatorOf } from './validators.js';

/** Problems told of one entity. */
const MAX_PROBLEMS = 100;

/**
 * Tells everything that is wrong with an entity's own fields, within reason. Nested entities, references and uniqueness are
 * others' business.
 * @param wants whether there is room for another problem of a severity
 */
export function validateEntity(
  entity: Entity,
  report: (problem: Problem) => void,
  wants: (severity: Severity) => boolean = () => true,
): void {
  const { model, value: written, plugin } = entity;
  const { value, madeFrom, problems } = expandShorthand(
    model.type,
    withoutFalseRecords(model.fields, written),
  );
  let broken: Set<string> | undefined;
  const isSound = (path: Path): boolean => broken?.has(path.join('.')) !== true;
  let told = 0;
  const tell = (problem: FieldProblem): void => {
    told += 1;
    if (told > MAX_PROBLEMS) return;
    broken ??= new Set();
    for (let end = 1; end <= problem.path.length; end += 1) broken.add(problem.path.slice(0, end).join('.'));
    report(placeInEntity(entity, problem, madeFrom));
  };
  const tellUnlessBroken = (problem: FieldProblem): void => {
    if (isSound(problem.path)) tell(problem);
  };

  problems.forEach(tell);
  const validator = validatorOf(model.type);
  if (!validator(value)) reportFields(validator.errors ?? [], value, tell);
  checkTexts(model.type, value, tellUnlessBroken);
  checkRecord(model.fields, model.checks, value, isSound, tell);
  checkPem(model.type, value, isSound, tellUnlessBroken);
  if (model.type === 'routes') {
    checkRouteProtocols(model.fields, value, isSound, tell);
    checkRouteHeaders(value, tellUnlessBroken);
  } else if (model.type === 'vaults') checkVault(value, tellUnlessBroken);
  else if (plugin !== undefined) {
    checkPlugin(plugin, value, parentField(entity), tellUnlessBroken);
    checkConfig(plugin, value, isSound, tell);
  }
  if (wants('warning')) warn(entity, report);
}

/** A field's problem, told of its entity; what a shorthand made is shown at the shorthand. */
function placeInEntity(
  entity: Entity,
  problem: FieldProblem,
  madeFrom: ReadonlyMap<string, string>,
): Problem {
  const [first] = problem.path;
  const source = typeof first === 'string' ? madeFrom.get(first) : undefined;
  const path = source === undefined ? problem.path : [source];
  // A key is named by its message; so is a field that is not there or should not be.
  const shown = problem.code === 'bad-key' ? problem.path.slice(0, -1) : problem.path;
  const field = ['unknown-field', 'missing-field'].includes(problem.code) ? '' : formatField(shown);
  const subject = field === '' ? '' : source === undefined ? `${field} ` : `${field}, as ${source} says it, `;
  return {
    ...problem,
    severity: 'error',
    message: `${describe(entity)}: ${subject}${problem.message}`,
    path: [...pathOf(entity), ...path],
    entity: nameOf(entity),
  };
}

function formatField(path: Path): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : shownKey(step)))
    .join('.')
    .replaceAll('.[', '[');
}

function warn(entity: Entity, report: (problem: Problem) => void): void {
  const tell = (problem: Omit<FieldProblem, 'path'>): void =>
    report({ severity: 'warning', ...problem, path: pathOf(entity), entity: nameOf(entity) });
  const unchecked =
    entity.model.type === 'plugins' && entity.plugin === undefined
      ? uncheckedPlugin(entity.value)
      : undefined;
  if (unchecked !== undefined) tell(unchecked);
  const generated = generatedFields(entity);
  if (generated.length === 0) return;
  tell({
    code: 'generated-secret',
    message: `${describe(entity)}: no ${generated.join(', ')}: every gateway makes up its own`,
    hint: 'set it, or users will be let in by one gateway and turned away by the next',
  });
}

/** Secrets that Kong makes up at random where the config is silent. */
function generatedFields({ model, value, plugin }: Entity): readonly string[] {
  if (plugin !== undefined) return generatedConfig(plugin, value);
  if (model.generatedTexts.length === 0) return model.generatedTexts;
  const algorithm = own(value, 'algorithm');
  const asymmetric = typeof algorithm === 'string' && /^(?:[REP]S|Ed)/.test(algorithm);
  return model.generatedTexts.filter(
    (name) => own(value, name) === undefined && !(asymmetric && name === 'secret'),
  );
}
