import { p256 } from '@noble/curves/nist.js'
import { decodeMultibase } from '../encoding/multibase.ts'
import { ed25519Prefix, p256Prefix } from './did-key-url.ts'
import {
  type VerificationKey,
  type VerificationKeyKind,
  type VerificationTools,
  verificationKey,
} from './verification-key.ts'

/**
 * Resolves a verification method of a `did:key` (W3C CCG did:key method): `did:key:z…#z…`, or the DID alone, which has
 * one key. Undefined if it is no such DID, or a key of another kind.
 */
export function resolveDidKey(url: string, tools: VerificationTools): VerificationKey | undefined {
  const [, multibase = '', fragment] = /^did:key:(z[1-9A-HJ-NP-Za-km-z]+)(?:#(.*))?$/.exec(url) ?? []
  if (fragment !== undefined && fragment !== multibase) return undefined
  const bytes = decodeMultibase(multibase)
  if (bytes === undefined) return undefined
  const read = readMulticodec(bytes)
  if (read === undefined) return undefined
  const controller = `did:key:${multibase}`
  return verificationKey({ id: `${controller}#${multibase}`, controller }, read.kind, read.publicKey, tools)
}

function readMulticodec(bytes: Uint8Array): { kind: VerificationKeyKind; publicKey: Uint8Array } | undefined {
  const key = bytes.subarray(2)
  if (startsWith(bytes, ed25519Prefix)) return { kind: 'Ed25519', publicKey: key }
  if (!startsWith(bytes, p256Prefix) || key.length !== 33) return undefined
  try {
    return { kind: 'P-256', publicKey: p256.Point.fromBytes(key).toBytes(false) }
  } catch {
    return undefined
  }
}

function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  return prefix.every((byte, index) => bytes[index] === byte)
}
