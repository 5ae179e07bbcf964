/** What a choice needs is there: `contradictions` has seen to that. */
export function present<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError('a setting that is needed is missing')
  return value
}
