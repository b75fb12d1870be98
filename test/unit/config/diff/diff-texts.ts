import { createCompiler } from '../../../../src/config/compile.js';
import type { CompilerOptions } from '../../../../src/config/compile.js';
import type { ConfigDiff } from '../../../../src/config/diff/diff.js';
import { formatPath } from '../../../../src/config/document/problem.js';
import { OPTIONS } from '../compile-text.js';

type Text = string | Uint8Array;

/** The diff of two texts, each a valid configuration. */
export function diffTexts(old: Text, now: Text, options: Partial<CompilerOptions> = {}): ConfigDiff {
  const compiler = createCompiler({ ...OPTIONS, allowEmpty: true, ...options });
  const id = (file: string, text: Text): string => {
    const { revision, findings } = compiler.compile([{ file, text }]);
    if (revision === undefined) throw new Error(`${file}: ${JSON.stringify(findings)}`);
    return revision.id;
  };
  const diff = compiler.diff(id('old.yaml', old), id('new.yaml', now));
  if (diff === undefined) throw new Error('the compiler forgot a revision');
  return diff;
}

/** `~ service 'a'`, then `  host "a" -> "b"` for each of its fields. */
export function lines({ settings, entities }: ConfigDiff): string[] {
  const value = (field: object, key: string): string =>
    Object.hasOwn(field, key) ? JSON.stringify((field as Record<string, unknown>)[key]) : '';
  const line = (field: ConfigDiff['settings'][number]): string =>
    `  ${formatPath(field.path)} ${field.secret ? 'secret' : `${value(field, 'old')} -> ${value(field, 'new')}`}`;
  return [
    ...settings.map(line),
    ...entities.flatMap(({ change, label, fields }) => [
      `${{ added: '+', removed: '-', changed: '~' }[change]} ${label}`,
      ...fields.map(line),
    ]),
  ];
}
