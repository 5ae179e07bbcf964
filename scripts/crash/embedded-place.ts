import { watch } from 'node:fs'
import { decodeEntry } from '@keyhold/adapters/store-embedded/record-codec.js'
import type { Collection } from '@keyhold/core'
import { open } from 'lmdb'
import { placeOf } from './ledger.ts'
import type { Place } from './place.ts'
import { type FoundRecord, type Stored, type StoredKey, takeStock } from './stored.ts'

/** An id that leads to a record which lies under another one. */
interface Alias {
  readonly keystoreId: string
  readonly id: string
  readonly firstId: string
}

const collections: Readonly<Record<number, Collection>> = {
  1: 'header',
  2: 'keystores',
  3: 'keys',
  4: 'server-keys',
  5: 'revocations',
  6: 'log',
  7: 'sessions',
}

/** A directory with an embedded store, and one service over it. */
export async function openEmbeddedPlace(directory: string): Promise<Place> {
  return {
    environments: [{ KMS_DATABASE_URL: directory }],
    victims: [{ name: 'the service', instances: [0], database: false }],
    staleness: 0,
    changesOfFirstStart: 16,
    changed: (times, signal) => changed(directory, times, signal),
    read: () => readStored(directory),
    async close() {},
  }
}

async function readStored(directory: string): Promise<Stored> {
  const database = open<Uint8Array, Uint8Array>({
    path: directory,
    encoding: 'binary',
    keyEncoding: 'binary',
    readOnly: true,
  })
  const records: FoundRecord[] = []
  const aliases: Alias[] = []
  try {
    for (const { key: place, value } of database.getRange({ start: Uint8Array.of(0x01) })) {
      const { collection, scope, id } = readPlace(place)
      const entry = decodeEntry(Uint8Array.from(value), collection, scope)
      if (typeof entry === 'string') aliases.push({ keystoreId: scope, id, firstId: entry })
      else records.push({ id, record: entry })
    }
  } finally {
    await database.close()
  }
  const stock = takeStock(records)
  return { ...stock, faults: [...stock.faults, ...brokenAliases(stock.keys, aliases)] }
}

function readPlace(place: Uint8Array): { collection: Collection; scope: string; id: string } {
  const bytes = Buffer.from(place)
  const scopeEnd = 3 + bytes.readUInt16BE(1)
  return {
    collection: collections[bytes.readUInt8(0)] ?? 'header',
    scope: bytes.toString('utf8', 3, scopeEnd),
    id: bytes.toString('utf8', scopeEnd),
  }
}

function* brokenAliases(keys: ReadonlyMap<string, StoredKey>, aliases: readonly Alias[]): Generator<string> {
  const leading = new Set<string>()
  for (const { keystoreId, id, firstId } of aliases) {
    const known = keys.get(placeOf(keystoreId, firstId))?.ids.includes(id)
    if (!known) yield `${keystoreId}/${id}: leads to ${firstId}, which does not have this id`
    leading.add(placeOf(keystoreId, id))
  }
  for (const { keystoreId, ids } of keys.values()) {
    for (const id of ids.slice(1)) {
      if (!leading.has(placeOf(keystoreId, id))) yield `${keystoreId}/${id}: an id of ${ids[0]} that leads nowhere`
    }
  }
}

async function changed(directory: string, times: number, signal: AbortSignal): Promise<void> {
  const watcher = watch(directory, { signal })
  await new Promise<void>(resolve => {
    let count = 0
    watcher.on('change', () => {
      count += 1
      if (count === times) resolve()
    })
    watcher.on('close', resolve)
  })
}
