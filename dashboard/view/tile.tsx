import type { GatewayStatus } from '../../src/server/diagnostics/status.js';
import { inShort } from '../model/explain.js';
import type { Overview } from '../model/picture.js';
import type { Standing } from '../model/standing.js';
import { Icon } from './icon.js';
import { countDrawing } from './drawings.js';
import { memo } from './memo.js';
import { Lasting } from './now.js';

export interface TileProps {
  readonly gateway: GatewayStatus;
  readonly standing: Standing;
  /** Why it is not up to date; empty for the others, so that they need not be drawn again when others change. */
  readonly reason: string;
  /** What has befallen it lately, though it is well now. */
  readonly unsteady: string;
  /** One tile is in the tab order; arrow keys lead to the others. */
  readonly inTabOrder: boolean;
  readonly onOpen: (name: string) => void;
  readonly onFocus: (name: string) => void;
}

export const Tile = memo((props: TileProps) => {
  const { gateway, standing, reason, unsteady, inTabOrder, onOpen, onFocus } = props;
  const { name, canary, since } = gateway;
  const { group, word, symbol } = standing;
  countDrawing();
  return (
    <button
      type="button"
      class={`tile group-${group}`}
      data-gateway={name}
      tabIndex={inTabOrder ? 0 : -1}
      aria-haspopup="dialog"
      onClick={() => onOpen(name)}
      onFocus={() => onFocus(name)}
    >
      <span class="tile-name">{name}</span>
      <span class="tile-state">
        <Icon symbol={symbol} />
        <span class="word">{word}</span>
        {canary && <span class="badge">canary</span>}
      </span>
      {reason !== '' && <span class="tile-reason">{reason}</span>}
      {unsteady !== '' && <span class="tile-reason">{unsteady}</span>}
      {reason !== '' && since !== undefined && (
        <span class="tile-since">
          <Lasting at={since} />
        </span>
      )}
    </button>
  );
});

/** Why a tile's gateway is not up to date, in one sentence. */
export function reasonOf(
  gateway: GatewayStatus,
  { group }: Standing,
  overview: Overview,
  refusal: string | undefined,
): string {
  const isWell = group === 'fine' || group === 'unknown' || gateway.current;
  return isWell ? '' : inShort(gateway, overview, refusal);
}
