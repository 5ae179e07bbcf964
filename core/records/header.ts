import { decode, encode } from 'cborg'
import { KmsError } from '../errors.ts'
import { integrityKeyContext } from '../locks/lock-context.ts'
import type { KeyStorePort, Ports, StoredRecord } from '../ports/index.ts'
import { SecretBytes } from '../secrets/secret-bytes.ts'

/**
 * The header of a store: one record that remembers which server lock seals it, and holds the key that authenticates
 * every other record, locked by that lock. It is written by whichever process opens a new store first, and changed when
 * another lock takes the place of that one (`header-succession.ts`).
 */
export interface Header {
  readonly format: number
  /** What is locked from now on is locked by this one. */
  readonly lock: string
  readonly integrityKey: Uint8Array
  /** The lock before, as long as there may be something in the store that it alone opens. */
  readonly former?: string
  /** How often the header was changed; absent if never. */
  readonly changes?: number
}

type HeaderPorts = Pick<Ports, 'store' | 'lock' | 'random'>

const members: ReadonlySet<string> = new Set(['format', 'lock', 'integrityKey', 'former', 'changes'])

const formatVersion = 1
const headerId = 'store'
const keyLength = 32

/** Of no header: it says that a store is being filled. */
const movingFormat = 0

/** A header as it is stored. */
export function headerRecord(header: Header): StoredRecord {
  const revision = 1 + (header.changes ?? 0)
  return { collection: 'header', scope: '', ids: [headerId], revision, body: encode(header) }
}

/** Stands in a header's place while the records of another store are moved into this one, so that nobody opens it. */
export const moveMarker: StoredRecord = {
  collection: 'header',
  scope: '',
  ids: [headerId],
  revision: 0,
  body: encode({ format: movingFormat }),
}

/** Its revision is one less than the header's, which takes its place in one change, with no moment between. */
export function moveMarkerFor(header: StoredRecord): StoredRecord {
  return { ...moveMarker, revision: header.revision - 1 }
}

export function isMoveMarker({ body }: StoredRecord): boolean {
  return Buffer.compare(body, moveMarker.body) === 0
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
export async function openIntegrityKey(ports: HeaderPorts): Promise<SecretBytes> {
  const found = await findHeader(ports.store)
  return openHeader(ports, found ?? (await addHeader(ports)))
}

/**
 * Whether a store is sealed already; if it is, by this lock. Nothing is written.
 *
 * @throws KmsError as `openIntegrityKey`
 */
export async function isSealed(ports: HeaderPorts): Promise<boolean> {
  const found = await findHeader(ports.store)
  if (found === undefined) return false
  ;(await openHeader(ports, found)).wipe()
  return true
}

async function addHeader(ports: HeaderPorts): Promise<StoredRecord> {
  const key = new SecretBytes(ports.random(keyLength))
  const integrityKey = await key.spend(bytes => ports.lock.lock(bytes, integrityKeyContext()))
  const header: Header = { format: formatVersion, lock: ports.lock.id, integrityKey }
  const record = headerRecord(header)
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

async function openHeader(ports: HeaderPorts, record: StoredRecord): Promise<SecretBytes> {
  const { lock, former, integrityKey } = readHeader(record)
  const { id, formerId } = ports.lock
  const opens = (name: string) => name === id || name === formerId
  if (!opens(lock)) {
    throw new KmsError('STORE_MISMATCH', `the store was sealed by the lock ${lock}, the configured one is ${id}`)
  }
  if (former !== undefined && !opens(former)) {
    const message = `the lock ${lock} is taking the place of ${former}, and until that has ended both are needed`
    throw new KmsError('STORE_MISMATCH', message)
  }
  return ports.lock.unlock(integrityKey, integrityKeyContext())
}

/** The lock that seals what is new in a store; undefined if the store has no header yet. @throws KmsError STORE_MISMATCH */
export async function sealingLockId(store: KeyStorePort): Promise<string | undefined> {
  const record = await findHeader(store)
  return record && readHeader(record).lock
}

/** @throws KmsError STORE_MISMATCH */
export function readHeader({ ids, revision, body }: StoredRecord): Header {
  try {
    const header = decode(body) as Partial<Header>
    const { format, lock, integrityKey, changes = 0 } = header
    if (format === movingFormat) throw moveUnfinished()
    if (format !== formatVersion) throw unknownFormat()
    const asWritten = ids.length === 1 && ids[0] === headerId && revision === 1 + changes
    const isWhole =
      typeof lock === 'string' &&
      integrityKey instanceof Uint8Array &&
      Object.keys(header).every(name => members.has(name))
    if (asWritten && isWhole) return header as Header
  } catch (cause) {
    if (cause instanceof KmsError) throw cause
    throw new KmsError('STORE_MISMATCH', 'the header of the store cannot be read', { cause })
  }
  throw new KmsError('STORE_MISMATCH', 'the header of the store cannot be read')
}

function unknownFormat(): KmsError {
  return new KmsError('STORE_MISMATCH', 'the store was written in a format that this version cannot read')
}

function moveUnfinished(): KmsError {
  return new KmsError(
    'STORE_MISMATCH',
    'a move of another store into this one has not ended: run it again to its end, and use the other store until then',
  )
}
