import { useEffect, useRef, useState } from 'preact/hooks';
import type { Ask } from '../connection/ask.js';
import { isDifference, summaryText, valueText } from '../model/diff.js';
import type { Difference, EntityDifference, FieldDifference } from '../model/diff.js';
import type { Pair } from './revisions.js';

interface Choice {
  readonly id: string;
  readonly label: string;
}

interface Props {
  readonly ask: Ask;
  readonly choices: readonly Choice[];
  readonly pair: Pair | undefined;
  readonly onCompare: (pair: Pair) => void;
}

type Answer =
  | { readonly kind: 'asking' }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'found'; readonly difference: Difference };

/** Two revisions to choose, and what differs between them as Kong sees it. */
export function Compare({ ask, choices, pair, onCompare }: Props) {
  const [chosen, setChosen] = useState<Partial<Pair>>({});
  const answer = useAnswer(ask, pair);
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (pair !== undefined) place.current?.focus();
  }, [pair]);
  const from = idIn(choices, chosen.from ?? pair?.from) ?? choices[1]?.id ?? '';
  const to = idIn(choices, chosen.to ?? pair?.to) ?? choices[0]?.id ?? '';
  return (
    <div class="compare">
      <h3>What differs</h3>
      <div class="compare-choice">
        <Choose
          label="From"
          choices={choices}
          value={from}
          onChoose={(id) => setChosen({ ...chosen, from: id })}
        />
        <Choose label="To" choices={choices} value={to} onChoose={(id) => setChosen({ ...chosen, to: id })} />
        <button
          type="button"
          onClick={() => {
            setChosen({});
            onCompare({ from, to });
          }}
        >
          Compare
        </button>
      </div>
      <div ref={place} tabIndex={-1} class="compare-answer" role="region" aria-label="What differs">
        {answer?.kind === 'asking' && <p class="muted">Comparing…</p>}
        {answer?.kind === 'failed' && <p class="note trouble">{answer.reason}</p>}
        {answer?.kind === 'found' && <DifferenceView difference={answer.difference} />}
      </div>
    </div>
  );
}

const idIn = (choices: readonly Choice[], id: string | undefined): string | undefined =>
  choices.find((choice) => choice.id === id)?.id;

function useAnswer(ask: Ask, pair: Pair | undefined): Answer | undefined {
  const [answer, setAnswer] = useState<Answer | undefined>(undefined);
  useEffect(() => {
    if (pair === undefined) return undefined;
    const controller = new AbortController();
    setAnswer({ kind: 'asking' });
    askForDifference(ask, pair, controller.signal).then(
      (difference) => setAnswer({ kind: 'found', difference }),
      (error: unknown) => {
        if (controller.signal.aborted) return;
        const reason = error instanceof Error ? error.message : String(error);
        setAnswer({ kind: 'failed', reason: `They cannot be compared: ${reason}` });
      },
    );
    return () => controller.abort();
  }, [ask, pair]);
  return answer;
}

async function askForDifference(ask: Ask, { from, to }: Pair, signal: AbortSignal): Promise<Difference> {
  const query = new URLSearchParams({ from, to }).toString();
  const response = await ask(`api/v1/diff?${query}`, signal);
  const value: unknown = await response.json();
  if (isDifference(value)) return value;
  throw new Error('the answer is not understood; reload the page');
}

interface ChooseProps {
  readonly label: string;
  readonly choices: readonly Choice[];
  readonly value: string;
  readonly onChoose: (id: string) => void;
}

function Choose({ label, choices, value, onChoose }: ChooseProps) {
  return (
    <label>
      {label}{' '}
      <select value={value} onChange={({ currentTarget }) => onChoose(currentTarget.value)}>
        {choices.map(({ id, label: text }) => (
          <option key={id} value={id}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

/** More than this is for the command line. */
const SHOWN = 200;
const SIGNS = { added: '+', removed: '−', changed: '~' } as const;

function DifferenceView({ difference }: { readonly difference: Difference }) {
  const { different, settings, entities } = difference;
  if (!different) return <p>No difference: Kong would do the same with both.</p>;
  return (
    <>
      <p>{summaryText(difference)}</p>
      {settings.length > 0 && <FieldList fields={settings} change="changed" />}
      <ul class="diff">
        {entities.slice(0, SHOWN).map((entity) => (
          <Entity key={`${entity.change} ${entity.label}`} entity={entity} />
        ))}
      </ul>
      {entities.length > SHOWN && (
        <p class="muted">
          And {entities.length - SHOWN} more: <code>silverback diff</code> shows all.
        </p>
      )}
    </>
  );
}

function Entity({ entity: { change, label, fields } }: { readonly entity: EntityDifference }) {
  return (
    <li class={`change-${change}`}>
      <p>
        <span class="sign" aria-hidden="true">
          {SIGNS[change]}
        </span>{' '}
        <strong>{label}</strong> {change}
      </p>
      <FieldList fields={fields} change={change} />
    </li>
  );
}

interface FieldListProps {
  readonly fields: readonly FieldDifference[];
  readonly change: EntityDifference['change'];
}

function FieldList({ fields, change }: FieldListProps) {
  return (
    <ul class="fields">
      {fields.map((field) => (
        <li key={field.path}>
          <code>{field.path}</code>: <Values field={field} change={change} />
        </li>
      ))}
    </ul>
  );
}

function Values({
  field,
  change,
}: {
  readonly field: FieldDifference;
  readonly change: EntityDifference['change'];
}) {
  if (field.secret) return <em>{change === 'changed' ? 'changed (secret)' : 'secret'}</em>;
  if (change === 'added') return <ins>{valueText(field.new)}</ins>;
  if (change === 'removed') return <del>{valueText(field.old)}</del>;
  return (
    <>
      <del>{valueText(field.old)}</del> → <ins>{valueText(field.new)}</ins>
    </>
  );
}
