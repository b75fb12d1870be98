import type { ErrorObject } from 'ajv';

/** A validator as ajv compiles it: after a `false` its errors are in `errors`, until it is called again. */
export interface Validator {
  (value: unknown): boolean;
  errors?: (ErrorObject | undefined)[] | null;
}
