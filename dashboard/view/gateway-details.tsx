import { useEffect, useRef } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import type { GatewayStatus, HappeningStatus } from '../../src/server/diagnostics/status.js';
import { explain, isAbout } from '../model/explain.js';
import type { Overview } from '../model/picture.js';
import { keyOf } from '../model/picture.js';
import type { Standing } from '../model/standing.js';
import { duration, isEmptyHash, short } from '../model/words.js';
import { Prose } from './command.js';
import { HappeningLine } from './happenings.js';
import { Icon } from './icon.js';
import { Ago, Lasting } from './now.js';

interface Props {
  readonly name: string;
  /** Nothing once it has left. */
  readonly gateway: GatewayStatus | undefined;
  readonly standing: Standing | undefined;
  readonly refusal: string | undefined;
  readonly unsteady: string;
  readonly overview: Overview;
  readonly happenings: readonly HappeningStatus[];
  readonly onClose: () => void;
}

const SHOWN = 8;

/** Everything about one gateway. A modal dialog: Escape closes it, and the focus goes back to the tile. */
export function GatewayDetails(props: Props) {
  const { name, gateway, standing, overview, refusal, unsteady, happenings, onClose } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const close = (): void => dialog.current?.close();
  return (
    <dialog
      ref={dialog}
      aria-labelledby="details-title"
      onClose={onClose}
      onClick={(event) => {
        if (event.target === dialog.current) close();
      }}
    >
      <div class="details">
        <div class="heading">
          <h2 id="details-title">{name}</h2>
          <button type="button" onClick={close}>
            Close
          </button>
        </div>
        {gateway === undefined || standing === undefined ? (
          <p>This gateway has left: there is no endpoint of that name any more.</p>
        ) : (
          <About {...{ gateway, standing, overview, refusal, unsteady }} />
        )}
        <Lately name={name} happenings={happenings} />
      </div>
    </dialog>
  );
}

interface AboutProps extends Pick<Props, 'overview' | 'refusal' | 'unsteady'> {
  readonly gateway: GatewayStatus;
  readonly standing: Standing;
}

function About({ gateway, standing, overview, refusal, unsteady }: AboutProps) {
  const { group, word, symbol } = standing;
  const { why, todo } = explain(gateway, overview, refusal);
  return (
    <>
      <p class={`state group-${group}`}>
        <Icon symbol={symbol} />
        <strong>{word}</strong>
        {gateway.since !== undefined && (
          <span>
            <Lasting at={gateway.since} />
          </span>
        )}
      </p>
      <h3>Why</h3>
      {unsteady !== '' && <p>{unsteady}</p>}
      <p>{why.join(' ')}</p>
      {todo.length > 0 && (
        <>
          <h3>What to do</h3>
          {todo.map((text) => (
            <p key={text}>
              <Prose text={text} />
            </p>
          ))}
        </>
      )}
      <Facts gateway={gateway} overview={overview} />
    </>
  );
}

function Facts({ gateway, overview }: { readonly gateway: GatewayStatus; readonly overview: Overview }) {
  const { hash, pod, node, zone, kongVersion, lastLoadMs, lookedAt, failures, restMs, ready, trouble } =
    gateway;
  const desired = overview.revisions.desired?.id;
  return (
    <dl class="facts">
      <Fact name="Shows">{hash !== undefined && (isEmptyHash(hash) ? 'nothing' : <Hash id={hash} />)}</Fact>
      <Fact name="Newest revision">{desired !== undefined && <Hash id={desired} />}</Fact>
      <Fact name="Kong">{kongVersion}</Fact>
      <Fact name="Admin API">{gateway.url}</Fact>
      <Fact name="Pod">
        {pod && `${pod.namespace}/${pod.name}`}
        {pod && ready !== undefined && (ready ? ', ready' : ', not ready')}
      </Fact>
      <Fact name="Node">{node}</Fact>
      <Fact name="Zone">{zone}</Fact>
      <Fact name="Last load">{lastLoadMs !== undefined && `took ${duration(lastLoadMs)}`}</Fact>
      <Fact name="Rests">{restMs !== undefined && restMs > 0 && `for ${duration(restMs)} more`}</Fact>
      <Fact name="Failures in a row">{failures > 0 && failures}</Fact>
      <Fact name="Kind of trouble">{trouble?.code}</Fact>
      <Fact name="Last answer">{lookedAt !== undefined && <Ago at={lookedAt} />}</Fact>
    </dl>
  );
}

const Hash = ({ id }: { readonly id: string }) => <code title={id}>{short(id)}</code>;

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  const isEmpty = [children]
    .flat()
    .every((child) => child === undefined || child === false || child === null);
  return isEmpty ? null : (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Lately({ name, happenings }: Pick<Props, 'name' | 'happenings'>) {
  const about = happenings.filter(({ message }) => isAbout(message, name)).slice(-SHOWN);
  if (about.length === 0) return null;
  return (
    <>
      <h3>Lately</h3>
      <ul class="happenings">
        {about.reverse().map((happening) => (
          <HappeningLine key={keyOf(happening)} happening={happening} />
        ))}
      </ul>
    </>
  );
}
