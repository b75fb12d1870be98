import { readText } from '../../config/parse/read-text.js';
import { canonicalJson } from '../../config/seal/canonical-json.js';
import { validateDeclarativeConfig } from '../../config/validate-declarative-config.js';
import type { Compilation } from '../../config/compile.js';
import type { TargetKong } from '../../config/validate/target.js';
import { findingLine } from '../../report/line.js';

/** Why Kong would not start with these bytes in a file of this name; undefined where it would. */
export function objectionTo(
  bytes: Uint8Array,
  file: string,
  target: TargetKong | undefined,
): string | undefined {
  const { valid, findings } = validate(bytes, target);
  if (!valid) {
    const [first] = findings.filter(({ severity }) => severity === 'error');
    const kong = target === undefined ? 'Kong' : `a Kong as old as ${target.version}`;
    return `${kong} would not start with it${first === undefined ? '' : `: ${findingLine(first)}`}`;
  }
  if (file.endsWith('.json') || readsAlikeAsYaml(bytes)) return undefined;
  return 'as YAML it would say something else; let --out end in .json';
}

export function holdsEntities(bytes: Uint8Array, target: TargetKong | undefined): boolean {
  const { revision } = validate(bytes, target);
  return Object.values(revision?.counts ?? {}).some((count) => count > 0);
}

const validate = (bytes: Uint8Array, target: TargetKong | undefined): Compilation =>
  validateDeclarativeConfig([{ file: 'last good', text: bytes, confidential: true }], {
    allowEmpty: true,
    ...(target !== undefined && { target }),
  });

/** A file named .yml is read by libyaml alone, which is no JSON reader in every corner; a comment keeps ours from trying JSON. */
function readsAlikeAsYaml(bytes: Uint8Array): boolean {
  const text = new TextDecoder().decode(bytes);
  const [json, yaml] = [readText(text), readText(`#\n${text}`)];
  return json.ok && yaml.ok && canonicalJson(json.value) === canonicalJson(yaml.value);
}
