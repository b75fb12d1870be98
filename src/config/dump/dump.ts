// What a gateway serves, as somebody would have written it: minimal, sorted, and such that a push of it changes nothing.
import { flatten } from '../diff/flat-entity.js';
import type { Side } from '../diff/flat-entity.js';
import { REDACTED } from '../document/redacted.js';
import { build } from './build.js';
import { keptIds } from './ids.js';
import { outline } from './outline.js';
import { withoutSecrets } from './secrets.js';
import { toYaml } from './yaml.js';

export interface DumpOptions {
  /** Whether secrets are shown. A text without them says so at its top, and is refused wherever it might be pushed. */
  readonly secrets: boolean;
}

const COMMENTS = {
  redacted: [
    `Made by \`silverback dump\`, without its secrets: \`${REDACTED}\` stands in their places.`,
    'Silverback refuses to push this. `silverback dump --show-secrets` writes one that can be pushed.',
  ],
  complete: ['Made by `silverback dump`: secrets are in here.'],
  plain: ['Made by `silverback dump`: there are no secrets in here.'],
};

/**
 * @param live what `GET /config` showed, valid
 * @returns YAML; the same text for gateways that serve the same
 */
export function dumpConfig(live: Side, { secrets }: DumpOptions): string {
  const whole = outline(flatten(live));
  const hidden = new Map(
    whole.all.map((node) => [node, withoutSecrets(node.flat.shape, node.fields)] as const),
  );
  const holdsSecrets = Array.from(hidden).some(([{ fields }, shown]) => shown !== fields);
  const kept = keptIds(whole);
  const { config } = build(whole, kept, (node) => (secrets ? undefined : hidden.get(node)) ?? node.fields);
  return toYaml(config, COMMENTS[holdsSecrets ? (secrets ? 'complete' : 'redacted') : 'plain']);
}
