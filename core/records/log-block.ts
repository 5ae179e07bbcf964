/** Entries of one log that were written together, as lines. */
export interface LogBlock {
  readonly id: string
  /** Oldest first; undefined if the record is not what was written. */
  readonly lines: readonly string[] | undefined
}

const latest = 2 ** 48 - 1

/** The id of a block: those of later times stand before it in the order of ids. @param time Unix time, milliseconds */
export function logBlockId(time: number, chain: string): string {
  return `${(latest - time).toString(16).padStart(12, '0')}.${chain}`
}

/** The time in the id of a block. */
export function logBlockTime(id: string): number {
  return latest - Number.parseInt(id, 16)
}
