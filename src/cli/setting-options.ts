import { Option } from 'commander';
import type { Command } from 'commander';
import { envName, SETTING_NAMES, SETTINGS } from '../settings/table.js';
import type { SettingDefinition, SettingName } from '../settings/table.js';
import type { Raw } from '../settings/read.js';

const PLACEHOLDER: Readonly<Record<SettingDefinition['kind'], string>> = {
  text: '<text>',
  switch: '[true|false]',
  count: '<n>',
  seconds: '<seconds>',
  duration: '<duration>',
  list: '<value>',
  address: '<address>',
};

const collect = (value: string, previous: readonly string[] | undefined): readonly string[] => [
  ...(previous ?? []),
  value,
];

function optionFor(name: SettingName): Option {
  const definition: SettingDefinition = SETTINGS[name];
  const placeholder = PLACEHOLDER[definition.kind];
  const notes = [
    definition.choices === undefined ? undefined : definition.choices.join(' | '),
    definition.default === undefined ? undefined : `default ${definition.default}`,
    envName(name),
  ].filter((note) => note !== undefined);
  return new Option(`--${name} ${placeholder}`, `${definition.help} (${notes.join('; ')})`)
    .argParser(collect)
    .preset('true');
}

/** Adds a flag for every setting, or for some; values stay as they were written, to be judged all at once. */
export function addSettingOptions(command: Command, names: readonly SettingName[] = SETTING_NAMES): Command {
  let group = '';
  for (const name of names) {
    if (SETTINGS[name].group !== group) {
      group = SETTINGS[name].group;
      command.optionsGroup(`${group}:`);
    }
    command.addOption(optionFor(name));
  }
  return command;
}

/** What was given on the command line, by setting. */
export function givenSettings(command: Command): Raw {
  const given: Partial<Record<SettingName, readonly string[]>> = {};
  for (const option of command.options) {
    const name = SETTING_NAMES.find((each) => each === option.name());
    const value: unknown = name === undefined ? undefined : command.getOptionValue(option.attributeName());
    if (name === undefined || value === undefined) continue;
    given[name] = (Array.isArray(value) ? value : [value]).map(String);
  }
  return given;
}
