// One entity on its own: its fields, and the rules between them.
import { own } from '../document/dict.js';
import type { Dict } from '../document/dict.js';
import { describe, nameOf, parentField, pathOf } from '../document/entity.js';
import type { Entity } from '../document/entity.js';
import type { Problem } from '../document/problem.js';
import type { Path } from '../parse/result.js';
import { checkRecord } from './checks.js';
import { fieldProblems } from './field-errors.js';
import type { FieldProblem } from './field-errors.js';
import { checkTexts } from './field-rules.js';
import { checkPlugin, generatedConfig, uncheckedPlugin } from './plugin.js';
import { checkRouteHeaders, checkRouteProtocols } from './route-protocols.js';
import { expandShorthand } from './shorthand.js';
import { validatorOf } from './validators.js';

/** Everything that is wrong with an entity's own fields. Nested entities, references and uniqueness are others' business. */
export function validateEntity(entity: Entity): Problem[] {
  const { model, value: written } = entity;
  const { value, madeFrom, problems } = expandShorthand(model.type, written);
  const found: FieldProblem[] = [...problems];
  const validator = validatorOf(model.type);
  if (!validator(value)) found.push(...fieldProblems(validator.errors ?? [], value));
  const broken = new Set(found.flatMap(({ path }) => path.map((_, end) => path.slice(0, end + 1).join('.'))));
  const isSound = (path: Path): boolean => broken.size === 0 || !broken.has(path.join('.'));
  found.push(...checkTexts(model.type, value).filter(({ path }) => isSound(path)));
  found.push(...checkRecord(model.fields, model.checks, value, isSound));
  found.push(...checkByType(entity, value, isSound));
  const errors = found.map((problem) => placeInEntity(entity, problem, madeFrom));
  return [...errors, ...warnings(entity)];
}

function checkByType(entity: Entity, value: Dict, isSound: (path: Path) => boolean): FieldProblem[] {
  switch (entity.model.type) {
    case 'routes':
      return [
        ...checkRouteProtocols(entity.model.fields, value, isSound),
        ...checkRouteHeaders(value).filter(({ path }) => isSound(path)),
      ];
    case 'plugins':
      return checkPlugin(value, parentField(entity)).filter(({ path }) => isSound(path));
    default:
      return [];
  }
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
    .map((step) => (typeof step === 'number' ? `[${step}]` : step.slice(0, 80)))
    .join('.')
    .replaceAll('.[', '[');
}

function warnings(entity: Entity): Problem[] {
  const base = { severity: 'warning', path: pathOf(entity), entity: nameOf(entity) } as const;
  const generated = generatedFields(entity);
  const unchecked = entity.model.type === 'plugins' ? uncheckedPlugin(entity.value) : undefined;
  return [
    ...(unchecked ? [{ ...base, ...unchecked }] : []),
    ...(generated.length > 0
      ? [
          {
            ...base,
            code: 'generated-secret',
            message: `${describe(entity)}: no ${generated.join(', ')}: every gateway makes up its own`,
            hint: 'set it, or users will be let in by one gateway and turned away by the next',
          },
        ]
      : []),
  ];
}

/** Secrets that Kong makes up at random where the config is silent. */
function generatedFields({ model, value }: Entity): string[] {
  if (model.type === 'plugins') return generatedConfig(value);
  const algorithm = own(value, 'algorithm');
  const asymmetric = typeof algorithm === 'string' && /^(?:[REP]S|Ed)/.test(algorithm);
  return Array.from(model.fields)
    .filter(
      ([name, { auto, type, uuid }]) => auto === true && type === 'string' && uuid !== true && name !== 'id',
    )
    .map(([name]) => name)
    .filter((name) => own(value, name) === undefined && !(asymmetric && name === 'secret'));
}
