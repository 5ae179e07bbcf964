import { appendFile, stat } from 'node:fs/promises'
import type { RootDatabase } from 'lmdb'

/** Bytes that a commit may take beside what is written: pages of the tree, and the list of those that became free. */
const overhead = 1024 * 1024
const overheadOfWrite = 16 * 1024

/** Bytes by which the file becomes longer at least. */
const step = 4 * 1024 * 1024

/**
 * Makes room in the data file before LMDB writes there, where it does no harm if the disk is full: LMDB, when its own write
 * fails, overwrites memory that is not its own with the message about it (`mdb_page_flush` of lmdb 3.5.6: up to 113 bytes into
 * 100), and the process may end. So it must never be the first to learn of it.
 *
 * What is appended are zeros behind the last page. Another process may do the same at once, or LMDB write a page there: an
 * append stands behind whatever there is, and LMDB writes each page whole before it reads it.
 */
export class Room {
  readonly #path: string
  readonly #database: RootDatabase<Uint8Array, Uint8Array>

  /** @param path of the database's data file, which is there */
  constructor(path: string, database: RootDatabase<Uint8Array, Uint8Array>) {
    this.#path = path
    this.#database = database
  }

  /** Resolves when so many writes, of so many bytes together, have room. @throws what the system says if they do not */
  async make(writes: number, bytes: number): Promise<void> {
    const needed = overhead + writes * overheadOfWrite + 2 * bytes
    const missing = needed - (await this.#length())
    if (missing <= 0) return
    try {
      await appendFile(this.#path, new Uint8Array(Math.max(missing, step)))
    } catch (error) {
      // A part of it may be enough.
      if ((await this.#length()) < needed) throw error
    }
  }

  /** Bytes behind the last page. */
  async #length(): Promise<number> {
    const { size } = await stat(this.#path)
    const { lastPageNumber, pageSize } = this.#database.getStats() as Record<'lastPageNumber' | 'pageSize', number>
    return size - (lastPageNumber + 1) * pageSize
  }
}
