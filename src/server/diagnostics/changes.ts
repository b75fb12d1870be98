// What the event stream tells after it has told everything once.
import type { GatewayStatus, Status } from './status.js';

/** All but the gateways: what `event: status` carries. */
export type StatusEvent = Omit<Status, 'gateways'>;

/** What `event: gateways` carries. */
export interface GatewaysEvent {
  readonly changed: readonly GatewayStatus[];
  /** Names of those that left. */
  readonly gone: readonly string[];
}

/** A status, prepared to be compared with others. */
export interface Snapshot {
  readonly status: StatusEvent;
  /** The same, without what changes though nothing happens. */
  readonly statusText: string;
  readonly gateways: ReadonlyMap<string, { readonly gateway: GatewayStatus; readonly text: string }>;
}

export function snapshotOf({ gateways, ...status }: Status): Snapshot {
  const { time: _time, ...lasting } = status;
  return {
    status,
    statusText: JSON.stringify(lasting),
    gateways: new Map(
      gateways.map((gateway) => {
        // That it was looked at once more is no news, nor is time that passes.
        const { lookedAt: _lookedAt, restMs: _restMs, ...rest } = gateway;
        return [gateway.name, { gateway, text: JSON.stringify(rest) }];
      }),
    ),
  };
}

/** What has changed; everything where there was nothing before. */
export function changesBetween(
  before: Snapshot | undefined,
  now: Snapshot,
): { readonly status: StatusEvent | undefined; readonly gateways: GatewaysEvent | undefined } {
  const changed = [...now.gateways]
    .filter(([name, { text }]) => before?.gateways.get(name)?.text !== text)
    .map(([, { gateway }]) => gateway);
  const gone = [...(before?.gateways.keys() ?? [])].filter((name) => !now.gateways.has(name));
  const sameGateways = before !== undefined && changed.length === 0 && gone.length === 0;
  return {
    status: before?.statusText === now.statusText ? undefined : now.status,
    gateways: sameGateways ? undefined : { changed, gone },
  };
}
