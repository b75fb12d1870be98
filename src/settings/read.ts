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
type Value<N extends SettingName> = Definitions[N] extends { readonly choices: readonly (infer Choice)[] }
  ? Choice
  : Definitions[N] extends { readonly default: string } | { readonly kind: 'list' }
    ? ValueOf[Definitions[N]['kind']]
    : ValueOf[Definitions[N]['kind']] | undefined;

/** Every setting with its parsed value: times in milliseconds, lists possibly empty, unset ones `undefined`. */
export type Values = { readonly [N in SettingName]: Value<N> };

/** Raw values by setting: from flags (several when repeated) or from the environment. */
export type Raw = Partial<Record<SettingName, readonly string[]>>;

export interface Problem {
  /** How the user wrote it, `--lease-duration` or `CONTROLLER_LEASE_DURATION`; contradictions name the flag. */
  readonly setting: string;
  readonly problem: string;
}

function parseText(definition: SettingDefinition, text: string): Parsed<string> {
  if (text === '') return { ok: false, problem: 'must not be empty; leave it out instead' };
  return definition.choices === undefined || definition.choices.includes(text)
    ? { ok: true, value: text }
    : { ok: false, problem: `must be one of ${definition.choices.join(', ')}` };
}

function parseOne(definition: SettingDefinition, texts: readonly string[]): Parsed<unknown> {
  const last = texts.at(-1)?.trim() ?? '';
  switch (definition.kind) {
    case 'text':
      return parseText(definition, last);
    case 'switch':
      return parseSwitch(last);
    case 'count':
      return parseCount(last);
    case 'seconds':
      return parseSeconds(last);
    case 'duration':
      return parseDuration(last);
    case 'list':
      return { ok: true, value: parseList(texts, definition.separator ?? ',') };
    case 'address':
      return parseAddress(last);
  }
}

/** What stands for a value that could not be read: its problem is told, and no other follows from it. */
function placeholder(definition: SettingDefinition): unknown {
  if (definition.default === undefined) return undefined;
  const parsed = parseOne(definition, [definition.default]);
  // Every comparison with NaN is false.
  return parsed.ok && typeof parsed.value !== 'number' ? parsed.value : NaN;
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
  return variable === undefined || variable.trim() === ''
    ? undefined
    : { texts: [variable], from: envName(name) };
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
    const parsed = parseOne(definition, texts);
    values[name] = parsed.ok ? parsed.value : placeholder(definition);
    const problem = parsed.ok ? boundsProblem(definition, parsed.value) : parsed.problem;
    if (problem !== undefined) problems.push({ setting: given?.from ?? `--${name}`, problem });
  }
  // The table says which kind of value each name has; parseOne has just made it.
  return { values: values as Values, problems };
}

const boundsProblem = (definition: SettingDefinition, value: unknown): string | undefined =>
  typeof value === 'number' ? outOfBounds(definition, value) : undefined;

const KNOWN_ENV = new Set(SETTING_NAMES.map(envName));
const HOST_SUFFIX = '_SERVICE_HOST';
/** What follows a Service's name in the other variables that Kubernetes injects for it. */
const INJECTED = /^_(SERVICE_PORT(_[A-Z0-9_]+)?|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$/;

/**
 * `CONTROLLER_` variables that name no setting: probably a typo, worth a warning. What Kubernetes injects for a
 * Service called `controller` or `controller-…` is neither meant for us nor a mistake.
 */
export function unknownVariables(env: NodeJS.ProcessEnv): string[] {
  const names = Object.keys(env).filter((name) => name.startsWith('CONTROLLER_'));
  const services = names
    .filter((name) => name.endsWith(HOST_SUFFIX))
    .map((name) => name.slice(0, -HOST_SUFFIX.length));
  const isInjected = (name: string): boolean =>
    name.endsWith(HOST_SUFFIX) ||
    services.some((service) => name.startsWith(service) && INJECTED.test(name.slice(service.length)));
  return names.filter((name) => !KNOWN_ENV.has(name) && !isInjected(name)).sort();
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

/** Each setting as it is where nobody sets anything. */
export function usualSettings(): Record<string, unknown> {
  return shownSettings(readSettings({}, {}).values);
}
