// Templates of request-transformer: texts with Lua expressions in `$(...)` (kong/plugins/request-transformer, Kong 3.9).

/** What stands between the parentheses of each `$(`; those that are not closed make none. */
export function expressionsIn(template: string): string[] {
  const closing = closingParentheses(template);
  const expressions: string[] = [];
  let from = 0;
  for (let at = template.indexOf('$('); at !== -1; at = template.indexOf('$(', from)) {
    const end = closing.get(at + 1);
    if (end !== undefined) expressions.push(template.slice(at + 2, end));
    from = end ?? at + 2;
  }
  return expressions;
}

function closingParentheses(text: string): ReadonlyMap<number, number> {
  const closing = new Map<number, number>();
  const open: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    if (text.charAt(at) === '(') open.push(at);
    const start = text.charAt(at) === ')' ? open.pop() : undefined;
    if (start !== undefined) closing.set(start, at);
  }
  return closing;
}
