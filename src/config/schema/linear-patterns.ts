/**
 * Lua patterns of Kong's schemas that would keep a regular expression busy for minutes over a long text, each with a regular
 * expression that finds the same texts in one pass.
 */
export const LINEAR_PATTERNS: Readonly<Record<string, string>> = {
  '^[^*]*%*?[^*]*$': '^[^*]*(?:\\*[^*]*)?$',
  '^[a-z][a-z%d-]-[a-z%d]+$': '^[a-z][a-z0-9\\-]*[a-z0-9]$',
  '^%d+[%.%d]*$': '^[0-9][.0-9]*$',
  '^%d+[%.%d]*%-?.*$': '^[0-9]',
  '%w*%p*@+%w*%.?%w*': '@',
};
