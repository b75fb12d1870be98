import type { RefObject } from 'preact';
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { GatewayStatus, HappeningStatus } from '../../src/server/diagnostics/status.js';
import { unsteadyText } from '../model/explain.js';
import type { Overview } from '../model/picture.js';
import { groupsOf, GROUPS, matches } from '../model/standing.js';
import type { Group, GroupOfGateways } from '../model/standing.js';
import { refusalsOf, unsteadyGateways } from '../model/gateway-news.js';
import { plural } from '../model/words.js';
import { GatewayDetails } from './gateway-details.js';
import { serverNow } from './now.js';
import { moveFocus } from './roving.js';
import { reasonOf, Tile } from './tile.js';

interface Props {
  readonly gateways: ReadonlyMap<string, GatewayStatus>;
  readonly overview: Overview;
  readonly happenings: readonly HappeningStatus[];
}

/** Every gateway as a tile, troubled ones first. */
export function Gateways({ gateways, overview, happenings }: Props) {
  const [text, setText] = useState('');
  const [only, setOnly] = useState<Group | undefined>(undefined);
  const [opened, setOpened] = useState<string | undefined>(undefined);
  const [focused, setFocused] = useState<string | undefined>(undefined);
  const list = useRef<HTMLDivElement>(null);
  const { leading } = overview.leadership;

  const unsteady = unsteadyGateways(happenings, serverNow());
  const refusals = useMemo(() => refusalsOf(happenings), [happenings]);
  const groups = groupsOf(gateways.values(), leading, unsteady);
  const shown = groups
    .filter(({ group }) => only === undefined || group === only)
    .map((each) => ({ ...each, gateways: each.gateways.filter(({ gateway }) => matches(gateway, text)) }))
    .filter((each) => each.gateways.length > 0);
  const names = shown.flatMap((each) => each.gateways.map(({ gateway }) => gateway.name));
  const inTabOrder = focused !== undefined && names.includes(focused) ? focused : names[0];
  const details = groups.flatMap((each) => each.gateways).find(({ gateway }) => gateway.name === opened);
  const close = useCallback(() => setOpened(undefined), []);
  useKeptFocus(list, focused, opened !== undefined);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (moveFocus(tilesIn(list.current), event.key)) event.preventDefault();
  };

  return (
    <section class="card" aria-labelledby="gateways-title">
      <div class="heading">
        <h2 id="gateways-title">Gateways</h2>
        <div class="filters">
          <FilterButtons groups={groups} total={gateways.size} only={only} onChoose={setOnly} />
          <input
            type="search"
            aria-label="Find gateways by name, node, zone, version, hash or error"
            placeholder="Find…"
            value={text}
            onInput={({ currentTarget }) => setText(currentTarget.value)}
          />
        </div>
      </div>
      <Problems overview={overview} />
      {gateways.size === 0 && (
        <p class="muted">There is no gateway: none was found behind the Admin API Service.</p>
      )}
      {gateways.size > 0 && names.length === 0 && <p class="muted">No gateway is like that.</p>}
      <div ref={list} onKeyDown={onKeyDown}>
        {shown.map((each) => (
          <section
            key={each.group}
            class={`tiles-of tiles-of-${each.group}`}
            aria-labelledby={`group-${each.group}`}
          >
            <h3 id={`group-${each.group}`}>
              {each.title} <span class="muted">{each.gateways.length}</span>
            </h3>
            <ul class={`tiles ${sizeOf(each)}`}>
              {each.gateways.map(({ gateway, standing }) => (
                <li key={gateway.name}>
                  <Tile
                    gateway={gateway}
                    standing={standing}
                    reason={
                      sizeOf(each) === 'with-reasons'
                        ? reasonOf(gateway, standing, overview, refusals.get(gateway.name))
                        : ''
                    }
                    unsteady={textOf(unsteady.get(gateway.name))}
                    inTabOrder={gateway.name === inTabOrder}
                    onOpen={setOpened}
                    onFocus={setFocused}
                  />
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
      {opened !== undefined && (
        <GatewayDetails
          name={opened}
          gateway={details?.gateway}
          standing={details?.standing}
          refusal={refusals.get(opened)}
          unsteady={textOf(unsteady.get(opened))}
          overview={overview}
          happenings={happenings}
          onClose={close}
        />
      )}
    </section>
  );
}

const tilesIn = (list: HTMLElement | null): HTMLElement[] =>
  Array.from(list?.querySelectorAll<HTMLElement>('.tile') ?? []);

/** A tile that moves to another group is another element: the focus goes along, instead of back to the top of the page. */
function useKeptFocus(
  list: RefObject<HTMLElement | null>,
  name: string | undefined,
  elsewhere: boolean,
): void {
  const held = useRef<string | undefined>(undefined);
  useLayoutEffect(() => {
    const isLost = document.activeElement === document.body || document.activeElement === null;
    if (isLost && !elsewhere && held.current !== undefined) {
      tilesIn(list.current)
        .find((tile) => tile.dataset['gateway'] === held.current)
        ?.focus();
    }
    held.current = list.current?.contains(document.activeElement) === true || elsewhere ? name : undefined;
  });
}

/** Many that wait do so for the same reason: the part about the rollout says it once. */
const MANY = 24;
/** So many that are well have room only for their names and symbols; the word for all of them stands above. */
const CROWD = 60;

function sizeOf({ group, gateways: { length } }: GroupOfGateways): 'with-reasons' | 'dense' | 'plain' {
  if (group === 'trouble' || ((group === 'moving' || group === 'waiting') && length <= MANY))
    return 'with-reasons';
  return group === 'fine' && length > CROWD ? 'dense' : 'plain';
}

const textOf = (times: number | undefined): string => (times === undefined ? '' : unsteadyText(times));

interface FilterProps {
  readonly groups: ReturnType<typeof groupsOf>;
  readonly total: number;
  readonly only: Group | undefined;
  readonly onChoose: (group: Group | undefined) => void;
}

function FilterButtons({ groups, total, only, onChoose }: FilterProps) {
  const counts = new Map(groups.map(({ group, gateways }) => [group, gateways.length]));
  return (
    <div class="buttons" role="group" aria-label="Show gateways">
      <button type="button" aria-pressed={only === undefined} onClick={() => onChoose(undefined)}>
        All {total}
      </button>
      {GROUPS.filter(({ group }) => counts.has(group) || group === only).map(({ group, title }) => (
        <button
          key={group}
          type="button"
          class={`group-${group}`}
          aria-pressed={only === group}
          onClick={() => onChoose(only === group ? undefined : group)}
        >
          {title} {counts.get(group) ?? 0}
        </button>
      ))}
    </div>
  );
}

function Problems({ overview: { discoveryProblems } }: { readonly overview: Overview }) {
  if (discoveryProblems.length === 0) return null;
  return (
    <div class="note attention">
      <p>{plural(discoveryProblems.length, 'endpoint')} of the Service cannot be used:</p>
      <ul>
        {discoveryProblems.map((problem) => (
          <li key={problem}>{problem}</li>
        ))}
      </ul>
    </div>
  );
}
