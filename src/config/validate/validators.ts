import * as generated from '../schema/generated/validators.js';
import type { Validator } from '../schema/validator.js';

const VALIDATORS: Readonly<Record<string, Validator>> = generated;

/** @throws Error for what is no entity type */
export function validatorOf(type: string): Validator {
  const validator = VALIDATORS[type];
  if (validator === undefined) throw new Error(`no validator for ${type}`);
  return validator;
}
