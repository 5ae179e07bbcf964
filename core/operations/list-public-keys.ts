import { keyTypes } from '../algorithms/index.ts'
import type { PublicPart } from '../algorithms/key-type.ts'
import { type PublicJwk, publicJwk } from '../algorithms/public-forms.ts'
import type { Caller } from '../authorization/caller.ts'
import { isIdentifier } from '../encoding/identifier.ts'
import { invalidRequest } from '../errors.ts'
import { withKeyRecords } from '../keys/keystore-vault.ts'
import { resolvePublished } from '../keys/resolve-key.ts'
import type { Kms } from '../kms.ts'
import { type Key, usableVersions } from '../records/key.ts'
import type { Records } from '../records/records.ts'

export interface ListPublicKeysCommand {
  readonly keystoreId: string
  /** The `next` of the page before. */
  readonly after?: string
}

/** A part of the public keys of a keystore. */
export interface PublicKeys {
  readonly keys: readonly PublicJwk[]
  /** After what the next page begins; undefined if this is the last one. */
  readonly next?: string
  /** Whether everyone may see them. */
  readonly isPublic: boolean
}

/** So many keys are looked at for one page at most, and so many at once: each may have a thousand versions. */
const pageSize = 100
const chunkSize = 20
/** So many versions are on one page at most. */
const maximumVersions = 1000

/**
 * The public keys of a keystore, each version with its own id: what an older one has signed verifies still. Those of
 * symmetric keys do not exist, those of keys and versions that may not be used are not shown, and neither are the keys
 * that were imported to verify: whoever trusts a keystore's keys would trust somebody else's.
 *
 * No lock is opened and no share of a user needed. Keys that live in a vault are read from there.
 *
 * @throws KmsError INVALID_REQUEST, KEYSTORE_NOT_FOUND, FORBIDDEN, NOT_ACTIVE, and those of vaults
 */
export async function listPublicKeys(kms: Kms, caller: Caller, command: ListPublicKeysCommand): Promise<PublicKeys> {
  const { keystoreId, after } = command
  const keystore = await resolvePublished(kms, caller, keystoreId)
  if (after !== undefined && !isIdentifier(after)) throw invalidRequest('after: not the id of a key')
  const page = await withKeyRecords(kms, keystore, records => readPage(records, keystore.id, after))
  return { ...page, isPublic: keystore.jwks === 'public' }
}

async function readPage(records: Records, id: string, after?: string): Promise<Omit<PublicKeys, 'isPublic'>> {
  const keys: PublicJwk[] = []
  let last = after
  for (let seen = 0; seen < pageSize; seen += chunkSize) {
    const chunk = await records.listKeys(id, chunkSize, last)
    for (const key of chunk) {
      const own = publicJwksOf(key)
      if (last !== undefined && keys.length > 0 && keys.length + own.length > maximumVersions)
        return { keys, next: last }
      keys.push(...own)
      last = key.id
    }
    if (chunk.length < chunkSize) return { keys }
  }
  return last === undefined ? { keys } : { keys, next: last }
}

function publicJwksOf(key: Key): PublicJwk[] {
  if (key.state !== 'active') return []
  return usableVersions(key).flatMap(({ id, type, publicKey, locked }) => {
    const { publicPart }: { readonly publicPart?: PublicPart } = keyTypes[type]
    if (publicPart === undefined || publicKey === undefined || locked === undefined) return []
    return [publicJwk(publicPart, publicKey, id)]
  })
}
