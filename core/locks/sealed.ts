import { KmsError } from '../errors.ts'

/**
 * The frame around everything a lock makes: `01 ‖ u16be(length of lock id) ‖ lock id ‖ ciphertext`. It says how to
 * read the rest and which lock can open it. A lock authenticates the header together with the context.
 */
const formatVersion = 1
const fixedLength = 3

export interface Sealed {
  readonly lockId: string
  /** Everything before the ciphertext, to be authenticated. */
  readonly header: Uint8Array
  readonly ciphertext: Uint8Array
}

export function sealedHeader(lockId: string): Uint8Array {
  const id = Buffer.from(lockId, 'utf8')
  const header = Buffer.alloc(fixedLength + id.length)
  header.writeUInt8(formatVersion, 0)
  header.writeUInt16BE(id.length, 1)
  header.set(id, fixedLength)
  return header
}

/** Undefined if this is no such frame. */
export function readSealed(blob: Uint8Array): Sealed | undefined {
  const bytes = Buffer.from(blob.buffer, blob.byteOffset, blob.length)
  if (bytes.length < fixedLength || bytes.readUInt8(0) !== formatVersion) return undefined
  const end = fixedLength + bytes.readUInt16BE(1)
  if (bytes.length < end) return undefined
  return {
    lockId: bytes.toString('utf8', fixedLength, end),
    header: bytes.subarray(0, end),
    ciphertext: bytes.subarray(end),
  }
}

/** One text for every reason for which a blob does not open. */
export function lockRejected(cause?: unknown): KmsError {
  return new KmsError('LOCK_REJECTED', 'a stored secret does not open under its lock', { cause })
}

export function lockClosed(): KmsError {
  return new KmsError('LOCK_UNAVAILABLE', 'the lock is closed')
}
