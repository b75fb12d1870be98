/** The tokens of Lua source as LuaJIT reads it, as far as its syntax needs them. */

export interface Token {
  /** `name`, `string`, `number`, `eof`, or the keyword or operator itself. */
  readonly type: string;
  /** What an error message shows of the token. */
  readonly shown: string;
  readonly line: number;
}

/** The source is not Lua: what is wrong, where. */
export class LuaSyntaxError extends Error {
  constructor(words: string, shown: string, line: number) {
    super(`${line}: ${words} near '${shown}'`);
  }
}

const KEYWORDS = new Set(
  (
    'and break do else elseif end false for function goto if in local nil not or repeat return then true ' +
    'until while'
  ).split(' '),
);

const OPERATORS = /\.\.\.|\.\.|::|==|~=|<=|>=|[-+*/%^#<>=(){}[\];:,.]/y;
const NAME = /[A-Za-z_\x80-\uffff][\w\x80-\uffff]*/y;
const NUMBER =
  /(?:0[xX][\da-fA-F]*(?:\.[\da-fA-F]*)?(?:[pP][+-]?\d+)?|\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)\w*/y;
const GOOD_NUMBER =
  /^(?:0[xX](?:[\da-fA-F]+\.?[\da-fA-F]*|\.[\da-fA-F]+)(?:[pP][+-]?\d+)?|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?:i|u?ll)?$/i;

/**
 * Splits Lua source into tokens, the last one `eof`.
 *
 * @throws LuaSyntaxError for an unfinished string or comment, a malformed number, or a character Lua does not know
 */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let line = 1;
  const push = (type: string, shown: string, length: number): void => {
    tokens.push({ type, shown, line });
    at += length;
  };
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(source)?.[0];
  };
  const skip = (length: number): void => {
    line += source.slice(at, at + length).split('\n').length - 1;
    at += length;
  };
  while (at < source.length) {
    const char = source.charAt(at);
    if (/\s/.test(char)) {
      skip(1);
      continue;
    }
    if (source.startsWith('--', at)) {
      const end = longBracketEnd(source, at + 2, line);
      const newline = source.indexOf('\n', at);
      skip((end ?? (newline === -1 ? source.length : newline)) - at);
      continue;
    }
    const bracketEnd = char === '[' ? longBracketEnd(source, at, line) : undefined;
    const number = take(NUMBER);
    const name = take(NAME);
    const operator = take(OPERATORS);
    if (bracketEnd !== undefined) {
      const text = source.slice(at, bracketEnd);
      push('string', text, text.length);
      line += text.split('\n').length - 1;
    } else if (char === '"' || char === "'") {
      const text = quotedText(source, at, line);
      push('string', text, text.length);
    } else if (number !== undefined) {
      if (!GOOD_NUMBER.test(number)) throw new LuaSyntaxError('malformed number', number, line);
      push('number', number, number.length);
    } else if (name !== undefined) push(KEYWORDS.has(name) ? name : 'name', name, name.length);
    else if (operator !== undefined) push(operator, operator, operator.length);
    else push('unknown', char < ' ' ? `char(${char.charCodeAt(0)})` : char, 1);
  }
  tokens.push({ type: 'eof', shown: '<eof>', line });
  return tokens;
}

/** Where the long bracket that opens at `at` ends; nothing when none opens there. */
function longBracketEnd(source: string, at: number, line: number): number | undefined {
  const open = /^\[(=*)\[/.exec(source.slice(at, at + 64));
  if (open === null) return undefined;
  const close = `]${open[1] ?? ''}]`;
  const end = source.indexOf(close, at + open[0].length);
  if (end === -1) throw new LuaSyntaxError('unfinished long string/comment', '<eof>', line);
  return end + close.length;
}

function quotedText(source: string, start: number, line: number): string {
  const quote = source.charAt(start);
  for (let at = start + 1; at < source.length; at += 1) {
    const char = source.charAt(at);
    if (char === '\\') at += 1;
    else if (char === quote) return source.slice(start, at + 1);
    else if (char === '\n') throw new LuaSyntaxError('unfinished string', source.slice(start, at), line);
  }
  throw new LuaSyntaxError('unfinished string', '<eof>', line);
}
