import { concatBytes } from '@noble/hashes/utils.js'
import { encodeMultibase } from '../encoding/multibase.ts'

/** Multicodec prefixes of public keys, as varints. */
export const ed25519Prefix = Uint8Array.of(0xed, 0x01)
export const p256Prefix = Uint8Array.of(0x80, 0x24)

/** The DID URL of an Ed25519 key (W3C CCG did:key method). */
export function ed25519DidUrl(publicKey: Uint8Array): string {
  return didUrlOf(concatBytes(ed25519Prefix, publicKey))
}

/** The DID URL of a key on P-256. @param point uncompressed, 65 bytes */
export function p256DidUrl(point: Uint8Array): string {
  const isOdd = (point[64] ?? 0) & 1
  return didUrlOf(concatBytes(p256Prefix, Uint8Array.of(0x02 | isOdd), point.subarray(1, 33)))
}

function didUrlOf(key: Uint8Array): string {
  const multibase = encodeMultibase(key)
  return `did:key:${multibase}#${multibase}`
}
