import { LuaSyntaxError, tokenize, type Token } from './lua-tokens.js';

/** Operators that join two expressions; which binds tighter does not matter for being well-formed. */
const BINARY = new Set(['+', '-', '*', '/', '%', '^', '..', '==', '~=', '<', '<=', '>', '>=', 'and', 'or']);
const UNARY = new Set(['not', '-', '#']);
const BLOCK_END = new Set(['end', 'else', 'elseif', 'until', 'eof']);
const MAX_DEPTH = 200;

/**
 * What LuaJIT says of a chunk that does not compile; nothing if it does. Syntax only: undefined labels and
 * `break` outside of a loop go unnoticed.
 *
 * @param name of the chunk, in the message: the source's first line by default
 */
export function luaProblem(source: string, name = chunkName(source)): string | undefined {
  try {
    new Parser(tokenize(source)).chunk();
    return undefined;
  } catch (error) {
    if (!(error instanceof LuaSyntaxError)) throw error;
    return `[string "${name}"]:${error.message}`;
  }
}

function chunkName(source: string): string {
  const end = source.search(/[\x00-\x1f]/);
  const first = end === -1 ? source : source.slice(0, end);
  const short = first.slice(0, 45);
  return short === source ? short : `${short}...`;
}

class Parser {
  private at = 0;
  private depth = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  chunk(): void {
    this.block();
    if (this.type() !== 'eof') this.expected('<eof>');
  }

  private block(): void {
    this.enter();
    while (!BLOCK_END.has(this.type())) {
      if (this.accept('return')) {
        if (!BLOCK_END.has(this.type()) && this.type() !== ';') this.expressionList();
        this.accept(';');
        break;
      }
      this.statement();
      this.accept(';');
    }
    this.depth -= 1;
  }

  private statement(): void {
    const type = this.type();
    if (this.accept('if')) this.ifStatement();
    else if (this.accept('while')) {
      this.expression();
      this.expect('do');
      this.closedBlock();
    } else if (this.accept('do')) this.closedBlock();
    else if (this.accept('for')) this.forStatement();
    else if (this.accept('repeat')) {
      this.block();
      this.expect('until');
      this.expression();
    } else if (this.accept('function')) this.functionStatement();
    else if (this.accept('local')) this.localStatement();
    else if (this.accept('::')) {
      this.expect('name');
      this.expect('::');
    } else if (type === 'break' || type === ';') this.at += 1;
    else if (type === 'goto') {
      this.at += 1;
      this.expect('name');
    } else this.callOrAssignment();
  }

  private ifStatement(): void {
    do {
      this.expression();
      this.expect('then');
      this.block();
    } while (this.accept('elseif'));
    if (this.accept('else')) this.block();
    this.expect('end');
  }

  private forStatement(): void {
    this.expect('name');
    if (this.accept('=')) {
      this.expression();
      this.expect(',');
      this.expression();
      if (this.accept(',')) this.expression();
    } else {
      while (this.accept(',')) this.expect('name');
      if (!this.accept('in')) this.expected("=' or 'in");
      this.expressionList();
    }
    this.expect('do');
    this.closedBlock();
  }

  private functionStatement(): void {
    this.expect('name');
    while (this.accept('.')) this.expect('name');
    if (this.accept(':')) this.expect('name');
    this.functionBody();
  }

  private localStatement(): void {
    if (this.accept('function')) {
      this.expect('name');
      this.functionBody();
      return;
    }
    do this.expect('name');
    while (this.accept(','));
    if (this.accept('=')) this.expressionList();
  }

  private functionBody(): void {
    this.expect('(');
    if (this.type() !== ')') {
      do {
        if (this.accept('...')) break;
        this.expect('name');
      } while (this.accept(','));
    }
    this.expect(')');
    this.closedBlock();
  }

  private callOrAssignment(): void {
    if (this.suffixed() === 'call') return;
    while (this.accept(',')) this.suffixed();
    this.expect('=');
    this.expressionList();
  }

  /** A name or a bracketed expression with its fields, indices and calls; tells which came last. */
  private suffixed(): 'call' | 'other' {
    this.enter();
    if (this.accept('(')) {
      this.expression();
      this.expect(')');
    } else if (!this.accept('name')) this.fail('unexpected symbol');
    let last: 'call' | 'other' = 'other';
    for (;;) {
      const type = this.type();
      if (this.accept('.')) {
        this.expect('name');
        last = 'other';
      } else if (this.accept('[')) {
        this.expression();
        this.expect(']');
        last = 'other';
      } else if (type === ':' || type === '(' || type === 'string' || type === '{') {
        if (this.accept(':')) this.expect('name');
        this.callArguments();
        last = 'call';
      } else {
        this.depth -= 1;
        return last;
      }
    }
  }

  private callArguments(): void {
    if (this.accept('string')) return;
    if (this.type() === '{') this.table();
    else if (this.accept('(')) {
      if (this.type() !== ')') this.expressionList();
      this.expect(')');
    } else this.fail('function arguments expected');
  }

  private expressionList(): void {
    do this.expression();
    while (this.accept(','));
  }

  private expression(): void {
    this.enter();
    do this.operand();
    while (BINARY.has(this.type()) && this.accept(this.type()));
    this.depth -= 1;
  }

  private operand(): void {
    while (UNARY.has(this.type())) this.at += 1;
    const type = this.type();
    if (['number', 'string', 'nil', 'true', 'false', '...'].includes(type)) this.at += 1;
    else if (type === '{') this.table();
    else if (this.accept('function')) this.functionBody();
    else this.suffixed();
  }

  private table(): void {
    this.expect('{');
    while (this.type() !== '}') {
      if (this.accept('[')) {
        this.expression();
        this.expect(']');
        this.expect('=');
        this.expression();
      } else if (this.type() === 'name' && this.tokens[this.at + 1]?.type === '=') {
        this.at += 2;
        this.expression();
      } else this.expression();
      if (!this.accept(',') && !this.accept(';')) break;
    }
    this.expect('}');
  }

  private closedBlock(): void {
    this.block();
    this.expect('end');
  }

  private enter(): void {
    this.depth += 1;
    if (this.depth > MAX_DEPTH) this.fail('chunk has too many syntax levels');
  }

  private type(): string {
    return this.tokens[this.at]?.type ?? 'eof';
  }

  private accept(type: string): boolean {
    if (this.type() !== type) return false;
    this.at += 1;
    return true;
  }

  private expect(type: string): void {
    if (!this.accept(type)) this.expected(type === 'name' ? '<name>' : type);
  }

  private expected(what: string): never {
    this.fail(`'${what}' expected`);
  }

  private fail(words: string): never {
    const token = this.tokens[this.at];
    throw new LuaSyntaxError(words, token?.shown ?? '<eof>', token?.line ?? 1);
  }
}
