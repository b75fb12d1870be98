// What a gateway serves now, and whether somebody else put it there.
import { EMPTY_HASH, shortId } from '../../config/revision.js';
import type { HistoryRecord } from '../../history/record.js';
import { knownRevisions } from '../history/find-revision.js';
import { isObject, textOf } from '../../kube/object.js';
import type { Asked } from './ask.js';
import { resultsOf } from './result.js';
import type { Result } from './result.js';
import type { Wanted } from './wanted.js';

const { ok, warn, fail } = resultsOf('gateways');

/** `configuration_hash` of `GET /status`; nothing where it shows none. */
export function hashOf(status: Asked): string | undefined {
  const json = 'answer' in status ? status.answer.json : undefined;
  const hash = isObject(json) ? textOf(json, 'configuration_hash') : undefined;
  return hash !== undefined && /^[0-9a-f]{32}$/i.test(hash) ? hash.toLowerCase() : undefined;
}

/** @param record the history, where there is one that could be read */
export function checkServed(
  hash: string | undefined,
  wanted: Wanted | undefined,
  record: HistoryRecord | undefined,
  adopt: boolean,
): Result[] {
  if (hash === undefined) return [];
  if (hash === EMPTY_HASH) return [ok('serving', 'serves nothing yet')];
  if (hash === wanted?.id) return [ok('serving', `serves what the sources hold, ${shortId(hash)}`)];
  if (record !== undefined && knownRevisions(record).includes(hash))
    return [ok('serving', `serves ${shortId(hash)}, a revision of the history`)];
  if (record === undefined || record.revisions.length > 0)
    return [
      warn('serving', `serves ${shortId(hash)}, which is not what the sources hold now`, {
        fix: 'if Silverback runs: silverback status tells why; it may be on its way, held, or changed by somebody else',
      }),
    ];
  if (adopt) return [ok('serving', `serves ${shortId(hash)}, which --adopt lets Silverback replace`)];
  return [
    warn(
      'serving',
      `serves ${shortId(hash)}, which Silverback never pushed: the first push is held until somebody approves it`,
      {
        fix: 'compare (silverback diff URL FILES), then silverback approve, or start with --adopt; docs/migrate-from-files.md',
      },
    ),
  ];
}

/** Tags that the Kong Ingress Controller puts on every entity of its own (kic, 4). */
const KIC_TAG = /^(managed-by-ingress-controller$|k8s-(name|kind|uid):)/;

/** @param services a page of `GET /services` */
export function checkManaged(services: Asked): Result[] {
  const json = 'answer' in services ? services.answer.json : undefined;
  const listed: unknown = isObject(json) ? json['data'] : undefined;
  const tags = (Array.isArray(listed) ? listed : [])
    .filter(isObject)
    .flatMap(({ tags: each }): readonly unknown[] => (Array.isArray(each) ? each : []));
  if (!tags.some((tag) => typeof tag === 'string' && KIC_TAG.test(tag))) return [];
  return [
    fail(
      'managed',
      'serves entities that a Kong Ingress Controller made: two controllers would overwrite each other',
      {
        fix: 'take the ingress controller away first: docs/migrate-from-kic.md',
      },
    ),
  ];
}
