// The keys at the top of a configuration.
import type { Path } from '../parse/result.js';
import { MODELS } from '../schema/model.js';
import { hintForField } from './known-fields.js';
import { nearest } from './near.js';
import { typeOf } from './words.js';
import { asList, own } from '../document/dict.js';
import type { Dict } from '../document/dict.js';
import { MAX_SHOWN } from '../document/problem.js';
import type { Problem } from '../document/problem.js';
import { shownKey } from '../document/shown-key.js';

export const FORMAT_VERSIONS = ['1.1', '2.1', '3.0'];

/** `updated_at` is looked at nowhere in Kong, not even here. */
const METADATA = ['_format_version', '_transform', '_comment', '_ignore', 'updated_at'];

export function topLevelProblems(config: Dict): Problem[] {
  const known = [...METADATA, ...MODELS.keys()];
  const unknown = Object.keys(config)
    .filter((key) => !known.includes(key))
    .slice(0, MAX_SHOWN + 1);
  return [
    ...versionProblems(config),
    ...metadataProblems(config),
    ...unknown.map((key) => unknownKey(key, known)),
  ];
}

function error(code: string, message: string, path: Path, hint?: string): Problem {
  return { severity: 'error', code, message, path, ...(hint !== undefined && { hint }) };
}

function versionProblems(config: Dict): Problem[] {
  const version = own(config, '_format_version');
  const path = ['_format_version'];
  const hint = `write _format_version: "3.0"`;
  if (version === undefined || version === null)
    return [error('format-version', '_format_version is missing', path, hint)];
  if (typeof version === 'string' && FORMAT_VERSIONS.includes(version)) return [];
  const message =
    typeof version === 'string'
      ? `_format_version must be one of ${FORMAT_VERSIONS.join(', ')}`
      : `_format_version must be a text, not ${typeOf(version)}: it needs quotes`;
  return [error('format-version', message, path, hint)];
}

function metadataProblems(config: Dict): Problem[] {
  const problems: Problem[] = [];
  const transform = own(config, '_transform') ?? null;
  if (transform !== null && typeof transform !== 'boolean') {
    problems.push(
      error('wrong-type', `_transform must be true or false, not ${typeOf(transform)}`, ['_transform']),
    );
  }
  const comment = own(config, '_comment') ?? null;
  if (comment !== null && (typeof comment !== 'string' || comment === '')) {
    problems.push(error('wrong-type', '_comment must be a text that is not empty', ['_comment']));
  }
  const ignored = asList(own(config, '_ignore'));
  if (ignored === undefined || ignored.includes(null)) {
    problems.push(error('wrong-type', '_ignore must be a list without nulls', ['_ignore']));
  }
  return problems;
}

function unknownKey(key: string, known: readonly string[]): Problem {
  const meant = nearest(key, known);
  const hint = hintForField(key) ?? (meant === undefined ? undefined : `did you mean '${meant}'?`);
  return { ...error('unknown-field', `unknown key '${shownKey(key)}' at the top`, [key], hint), part: 'key' };
}
