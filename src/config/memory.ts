/** Remembers what was asked for since the last `forgetUnused`. */
export function memory<T>(): { get: (key: string, make: () => T) => T; forgetUnused: () => void } {
  let known = new Map<string, T>();
  let used = new Map<string, T>();
  return {
    get: (key, make) => {
      const value = used.get(key) ?? known.get(key) ?? make();
      used.set(key, value);
      return value;
    },
    forgetUnused: () => {
      known = used;
      used = new Map();
    },
  };
}
