import { decode, encode } from 'cborg'
import { KmsError } from '../errors.ts'
import { integrityKeyContext } from '../locks/lock-context.ts'
import type { KeyStorePort, Ports, StoredRecord } from '../ports/index.ts'
import { SecretBytes } from '../secrets/secret-bytes.ts'

/**
 * The header of a store: one record that remembers which server lock sealed it, and holds the key that authenticates
 * every other record, locked by that lock. It is written once, by whichever process opens a new store first.
 */
interface Header {
  readonly format: number
  readonly lock: string
  readonly integrityKey: Uint8Array
}

const formatVersion = 1
const headerId = 'store'
const keyLength = 32

/** Of no header: it says that a store is being filled. */
const movingFormat = 0

/**
 * Stands in the header's place while the records of another store are moved into this one, so that nobody opens it.
 * Its revision is one less than a header's: the header takes its place in one change, with no moment between.
 */
export const moveMarker: StoredRecord = {
  collection: 'header',
  scope: '',
  ids: [headerId],
  revision: 0,
  body: encode({ format: movingFormat }),
}

/** The header of a store, or the marker in its place, as it is stored. */
export async function findHeader(store: KeyStorePort): Promise<StoredRecord | undefined> {
  return store.find('header', '', headerId)
}

/**
 * Opens the integrity key of a store, making it if the store is new.
 *
 * @throws KmsError STORE_MISMATCH if another lock sealed the store, or an unknown format; LOCK_REJECTED if the header
 * was changed. Nothing is written then.
 */
export async function openIntegrityKey(ports: Ports): Promise<SecretBytes> {
  const found = await findHeader(ports.store)
  return openHeader(ports, found ?? (await addHeader(ports)))
}

async function addHeader(ports: Ports): Promise<StoredRecord> {
  const key = new SecretBytes(ports.random(keyLength))
  const integrityKey = await key.spend(bytes => ports.lock.lock(bytes, integrityKeyContext()))
  const header: Header = { format: formatVersion, lock: ports.lock.id, integrityKey }
  const record: StoredRecord = {
    collection: 'header',
    scope: '',
    ids: [headerId],
    revision: 1,
    body: encode(header),
  }
  try {
    await ports.store.add(record)
    return record
  } catch (error) {
    if (!(error instanceof KmsError) || error.code !== 'ALREADY_EXISTS') throw error
    const others = await findHeader(ports.store)
    if (others === undefined) throw error
    return others
  }
}

async function openHeader(ports: Ports, record: StoredRecord): Promise<SecretBytes> {
  const { format, lock, integrityKey } = readHeader(record)
  if (format !== formatVersion) {
    throw new KmsError('STORE_MISMATCH', 'the store was written in a format that this version cannot read')
  }
  if (lock !== ports.lock.id) {
    throw new KmsError(
      'STORE_MISMATCH',
      `the store was sealed by the lock ${lock}, the configured one is ${ports.lock.id}`,
    )
  }
  return ports.lock.unlock(integrityKey, integrityKeyContext())
}

function readHeader({ ids, revision, body }: StoredRecord): Header {
  try {
    const header = decode(body) as Partial<Header>
    if (header.format === movingFormat) throw moveUnfinished()
    const asAdded = ids.length === 1 && ids[0] === headerId && revision === 1
    if (asAdded && header.integrityKey instanceof Uint8Array) return header as Header
  } catch (cause) {
    if (cause instanceof KmsError) throw cause
    throw new KmsError('STORE_MISMATCH', 'the header of the store cannot be read', { cause })
  }
  throw new KmsError('STORE_MISMATCH', 'the header of the store cannot be read')
}

function moveUnfinished(): KmsError {
  return new KmsError(
    'STORE_MISMATCH',
    'a move of another store into this one has not ended: run it again to its end, and use the other store until then',
  )
}
