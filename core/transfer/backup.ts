import { sameBytes } from '../algorithms/hmac.ts'
import { sha256OfPieces } from '../algorithms/sha256.ts'
import { KmsError } from '../errors.ts'
import { backupKeyContext } from '../locks/lock-context.ts'
import { readSealed } from '../locks/sealed.ts'
import type { LockPort, Ports, StoredRecord } from '../ports/index.ts'
import { findHeader, openIntegrityKey } from '../records/header.ts'
import { SecretBytes } from '../secrets/secret-bytes.ts'
import { BackupError, damaged } from './backup-error.ts'
import { decodeItem, encodeRecord, encodeSummary, isSummary, type Summary, splitItems } from './backup-items.ts'
import { sourceHeader } from './claim.ts'
import { isSame } from './compare.ts'
import { walk } from './places.ts'
import { openStream, rechunk, sealedChunkLength, sealStream } from './sealed-stream.ts'

/**
 * A backup is `KHBACKUP ‖ 01 ‖ u16be(length) ‖ locked key ‖ chunks`. A fresh key encrypts the chunks (`sealed-stream.ts`),
 * each bound to all that stands before the first one. The server lock locks that key: whoever restores a store needs the
 * lock anyway, and nobody has to keep another secret for backups.
 */
const magic = Buffer.from('KHBACKUP\x01', 'latin1')
const lengthBytes = 2
const keyLength = 32

/** Is told how many records have been seen to. */
export type OnRecords = (done: number) => void

/**
 * Writes everything that is in a store. Whatever is written to the store meanwhile is in the backup or not, each record as it
 * was at one moment; a store that answers a snapshot of itself is in it as it was at one moment.
 *
 * @param write takes the bytes of the backup, one piece after the other
 * @throws MoveError if there is nothing to back up; BackupError if the server lock of the store was changed meanwhile; KmsError
 * STORE_MISMATCH if the lock is not that of the store, and the codes of both
 */
export async function sealBackup(
  ports: Pick<Ports, 'store' | 'lock' | 'random'>,
  write: (bytes: Uint8Array) => Promise<void>,
  onRecords: OnRecords = () => undefined,
): Promise<Summary> {
  const { store, lock, random } = ports
  const header = await sourceHeader(store)
  ;(await openIntegrityKey(ports)).wipe()
  const key = new SecretBytes(random(keyLength))
  return key.spend(async bytes => {
    const start = startOf(await lock.lock(bytes, backupKeyContext()))
    await write(start)
    const summing = new Summing()
    const items = async function* () {
      yield summing.header(header)
      for await (const { records } of walk(store)) {
        for (const record of records) yield summing.record(record)
        onRecords(summing.done)
      }
      const after = await findHeader(store)
      if (after === undefined || !isSame(header, after)) {
        throw new BackupError('the server lock of the store was changed meanwhile: begin again')
      }
      yield encodeSummary(summing.summary())
    }
    for await (const chunk of sealStream(key, start, items())) await write(chunk)
    return summing.summary()
  })
}

/** What is in a backup, one record after the other: the header of the store first. */
export interface OpenedBackup {
  readonly header: StoredRecord
  /** All others. At their end it is certain that the backup is whole. */
  readonly records: AsyncGenerator<StoredRecord, Summary>
}

/**
 * Reads a backup.
 *
 * @param bytes of the file, in pieces of any length
 * @throws BackupError, also from `records`; KmsError STORE_MISMATCH if another lock sealed it, and the codes of the lock
 */
export async function openBackup(lock: LockPort, bytes: AsyncIterable<Uint8Array>): Promise<OpenedBackup> {
  const pieces = bytes[Symbol.asyncIterator]()
  const { start, locked, rest } = await readStart(pieces)
  const lockId = readSealed(locked)?.lockId
  if (lockId !== lock.id && lockId !== lock.formerId) throw strange(lockId, lock)
  const key = await lock.unlock(locked, backupKeyContext()).catch(error => {
    throw error instanceof KmsError && error.code === 'LOCK_REJECTED' ? damaged() : error
  })
  const chunks = rechunk(joined(rest, pieces), sealedChunkLength)
  const items = splitItems(openStream(key, start, chunks))
  const summing = new Summing()
  const header = await firstOf(items).catch(error => {
    key.wipe()
    throw error
  })
  summing.header(header)
  const records = async function* (): AsyncGenerator<StoredRecord, Summary> {
    try {
      for await (const item of items) {
        const content = decodeItem(item)
        if (!isSummary(content)) {
          summing.record(content)
          yield content
          continue
        }
        if (!(await items.next()).done || !summing.isSame(content)) throw damaged()
        return content
      }
      throw damaged()
    } finally {
      key.wipe()
    }
  }
  return { header, records: records() }
}

async function firstOf(items: AsyncGenerator<Uint8Array>): Promise<StoredRecord> {
  const { done, value } = await items.next()
  const header = done ? undefined : decodeItem(value)
  if (header === undefined || isSummary(header) || header.collection !== 'header') throw damaged()
  return header
}

/** Counts records, and digests them in the order in which they come. */
export class Summing {
  readonly #records: Record<string, number> = {}
  readonly #hash = sha256OfPieces()
  #digest: Uint8Array | undefined
  done = 0

  /** @returns what stands for it in a backup */
  header(record: StoredRecord): Uint8Array {
    const item = encodeRecord(record)
    this.#hash.update(item)
    return item
  }

  record(record: StoredRecord): Uint8Array {
    const { collection } = record
    this.#records[collection] = (this.#records[collection] ?? 0) + 1
    this.done += 1
    return this.header(record)
  }

  /** When all have come. */
  summary(): Summary {
    this.#digest ??= this.#hash.digest()
    return { records: this.#records, digest: this.#digest }
  }

  isSame({ records, digest }: Summary): boolean {
    const own = this.summary()
    const names = new Set([...Object.keys(records), ...Object.keys(own.records)])
    return sameBytes(digest, own.digest) && [...names].every(name => records[name] === own.records[name])
  }
}

function startOf(locked: Uint8Array): Uint8Array {
  const length = Buffer.alloc(lengthBytes)
  length.writeUInt16BE(locked.length)
  return Buffer.concat([magic, length, locked])
}

async function readStart(pieces: AsyncIterator<Uint8Array>) {
  let bytes: Buffer = Buffer.alloc(0)
  const need = async (length: number) => {
    while (bytes.length < length) {
      const { done, value } = await pieces.next()
      if (done) throw damaged()
      bytes = Buffer.concat([bytes, value])
    }
  }
  const fixed = magic.length + lengthBytes
  await need(fixed)
  if (Buffer.compare(bytes.subarray(0, magic.length), magic) !== 0) throw damaged()
  const end = fixed + bytes.readUInt16BE(magic.length)
  await need(end)
  return { start: bytes.subarray(0, end), locked: bytes.subarray(fixed, end), rest: bytes.subarray(end) }
}

async function* joined(first: Uint8Array, pieces: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first
  for (let piece = await pieces.next(); !piece.done; piece = await pieces.next()) yield piece.value
}

function strange(lockId: string | undefined, { id }: LockPort): Error {
  if (lockId === undefined) return damaged()
  return new KmsError('STORE_MISMATCH', `the backup was sealed by the lock ${lockId}, the configured one is ${id}`)
}
