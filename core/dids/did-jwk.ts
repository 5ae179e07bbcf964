import {
  type VerificationKey,
  type VerificationKeyKind,
  type VerificationTools,
  verificationKey,
} from './verification-key.ts'

const maximumLength = 1024

/**
 * Resolves the verification method of a `did:jwk` (did:jwk method specification): `did:jwk:<base64url of the JWK>#0`,
 * or the DID alone. Undefined if it is no such DID, or a key of another kind.
 */
export function resolveDidJwk(url: string, tools: VerificationTools): VerificationKey | undefined {
  const [, encoded] = url.length > maximumLength ? [] : (/^did:jwk:([A-Za-z0-9_-]+)(?:#0)?$/.exec(url) ?? [])
  const read = encoded === undefined ? undefined : readJwk(encoded)
  if (read === undefined) return undefined
  const controller = `did:jwk:${encoded}`
  return verificationKey({ id: `${controller}#0`, controller }, read.kind, read.publicKey, tools)
}

function readJwk(encoded: string): { kind: VerificationKeyKind; publicKey: Uint8Array } | undefined {
  let jwk: Partial<Record<string, unknown>> | null
  try {
    jwk = JSON.parse(Buffer.from(encoded, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
  const { kty, crv, x, y } = jwk ?? {}
  const hasSecret = jwk !== null && typeof jwk === 'object' && 'd' in jwk
  // Whoever publishes the private key proves nothing with it.
  if (hasSecret || typeof x !== 'string') return undefined
  if (kty === 'OKP' && crv === 'Ed25519') return { kind: 'Ed25519', publicKey: Buffer.from(x, 'base64url') }
  if (kty !== 'EC' || crv !== 'P-256' || typeof y !== 'string') return undefined
  const point = Buffer.concat([Uint8Array.of(0x04), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')])
  return { kind: 'P-256', publicKey: point }
}
