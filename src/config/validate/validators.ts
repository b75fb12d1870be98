import type { ErrorObject } from 'ajv';
import * as generated from '../schema/generated/validators.js';

/** A validator as ajv compiles it: after a `false` its errors are in `errors`, until it is called again. */
export interface Validator {
  (value: unknown): boolean;
  errors?: (ErrorObject | undefined)[] | null;
}

const VALIDATORS: Readonly<Record<string, Validator>> = generated;

/** @throws Error for what is no entity type */
export function validatorOf(type: string): Validator {
  const validator = VALIDATORS[type];
  if (validator === undefined) throw new Error(`no validator for ${type}`);
  return validator;
}
