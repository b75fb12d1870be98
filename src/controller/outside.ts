import { createSmokeCheck } from '../gateway/smoke.js';
import type { SmokeCheck } from '../gateway/smoke.js';
import type { Gzip } from '../history/pack.js';
import type { Values } from '../settings/read.js';
import { parseStatusRanges } from '../settings/status-ranges.js';
import { headersOf, openAdminApi } from './admin.js';
import type { OpenAdmin } from './admin.js';
import { startCompiler } from './compiler.js';
import type { AsyncCompiler } from './compiler.js';
import type { Ports } from './ports.js';
import { openSchemaDir } from './schema-dir.js';

/** Sockets to gateways and the compiler's thread: what the controller opens, and a simulation puts others in place of. */
export interface Outside {
  /** @throws when a credential file cannot be read (the message names it) */
  readonly openAdmin: (userAgent: () => string, onRotated: () => void) => Promise<OpenAdmin>;
  /** @throws SetupError when the folder of schemas cannot be read */
  readonly startCompiler: () => Promise<AsyncCompiler>;
  /** How revisions are packed for Secrets; in threads unless told. */
  readonly gzip?: Gzip;
  /** `undefined` where none is configured. */
  readonly smoke?: SmokeCheck | undefined;
}

export function realOutside(values: Values, env: NodeJS.ProcessEnv, ports: Ports): Outside {
  return {
    openAdmin: (userAgent, onRotated) => openAdminApi(values, ports, userAgent, onRotated),
    async startCompiler() {
      const schemas = await openSchemaDir(values['schema-dir']);
      const options = { deck: values.deck, env: deckVariables(env), allowEmpty: values['allow-removal'] };
      return startCompiler(options, schemas);
    },
    smoke: smokeCheck(values),
  };
}

function smokeCheck(values: Values): SmokeCheck | undefined {
  const url = values['canary-smoke-url'];
  const ranges = parseStatusRanges(values['canary-smoke-status']) ?? [];
  return url === undefined
    ? undefined
    : createSmokeCheck({
        url,
        headers: headersOf(values['canary-smoke-header']),
        passes: (status) => ranges.some(({ first, last }) => first <= status && status <= last),
      });
}

/** Only these may be read by a configuration; the rest of our environment is none of its business. */
function deckVariables(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] => entry[0].startsWith('DECK_') && entry[1] !== undefined,
    ),
  );
}
