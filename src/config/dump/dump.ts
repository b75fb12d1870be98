// What a gateway serves, as somebody would have written it: minimal, sorted, and such that a push of it changes nothing.
import { flatten } from '../diff/flat-entity.js';
import type { Side } from '../diff/flat-entity.js';
import { build } from './build.js';
import { keptIds } from './ids.js';
import { outline } from './outline.js';
import { withoutSecrets } from './secrets.js';
import { toYaml } from './yaml.js';

export interface DumpOptions {
  /** Whether secrets are shown. A text without them says so at its top, and is refused wherever it might be pushed. */
  readonly secrets: boolean;
}

const REDACTED_COMMENT = [
  'Made by `silverback dump`, without its secrets: `redacted-by-silverback-dump` stands in their places.',
  'Silverback refuses to push this. `silverback dump --show-secrets` writes one that can be pushed.',
];
const SECRETS_COMMENT = ['Made by `silverback dump --show-secrets`: every secret of the gateway is in here.'];

/**
 * @param live what `GET /config` showed, valid
 * @returns YAML; the same text for gateways that serve the same
 */
export function dumpConfig(live: Side, { secrets }: DumpOptions): string {
  const whole = outline(flatten(live));
  const { config } = build(whole, keptIds(whole), ({ flat, fields }) =>
    secrets ? fields : withoutSecrets(flat.shape, fields),
  );
  return toYaml(config, secrets ? SECRETS_COMMENT : REDACTED_COMMENT);
}
