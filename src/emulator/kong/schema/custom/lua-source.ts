import { luaProblem } from '../../../../config/syntax/lua.js';

/** A function of the serverless plugins: Lua that compiles. */
export function luaChunk(plugin: string): (value: string) => string | undefined {
  return (value) => {
    const problem = luaProblem(value);
    return problem === undefined ? undefined : `error parsing ${plugin}: ${problem}`;
  };
}

/** A value of `custom_fields_by_lua`: Lua that compiles, in the sandbox's words. */
export function luaFields(value: string): string | undefined {
  const problem = luaProblem(value);
  return problem === undefined
    ? undefined
    : `Error parsing function: /usr/local/share/lua/5.1/kong/tools/kong-lua-sandbox.lua:144: ${problem}`;
}
