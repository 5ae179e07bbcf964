import type { Records } from './records.ts'

/** A part of a log. */
export interface LogPage {
  /** The latest first. A record that is not what was written is a line of its own: `{"damaged":"…"}`, with its id. */
  readonly lines: readonly string[]
  /** After what the next page begins; undefined if this is the last one. */
  readonly next?: string
}

/** A page ends with the record that makes it so long, and so many records are read at once. */
const pageLength = 1000
const chunkSize = 20

/** Reads a page of the log of a keystore, or of the server's own under the empty id. */
export async function readLogPage(records: Records, keystoreId: string, after?: string): Promise<LogPage> {
  const page: string[] = []
  for (let last = after; ; ) {
    const blocks = await records.listLogBlocks(keystoreId, chunkSize, last)
    for (const { id, lines } of blocks) {
      page.push(...(lines?.toReversed() ?? [JSON.stringify({ damaged: id })]))
      if (page.length >= pageLength) return { lines: page, next: id }
      last = id
    }
    if (blocks.length < chunkSize) return { lines: page }
  }
}
