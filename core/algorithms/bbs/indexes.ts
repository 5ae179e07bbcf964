/** Whether there are no two equal ones, and each is greater than the one before it. */
export function isAscending(indexes: readonly number[]): boolean {
  return indexes.every((index, at) => index > (indexes[at - 1] ?? -1))
}

/** The indexes of a list of so many that are not among these, ascending. */
export function hiddenOf(count: number, revealed: readonly number[]): number[] {
  const known = new Set(revealed)
  return Array.from({ length: count }, (_, index) => index).filter(index => !known.has(index))
}

/** Of an index that is known to be one of the list. */
export function valueAt<T>(values: readonly T[], index: number): T {
  const value = values[index]
  if (value === undefined) throw new Error('an index without a value')
  return value
}
