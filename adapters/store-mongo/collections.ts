import { isDeepStrictEqual } from 'node:util'
import { type Collection, KmsError } from '@keyhold/core'
import type { CollectionInfo, Db, Collection as DriverCollection } from 'mongodb'
import type { Bound } from './bound.ts'
import { isServerError, summary } from './driver-errors.ts'
import { type RecordDocument, recordSchema } from './record-document.ts'

/**
 * One collection of MongoDB for each of the port's.
 *
 * The index over `scope` and every one of `ids` decides which ids are taken, and finds a record by any of them; the one
 * over `scope` and `id` finds it by its first, and lists in that order. Both begin with `scope`, and every filter names
 * one scope: so `keys`, `revocations`, `sessions` and `log`, whose scopes are keystores, can be sharded by `{ scope: 1 }`. The
 * others have one scope for all records, and stay unsharded.
 */
const names = {
  header: 'header',
  'server-keys': 'server_keys',
  keystores: 'keystores',
  keys: 'keys',
  revocations: 'revocations',
  sessions: 'sessions',
  log: 'log',
} as const satisfies Record<Collection, string>

const indexes = [
  { name: 'ids', key: { scope: 1, ids: 1 }, unique: true },
  { name: 'first_id', key: { scope: 1, id: 1 } },
] as const

const validation = {
  validator: { $jsonSchema: recordSchema },
  validationLevel: 'strict',
  validationAction: 'error',
} as const

/** In the words of the server, for its plain commands. */
const writeConcern = { w: 'majority', j: true } as const

type Records = DriverCollection<RecordDocument>

export type Collections = Readonly<Record<Collection, Records>>

/**
 * Whatever the URL says: a write is acknowledged when it is in the journals of a majority, which no crash and no
 * election undoes, and a read shows everything that was acknowledged and nothing that could be undone.
 */
export function openCollections(db: Db, prefix: string, callTimeout: number): Collections {
  const open = (collection: Collection) =>
    db.collection<RecordDocument>(prefix + names[collection], {
      writeConcern: { w: 'majority', journal: true, wtimeoutMS: callTimeout },
      readConcern: 'majority',
      readPreference: 'primary',
    })
  return {
    header: open('header'),
    'server-keys': open('server-keys'),
    keystores: open('keystores'),
    keys: open('keys'),
    revocations: open('revocations'),
    sessions: open('sessions'),
    log: open('log'),
  }
}

/**
 * Makes what is missing of the collections, their indexes and their validation. Any number of processes may do this at
 * once. Of a database that is as it should be nothing is changed: no more than the role `readWrite` is needed then.
 *
 * @throws KmsError STORE_MISMATCH if there are records that cannot be of this service; they are not touched
 */
export async function prepareCollections(db: Db, collections: Collections, signal: AbortSignal): Promise<void> {
  for (const collection of Object.values(collections)) await prepareCollection(db, collection, { signal })
}

async function prepareCollection(db: Db, collection: Records, bound: Bound): Promise<void> {
  const name = collection.collectionName
  const find = () => db.listCollections<CollectionInfo>({ name }, { ...bound, nameOnly: false }).next()
  const existing = (await find()) ?? (await createCollection(db, collection, bound)) ?? (await find())
  if (existing !== null && existing !== 'made') {
    await requireOwn(collection, bound)
    if (!isDeepStrictEqual(validationOf(existing), validation)) {
      await db.command({ collMod: name, ...validation, writeConcern }, bound)
    }
  }
  await collection.createIndexes([...indexes], bound).catch(error => {
    throw isServerError(error, 'IndexConflict', 'DuplicateKey') ? foreign(error) : error
  })
}

/** Undefined if somebody else was faster. The driver's own method would send the signal to the server. */
async function createCollection(db: Db, collection: Records, bound: Bound): Promise<'made' | undefined> {
  try {
    await db.command({ create: collection.collectionName, ...validation, writeConcern }, bound)
    return 'made'
  } catch (error) {
    if (isServerError(error, 'NamespaceExists')) return undefined
    throw error
  }
}

/**
 * Nobody of ours adds a record before there are indexes: where those are, nothing is looked for. In this order otherwise:
 * whoever opens the same database just now may make the indexes and add records between two looks.
 */
async function requireOwn(collection: Records, bound: Bound): Promise<void> {
  if (await hasIndexes(collection, bound)) return
  const record = await collection.findOne({}, { ...bound, projection: { _id: 1 } })
  if (record === null) return
  if (!(await hasIndexes(collection, bound))) throw foreign()
}

async function hasIndexes(collection: Records, bound: Bound): Promise<boolean> {
  const names = await collection
    .listIndexes(bound)
    .map(({ name }) => name)
    .toArray()
  return indexes.every(({ name }) => names.includes(name))
}

function foreign(error?: unknown): KmsError {
  const message = "a collection of this name is another program's, or was restored without its indexes"
  return new KmsError('STORE_MISMATCH', message, error === undefined ? undefined : { cause: summary(error) })
}

function validationOf({ options }: CollectionInfo): Record<string, unknown> {
  const { validator, validationLevel = 'strict', validationAction = 'error' } = options ?? {}
  return { validator, validationLevel, validationAction }
}
