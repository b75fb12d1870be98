import type { Setting } from './commands.js';

const isSetting = (value: unknown): value is Setting =>
  typeof value === 'object' &&
  value !== null &&
  'name' in value &&
  typeof value.name === 'string' &&
  'value' in value;

/** Whether this is an answer of `GET /api/v1/settings`. */
export const isSettings = (value: unknown): value is readonly Setting[] =>
  Array.isArray(value) && value.every(isSetting);
