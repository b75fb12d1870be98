import { useEffect, useState } from 'preact/hooks';

/** A command to be run elsewhere, and a button that copies it. */
export function Command({ text }: { readonly text: string }) {
  const [outcome, setOutcome] = useState('');
  useEffect(() => {
    if (outcome === '') return undefined;
    const timer = setTimeout(() => setOutcome(''), 3_000);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = (): void => {
    // Browsers give a clipboard to loopback and HTTPS only; the text can be marked and copied anywhere.
    copyText(text).then(
      () => setOutcome('Copied'),
      () => setOutcome('Mark the text to copy it'),
    );
  };
  return (
    <span class="command">
      <code tabIndex={0} aria-label={`Command: ${text}`} role="group">
        {text}
      </code>
      <button type="button" class="quiet" onClick={copy} aria-label={`Copy the command ${text}`}>
        {outcome === '' ? 'Copy' : outcome}
      </button>
    </span>
  );
}

const copyText = async (text: string): Promise<void> => navigator.clipboard.writeText(text);

/** Commands that advice names, as they begin; they end with the sentence, or its part. */
const COMMAND = /kubectl [^;)`]+|`?(silverback (?:approve|rollback|rollout \w+)(?: [0-9a-f]{8,})?)`?/;

/**
 * A sentence; commands in it stand out. One of our own is not complete without the place of the history, so that only the
 * part about what waits has it to copy.
 */
export function Prose({ text }: { readonly text: string }) {
  const [whole, ours] = COMMAND.exec(text) ?? [];
  if (whole === undefined) return <>{text}</>;
  const at = text.indexOf(whole);
  return (
    <>
      {text.slice(0, at)}
      {ours === undefined ? <Command text={whole} /> : <code>{ours}</code>}
      <Prose text={text.slice(at + whole.length)} />
    </>
  );
}
