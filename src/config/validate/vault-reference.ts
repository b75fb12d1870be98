/** `{vault://...}`: Kong looks no further before it resolves one, and checks nothing else of a field that may hold one. */
export function isVaultReference(value: unknown): boolean {
  return typeof value === 'string' && value.startsWith('{vault://') && value.endsWith('}');
}
