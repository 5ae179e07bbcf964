import { decodeEntry } from '@keyhold/adapters/store-embedded/record-codec.js'
import type { Collection, KeyTypeName, StoredRecord } from '@keyhold/core'
import { decode } from 'cborg'
import { open } from 'lmdb'
import { placeOf } from './ledger.ts'

export interface StoredVersion {
  readonly id: string
  readonly type: KeyTypeName
  /** Raw: what the wire form ends with. */
  readonly publicKey?: Uint8Array
}

export interface StoredKey {
  readonly keystoreId: string
  readonly ids: readonly [string, ...string[]]
  /** In the order of `ids`. */
  versions(): readonly StoredVersion[]
}

export interface Stored {
  readonly keystores: ReadonlySet<string>
  /** By keystore and first id. */
  readonly keys: ReadonlyMap<string, StoredKey>
  /** A sentence for everything that is not whole: ids that lead nowhere, records that not all of their ids lead to. */
  readonly faults: readonly string[]
}

const collections: Readonly<Record<number, Collection>> = {
  1: 'header',
  2: 'keystores',
  3: 'keys',
  4: 'server-keys',
  5: 'revocations',
}

/** Body: one byte of version, 32 bytes of tag, CBOR. */
const contentStart = 33

/**
 * Lists an embedded store, beside the service that has it open. No request of the service lists anything, and so this
 * is the only way to find out whether a request without an answer was carried out when it was to choose the id.
 */
export async function readStored(directory: string): Promise<Stored> {
  const database = open<Uint8Array, Uint8Array>({
    path: directory,
    encoding: 'binary',
    keyEncoding: 'binary',
    readOnly: true,
  })
  const keystores = new Set<string>()
  const keys = new Map<string, StoredKey>()
  const aliases: { keystoreId: string; id: string; firstId: string }[] = []
  const faults: string[] = []
  let headers = 0
  try {
    for (const { key: place, value } of database.getRange({ start: Uint8Array.of(0x01) })) {
      const { collection, scope, id } = readPlace(place)
      const entry = decodeEntry(Uint8Array.from(value), collection, scope)
      if (typeof entry === 'string') aliases.push({ keystoreId: scope, id, firstId: entry })
      else if (entry.ids[0] !== id) faults.push(`${scope}/${id}: the record of another id`)
      else if (collection === 'keys') keys.set(placeOf(scope, id), storedKey(entry))
      else if (collection === 'keystores') keystores.add(id)
      else if (collection === 'header') headers += 1
    }
  } finally {
    await database.close()
  }
  if (headers !== 1) faults.push(`${headers} headers`)
  faults.push(...brokenAliases(keys, aliases))
  return { keystores, keys, faults }
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

function storedKey({ scope, ids, body }: StoredRecord): StoredKey {
  return {
    keystoreId: scope,
    ids,
    versions: () => (decode(body.subarray(contentStart)) as { versions: StoredVersion[] }).versions,
  }
}

function* brokenAliases(
  keys: ReadonlyMap<string, StoredKey>,
  aliases: readonly { keystoreId: string; id: string; firstId: string }[],
): Generator<string> {
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
