/** A line for each collection, with how many records of it there are. */
export function countsOf(records: Readonly<Record<string, number>>): string {
  return Object.entries(records)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([collection, count]) => `${collection}: ${count}\n`)
    .join('')
}
