import { hash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { StoredRecord } from '@keyhold/core'
import { corrupt, decodeEntry, entriesOf } from './record-codec.ts'

/**
 * A journal of records of logs: frames of `u32be(length of content) ‖ the first 8 bytes of SHA-256 of the content ‖ content`,
 * where the content is `u16be(length of scope) ‖ scope ‖ entry`, and the entry what the database will hold (`record-codec.ts`).
 * The last frame may be cut off by the end of whoever wrote it, who has acknowledged nothing of it then.
 */
const headLength = 12
const checkLength = 8
const suffix = '.journal'

/** What is written at once, whole or not at all. */
export function frameOf(record: StoredRecord): Buffer {
  const [[, entry]] = entriesOf(record)
  const scopeLength = Buffer.byteLength(record.scope, 'utf8')
  const length = 2 + scopeLength + entry.length
  const frame = Buffer.allocUnsafe(headLength + length)
  frame.writeUInt32BE(length, 0)
  frame.writeUInt16BE(scopeLength, headLength)
  frame.write(record.scope, headLength + 2, 'utf8')
  frame.set(entry, headLength + 2 + scopeLength)
  checkOf(frame.subarray(headLength)).copy(frame, 4)
  return frame
}

/** The records up to the end, or to where it is cut off. @throws KmsError STORE_CORRUPT */
export function* readFrames(journal: Buffer): Generator<StoredRecord> {
  for (let at = 0; at + headLength <= journal.length; ) {
    const end = at + headLength + journal.readUInt32BE(at)
    const content = journal.subarray(at + headLength, end)
    const isWhole = end <= journal.length && checkOf(content).equals(journal.subarray(at + 4, at + headLength))
    if (!isWhole) return
    yield readContent(content)
    at = end
  }
}

export interface JournalFile {
  readonly path: string
  /** Unix time, milliseconds, at which it was written to last, or earlier than the reading. */
  readonly modified: number
  readonly records: readonly StoredRecord[]
}

export function journalPath(directory: string, name: string): string {
  return join(directory, `${name}${suffix}`)
}

/** Reads the journals of a directory, but for some. One that goes meanwhile has been moved into the database. */
export async function readJournals(directory: string, except: ReadonlySet<string>): Promise<JournalFile[]> {
  const names = (await readdir(directory)).filter(name => name.endsWith(suffix))
  const paths = names.map(name => join(directory, name)).filter(path => !except.has(path))
  const files = await Promise.all(paths.map(path => readJournal(path).catch(ifGone)))
  return files.filter(file => file !== undefined)
}

async function readJournal(path: string): Promise<JournalFile> {
  const { mtimeMs: modified } = await stat(path)
  return { path, modified, records: [...readFrames(await readFile(path))] }
}

/** In a `catch`: that a file is gone is nothing. */
export function ifGone(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}

function readContent(content: Buffer): StoredRecord {
  const scopeEnd = 2 + content.readUInt16BE(0)
  const record = decodeEntry(content.subarray(scopeEnd), 'log', content.toString('utf8', 2, scopeEnd))
  if (typeof record === 'string') throw corrupt()
  return record
}

function checkOf(content: Uint8Array): Buffer {
  return hash('sha256', content, 'buffer').subarray(0, checkLength)
}
