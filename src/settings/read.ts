import { envName, SETTING_NAMES, SETTINGS } from './table.js';
import type { SettingDefinition, SettingName } from './table.js';
import {
  outOfBounds,
  parseAddress,
  parseCount,
  parseDuration,
  parseList,
  parseSeconds,
  parseSwitch,
} from './values.js';
import type { ListenAddress, Parsed } from './values.js';

interface ValueOf {
  readonly text: string;
  readonly switch: boolean;
  readonly count: number;
  readonly seconds: number;
  readonly duration: number;
  readonly list: readonly string[];
  readonly address: ListenAddress | undefined;
}

type Definitions = typeof SETTINGS;
type Value<N extends SettingName> = Definitions[N] extends
  { readonly default: string } | { readonly kind: 'list' }
  ? ValueOf[Definitions[N]['kind']]
  : ValueOf[Definitions[N]['kind']] | undefined;

/** Every setting with its parsed value: times in milliseconds, lists possibly empty, unset ones `undefined`. */
export type Values = { readonly [N in SettingName]: Value<N> };

/** Raw values by setting: from flags (several when repeated) or from the environment. */
export type Raw = Partial<Record<SettingName, readonly string[]>>;

export interface Problem {
  /** How the user wrote it: `--lease-duration` or `CONTROLLER_LEASE_DURATION`. */
  readonly setting: string;
  readonly problem: string;
}

function parseOne(definition: SettingDefinition, texts: readonly string[], split: boolean): Parsed<unknown> {
  const last = texts.at(-1) ?? '';
  switch (definition.kind) {
    case 'text':
      return definition.choices === undefined || definition.choices.includes(last)
        ? { ok: true, value: last }
        : { ok: false, problem: `must be one of ${definition.choices.join(', ')}` };
    case 'switch':
      return parseSwitch(last);
    case 'count':
      return parseCount(last);
    case 'seconds':
      return parseSeconds(last);
    case 'duration':
      return parseDuration(last);
    case 'list':
      return { ok: true, value: parseList(texts, split) };
    case 'address':
      return parseAddress(last);
  }
}

/** Where a setting's value came from, as told to the user. */
interface Given {
  readonly texts: readonly string[];
  readonly from: string;
}

function givenFor(name: SettingName, flags: Raw, env: NodeJS.ProcessEnv): Given | undefined {
  const flag = flags[name];
  if (flag !== undefined) return { texts: flag, from: `--${name}` };
  const variable = env[envName(name)];
  // An empty variable is an unset one: manifests often write both alike.
  return variable === undefined || variable === '' ? undefined : { texts: [variable], from: envName(name) };
}

/**
 * Reads every setting: flags win over the environment, which wins over defaults. Gives the values, or all that
 * is wrong with them at once.
 */
export function readSettings(
  flags: Raw,
  env: NodeJS.ProcessEnv,
): { readonly values: Values; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const values: Partial<Record<SettingName, unknown>> = {};
  for (const name of SETTING_NAMES) {
    const definition: SettingDefinition = SETTINGS[name];
    const given = givenFor(name, flags, env);
    const fallback = definition.default === undefined ? undefined : [definition.default];
    const texts = given?.texts ?? fallback;
    if (texts === undefined) {
      values[name] = definition.kind === 'list' ? [] : undefined;
      continue;
    }
    const parsed = parseOne(definition, texts, name !== 'kong-admin-header');
    const problem = parsed.ok
      ? typeof parsed.value === 'number'
        ? outOfBounds(definition, parsed.value)
        : undefined
      : parsed.problem;
    values[name] = parsed.ok ? parsed.value : undefined;
    if (problem !== undefined) problems.push({ setting: given?.from ?? `--${name}`, problem });
  }
  return { values: values as Values, problems };
}

const KNOWN_ENV = new Set(SETTING_NAMES.map(envName));
/** What Kubernetes injects for a Service called `controller-…`: not meant for us, and not a mistake. */
const SERVICE_ENV = /_(SERVICE_HOST|SERVICE_PORT(_.+)?|PORT(_\d+_(TCP|UDP)(_(PROTO|PORT|ADDR))?)?)$/;

/** `CONTROLLER_` variables that name no setting: probably a typo, worth a warning. */
export function unknownVariables(env: NodeJS.ProcessEnv): string[] {
  return Object.keys(env)
    .filter((name) => name.startsWith('CONTROLLER_') && !KNOWN_ENV.has(name) && !SERVICE_ENV.test(name))
    .sort();
}

/** Each setting as it may be shown: secrets as `***`. */
export function shownSettings(values: Values): Record<string, unknown> {
  return Object.fromEntries(
    SETTING_NAMES.map((name) => {
      const definition: SettingDefinition = SETTINGS[name];
      const value = values[name];
      const isSet = value !== undefined && !(Array.isArray(value) && value.length === 0);
      return [name, definition.secret === true && isSet ? '***' : value];
    }),
  );
}
