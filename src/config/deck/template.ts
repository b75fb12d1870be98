// decK's `${{ env "DECK_X" }}`, which decK replaces in the raw text. Here each expression is masked by as many characters that
// mean nothing to YAML and JSON, and replaced inside of the scalar that holds it: places stay true, and a value can never
// break out of its scalar.

export interface TemplateFault {
  readonly offset: number;
  readonly message: string;
}

export interface MaskedText {
  /** As long as the original. */
  readonly text: string;
  /** Puts the values into a scalar's text. */
  readonly render: (scalar: string) => string;
  /** What was wrong with the expressions that were rendered (those in comments are not). */
  readonly faults: () => TemplateFault[];
}

export type Environment = Readonly<Record<string, string | undefined>>;

const EXPRESSION = /\$\{\{[^{}\n]*\}\}/g;
/** A mark, six digits to the base of ten, and padding: all from Unicode's private use area. */
const MARK = '\ue000';
const MASK = /\ue000([\ue001-\ue00a]{6})\ue00b*/g;
const DIGIT = 0xe001;

/** @returns undefined when the text holds no expression */
export function maskTemplates(text: string, env: Environment): MaskedText | undefined {
  if (!text.includes('${{')) return undefined;
  const found: { offset: number; value: string | { fault: string } }[] = [];
  const rendered = new Set<number>();
  const masked = text.replace(EXPRESSION, (expression, offset: number) => {
    found.push({ offset, value: evaluate(expression, env) });
    return maskOf(found.length - 1, expression.length);
  });
  const valueOf = (mask: string, digits: string): string => {
    const index = indexOf(digits);
    rendered.add(index);
    const value = found[index]?.value ?? mask;
    return typeof value === 'string' ? value : '';
  };
  return {
    text: masked,
    render: (scalar) => (scalar.includes(MARK) ? scalar.replace(MASK, valueOf) : scalar),
    faults: () =>
      found.flatMap(({ offset, value }, index) =>
        typeof value === 'string' || !rendered.has(index) ? [] : [{ offset, message: value.fault }],
      ),
  };
}

function maskOf(index: number, length: number): string {
  const digits = Array.from(String(index).padStart(6, '0'), (digit) =>
    String.fromCharCode(DIGIT + Number(digit)),
  );
  return `${MARK}${digits.join('')}`.padEnd(length, '\ue00b');
}

function indexOf(digits: string): number {
  return Array.from(digits).reduce((index, digit) => index * 10 + digit.charCodeAt(0) - DIGIT, 0);
}

const CALL = /^\$\{\{-?\s*env\s+(?:"([^"]*)"|`([^`]*)`)\s*((?:\|[^|]*)*?)-?\}\}$/;

/** `env`, and what it may be piped into. Names appear in faults; values never. */
function evaluate(expression: string, env: Environment): string | { fault: string } {
  const call = CALL.exec(expression);
  const name = call?.[1] ?? call?.[2];
  if (name === undefined)
    return { fault: 'only ${{ env "DECK_..." }} is known, piped into toInt, toFloat, toBool or indent' };
  const shown = /^\w{1,80}$/.test(name) ? name : 'this name';
  if (!name.startsWith('DECK_'))
    return { fault: `${shown} may not be read: only variables that begin with DECK_ are` };
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  if (value === undefined) return { fault: `the environment has no ${shown}` };
  const pipes = (call?.[3] ?? '')
    .split('|')
    .map((pipe) => pipe.trim())
    .filter((pipe) => pipe !== '');
  let out = value;
  for (const pipe of pipes) {
    const next = applyPipe(pipe, out);
    if (next === undefined)
      return { fault: `the value of ${shown} does not fit ${/^\w+/.exec(pipe)?.[0] ?? 'its function'}` };
    out = next;
  }
  return out;
}

/** Go's strconv.Atoi, ParseFloat and ParseBool; an indentation is of no use inside of a scalar. */
function applyPipe(pipe: string, value: string): string | undefined {
  if (/^indent\s+\d+$/.test(pipe)) return value;
  switch (pipe) {
    case 'toInt':
      return /^[+-]?\d+$/.test(value) ? String(BigInt(value.replace('+', ''))) : undefined;
    case 'toFloat':
      return value.trim() === value && value !== '' && Number.isFinite(Number(value))
        ? String(Number(value))
        : undefined;
    case 'toBool':
      if (['1', 't', 'T', 'true', 'TRUE', 'True'].includes(value)) return 'true';
      return ['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(value) ? 'false' : undefined;
    default:
      return undefined;
  }
}
