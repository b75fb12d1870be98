/** What Kong's Lua patterns ask for, in words that follow a field's name. A `!` marks what must not match. */
const WORDS: Readonly<Record<string, string>> = {
  '!//': 'must not have two slashes in a row',
  '!%.%.': 'must not have two dots in a row',
  '!^[Hh][Oo][Ss][Tt]$': "must not be host: the route's hosts are for that",
  '^%u+$': 'must be in capital letters',
  '^[^*]*%*?[^*]*$': 'may have one * only',
  '^[a-z][a-z%d-]-[a-z%d]+$': 'may hold small letters, digits and dashes, and begins with a letter',
  '^/|^~/': 'must begin with / (a prefix) or ~/ (a regular expression)',
  '^%*%.|%.%*$|^[^*]*$': 'may have a * as its first or its last label only',
  '^%d+[%.%d]*$|^%d+[%.%d]*%-?.*$': 'must be a version such as 3.9.3',
};

/** @param fallback Kong's own words, if its schema brings some */
export function patternWords(pattern: string, fallback: string | undefined): string | undefined {
  return Object.hasOwn(WORDS, pattern) ? WORDS[pattern] : fallback;
}
