import { readSealed } from '@keyhold/core'
import { decode } from 'cborg'
import { type Binary, MongoClient } from 'mongodb'

/** Of the body of a record: one byte of version and 32 bytes of tag. Only the header of the store has none. */
const contentStart = 33

/** The members of records that hold locked secrets, and those that hold bytes which are no secret. */
const locked = new Set(['integrityKey', 'locked', 'lockedKey'])
const open = new Set(['publicKey', 'rootCapability'])

/** Some bytes in a record. */
export interface StoredBytes {
  readonly collection: string
  /** The id of the record, and where in it they stand, e.g. `versions.0.locked`. */
  readonly record: string
  readonly member: string
  readonly length: number
  /** The lock that locked them; absent if they are no secret. */
  readonly lockId?: string
}

/** Lists everything in a database that could be a key. @throws Error if there is any byte that is not accounted for */
export async function storedBytes(url: string): Promise<StoredBytes[]> {
  const client = new MongoClient(url)
  try {
    const all: StoredBytes[] = []
    const collections = await client.db().collections()
    for (const collection of collections.sort((a, b) => a.collectionName.localeCompare(b.collectionName))) {
      const { collectionName: name } = collection
      for await (const { id, body } of collection.find().sort({ id: 1 })) {
        const bytes = Buffer.from((body as Binary).value())
        const content = decode(name === 'header' ? bytes : bytes.subarray(contentStart))
        for (const [path, member] of bytesIn(content)) all.push(describe(name, id, path, member))
      }
    }
    return all
  } finally {
    await client.close()
  }
}

function describe(collection: string, record: string, path: readonly string[], bytes: Uint8Array): StoredBytes {
  const name = path.at(-1) ?? ''
  const where = { collection, record, member: path.join('.'), length: bytes.length }
  if (open.has(name)) return where
  const sealed = locked.has(name) ? readSealed(bytes) : undefined
  if (sealed === undefined) throw new Error(`${collection} ${record}: unknown bytes at ${path.join('.')}`)
  return { ...where, lockId: sealed.lockId }
}

function* bytesIn(
  value: unknown,
  path: readonly string[] = [],
): Generator<[path: readonly string[], bytes: Uint8Array]> {
  if (value instanceof Uint8Array) yield [path, value]
  else if (typeof value === 'object' && value !== null) {
    for (const [name, member] of Object.entries(value)) yield* bytesIn(member, [...path, name])
  }
}
