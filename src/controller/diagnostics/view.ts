import type { HistoryStore } from '../../history/store.js';
import type { Fleet } from '../../rollout/fleet.js';
import type { Sources } from '../../sources/follow.js';
import type { ConfigLoop } from '../config-loop.js';
import type { Keeper } from '../keeper.js';
import type { Steering } from '../steering.js';

/** What people may see of a running controller: nothing here changes anything. */
export interface ControllerView {
  readonly leading: () => boolean;
  readonly term: () => number;
  readonly fleet: Pick<Fleet, 'entries' | 'desired' | 'rollout'>;
  readonly loop: Pick<ConfigLoop, 'said' | 'agreed'>;
  readonly sources: Pick<Sources, 'synced' | 'snapshot'>;
  readonly steering: Pick<Steering, 'standing' | 'holds'>;
  readonly keeper: Pick<Keeper, 'record' | 'lastGood'>;
  /** The stored bytes of a kept revision. */
  readonly load: HistoryStore['load'];
}
