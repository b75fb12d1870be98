import { luaProblem } from '../../syntax/lua.js';

/** Lua that compiles. What it says is nobody's business here: it may hold secrets. */
export function luaFault(text: string): string | undefined {
  const problem = luaProblem(text);
  if (problem === undefined) return undefined;
  const [, line] = /\]:(\d+):/.exec(problem) ?? [];
  return `is no Lua that compiles${line === undefined ? '' : ` (its line ${line})`}`;
}
