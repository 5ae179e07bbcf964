import { randomUUID } from 'node:crypto'
import { closeSync, openSync, writevSync } from 'node:fs'
import { unlink } from 'node:fs/promises'
import type { StoredRecord } from '@keyhold/core'
import { nameOf } from '../shared/records.ts'
import { frameOf, ifGone, type JournalFile, journalPath, readJournals } from './journal-file.ts'

/** Milliseconds after which what was appended is moved into the database, and after which that is tried again. */
const delay = 50
const retryDelay = 1000

/** Bytes that wait to be moved, at most: so many that the disk must be stuck. */
const maximumLength = 16 * 1024 * 1024

/** Milliseconds after which nobody writes to a journal any more: its process has ended, or it is long in the database. */
const lifetime = 60_000

/** Writes records, some of which may be there already, in the order in which they are given. Resolves when they are on the disk. */
export type Move = (records: readonly StoredRecord[]) => Promise<void>

/**
 * Takes records of logs that need not be on the disk at once, but must not be lost with the process: they are handed over
 * to the operating system, in a file that lasts until they were moved into the database a moment later, many in one commit.
 * The journals that a process leaves behind, whoever is the next to open the directory moves.
 *
 * At any time a record is where it belongs, or in a journal, or in both; to move it again changes nothing.
 */
export class Journal {
  readonly #directory: string
  readonly #move: Move
  /** Those whose records may not be in the database yet, the oldest first. */
  readonly #segments = new Set<Segment>()
  #appended: Segment | undefined
  #timer: NodeJS.Timeout | undefined
  /** Settles with all that is being moved. */
  #moved: Promise<unknown> = Promise.resolve()

  constructor(directory: string, move: Move) {
    this.#directory = directory
    this.#move = move
  }

  /** Takes a record. Resolves when that is the operating system's. @throws if it could not be written */
  async append(record: StoredRecord): Promise<void> {
    this.check()
    if (this.#appended === undefined || this.#appended.isBroken) this.#appended = this.#begin()
    await this.#appended.append(record)
  }

  /** @throws if what was appended cannot be moved */
  check(): void {
    let length = 0
    for (const segment of this.#segments) {
      if (segment.failure !== undefined) throw segment.failure
      length += segment.length
    }
    if (length > maximumLength) throw new Error('what was written to journals does not get into the database')
  }

  /** What was appended here under an id, and may not be in the database yet. */
  find(scope: string, id: string): StoredRecord | undefined {
    for (const segment of this.#segments) {
      const found = segment.find(scope, id)
      if (found !== undefined) return found
    }
    return undefined
  }

  /** All that may not be in the database yet, whoever appended it. What is not among it now is there. */
  async read(): Promise<StoredRecord[]> {
    const own = [...this.#segments]
    return [...own, ...(await this.#others())].flatMap(({ records }) => records)
  }

  /** Begins to move what was appended, before it returns; what is added afterwards is there no sooner. */
  moveAll(): Promise<void> {
    const moved = this.#moveSegments()
    this.#moved = Promise.allSettled([this.#moved, moved])
    return moved
  }

  async #moveSegments(): Promise<void> {
    const segments = [...this.#segments].filter(segment => !segment.isMoving)
    if (segments.length === 0) return
    clearTimeout(this.#timer)
    this.#appended = undefined
    for (const segment of segments) segment.end()
    try {
      await this.#move(segments.flatMap(({ records }) => records))
    } catch (error) {
      for (const segment of segments) segment.fail(error)
      this.#moveLater(retryDelay)
      throw error
    }
    await Promise.all(segments.map(segment => this.#remove(segment)))
  }

  /** Moves what other processes have left behind. Those that still run lose nothing by it. */
  async recover(): Promise<void> {
    const before = Date.now() - lifetime
    const left = await this.#others()
    if (left.length === 0) return
    await this.#move(left.flatMap(({ records }) => records))
    const ended = left.filter(({ modified }) => modified < before)
    await Promise.all(ended.map(({ path }) => unlink(path).catch(ifGone)))
  }

  /** What cannot be moved stays for the next one. */
  async close(): Promise<void> {
    this.moveAll().catch(() => undefined)
    await this.#moved
    clearTimeout(this.#timer)
  }

  #others(): Promise<JournalFile[]> {
    return readJournals(this.#directory, new Set([...this.#segments].map(({ path }) => path)))
  }

  #begin(): Segment {
    const segment = new Segment(journalPath(this.#directory, randomUUID()))
    this.#segments.add(segment)
    this.#moveLater(delay)
    return segment
  }

  #moveLater(milliseconds: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.moveAll().catch(() => undefined), milliseconds)
  }

  async #remove(segment: Segment): Promise<void> {
    this.#segments.delete(segment)
    // One that stays is found, and moved again, by whoever looks for what was left behind.
    await unlink(segment.path).catch(() => undefined)
  }
}

interface Waiting {
  readonly record: StoredRecord
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** One file, and what it holds. */
class Segment {
  readonly path: string
  readonly #byId = new Map<string, StoredRecord>()
  isMoving = false
  /** Something was not written whole: nothing may follow on it. */
  isBroken = false
  /** Why it could not be moved, when that was tried last. */
  failure: unknown
  length = 0
  #file: number | undefined
  #waiting: Waiting[] = []

  constructor(path: string) {
    this.path = path
    this.#file = openSync(path, 'wx', 0o600)
  }

  get records(): readonly StoredRecord[] {
    return [...new Set(this.#byId.values())]
  }

  find(scope: string, id: string): StoredRecord | undefined {
    return this.#byId.get(nameOf('log', scope, id))
  }

  /** Resolves when the record is written, with those whose appending was under way already: a call of the system is dear. */
  append(record: StoredRecord): Promise<void> {
    for (const id of record.ids) this.#byId.set(nameOf('log', record.scope, id), record)
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) queueMicrotask(() => this.#write())
      this.#waiting.push({ record, resolve, reject })
    })
  }

  /** Not asynchronously: it is a copy into the memory of the operating system, which another thread does not make faster. */
  #write(): void {
    const waiting = this.#waiting
    this.#waiting = []
    if (waiting.length === 0) return
    try {
      const frames = waiting.map(({ record }) => frameOf(record))
      const length = frames.reduce((sum, frame) => sum + frame.length, 0)
      if (writevSync(this.#file as number, frames) !== length) throw new Error('a journal could not be written whole')
      this.length += length
      for (const { resolve } of waiting) resolve()
    } catch (error) {
      this.isBroken = true
      for (const { record, reject } of waiting) {
        for (const id of record.ids) this.#byId.delete(nameOf('log', record.scope, id))
        reject(error)
      }
    }
  }

  /** Nothing is appended any more: it is being moved. */
  end(): void {
    this.#write()
    this.isMoving = true
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }

  fail(failure: unknown): void {
    this.isMoving = false
    this.failure = failure
  }
}
