import { Command } from 'commander';
import { addSettingOptions, givenSettings } from '../../src/cli/setting-options.js';
import { contradictions } from '../../src/settings/contradictions.js';
import { readSettings, unknownVariables } from '../../src/settings/read.js';
import type { Values } from '../../src/settings/read.js';

/** What of a manifest's container decides on its settings. */
export interface StartedContainer {
  readonly args: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
}

/**
 * The settings with which a container starts `silverback run`, read by its own parser.
 *
 * @param secrets stands for the variables whose values come from a Secret, whichever they are
 * @throws an Error that tells all that `silverback run` would complain about
 */
export function containerSettings({ args, env = [] }: StartedContainer, secrets = 'from: elsewhere'): Values {
  const [name, ...flags] = args;
  if (name !== 'run') throw new Error(`it starts "silverback ${name}"`);
  const command = addSettingOptions(new Command('run'))
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  command.parse(flags, { from: 'user' });
  const variables = Object.fromEntries(env.map((each) => [each.name, each.value ?? secrets]));
  const { values, problems } = readSettings(givenSettings(command), variables);
  const complaints = [
    ...command.args.map((text) => `${text} is no flag`),
    ...[...problems, ...contradictions(values)].map(({ setting, problem }) => `${setting} ${problem}`),
    ...unknownVariables(variables).map((variable) => `${variable} names no setting`),
  ];
  if (complaints.length > 0) throw new Error(complaints.join('\n'));
  return values;
}
