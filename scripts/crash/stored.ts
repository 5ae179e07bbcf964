import type { StoredRecord } from '@keyhold/core'
import { decode } from 'cborg'
import { placeOf } from './ledger.ts'
import type { DrilledTypeName } from './outside.ts'

export interface StoredVersion {
  readonly id: string
  /** The other id that it is found under, if it has one. */
  readonly thumbprint?: string
  readonly type: DrilledTypeName
  /** Raw: what the wire form ends with. */
  readonly publicKey?: Uint8Array
}

export interface StoredKey {
  readonly keystoreId: string
  readonly ids: readonly [string, ...string[]]
  /** In the order of `ids`, of which each has one or two. */
  versions(): readonly StoredVersion[]
}

export interface Stored {
  readonly keystores: ReadonlySet<string>
  /** By keystore and first id. */
  readonly keys: ReadonlyMap<string, StoredKey>
  /** A sentence for everything that is not whole: ids that lead nowhere, records that not all of their ids lead to. */
  readonly faults: readonly string[]
}

/** A record, and the id under which it lies. */
export interface FoundRecord {
  readonly id: string
  readonly record: StoredRecord
}

/** Body: one byte of version, 32 bytes of tag, CBOR. */
const contentStart = 33

/** Sorts all records of a store. */
export function takeStock(found: readonly FoundRecord[]): Stored {
  const keystores = new Set<string>()
  const keys = new Map<string, StoredKey>()
  const faults: string[] = []
  const places = new Set<string>()
  let headers = 0
  for (const { id, record } of found) {
    const { collection, scope, ids } = record
    for (const place of ids.map(each => `${collection}/${placeOf(scope, each)}`)) {
      if (places.has(place)) faults.push(`${place}: an id of two records`)
      places.add(place)
    }
    if (ids[0] !== id) faults.push(`${scope}/${id}: the record of another id`)
    else if (collection === 'keys') keys.set(placeOf(scope, id), storedKey(record))
    else if (collection === 'keystores') keystores.add(id)
    else if (collection === 'header') headers += 1
  }
  if (headers !== 1) faults.push(`${headers} headers`)
  return { keystores, keys, faults }
}

function storedKey({ scope, ids, body }: StoredRecord): StoredKey {
  return {
    keystoreId: scope,
    ids,
    versions: () => (decode(body.subarray(contentStart)) as { versions: StoredVersion[] }).versions,
  }
}
