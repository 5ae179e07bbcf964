import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { calculateJwkThumbprint, type JWK } from 'jose'
import { SigningKeyFileError } from './signing-key-file-error.ts'

/** The key by which this service proves to the authorization server which resource server it is. */
export interface SigningKey {
  /** Public, with the thumbprint (RFC 7638) as its `kid`. */
  readonly jwk: JWK & { readonly kid: string }
  /** ECDSA on P-256 with SHA-256, r‖s. */
  sign(data: Uint8Array): Buffer
}

/** Reads a PEM file of an EC private key on P-256, as `openssl ecparam` and `openssl genpkey` write it. @throws SigningKeyFileError */
export async function readSigningKey(file: string): Promise<SigningKey> {
  const key = await readKey(file)
  const { kty, crv, x, y } = createPublicKey(key).export({ format: 'jwk' }) as JWK
  if (kty !== 'EC' || crv !== 'P-256') throw new SigningKeyFileError(`${file}: must hold an EC private key on P-256`)
  const jwk = { kty, crv, x, y, alg: 'ES256' } as JWK
  const kid = await calculateJwkThumbprint(jwk)
  return { jwk: { ...jwk, kid }, sign: data => sign('sha256', data, { key, dsaEncoding: 'ieee-p1363' }) }
}

async function readKey(file: string): Promise<KeyObject> {
  const pem = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new SigningKeyFileError(`${file}: the signing key cannot be read (${error.code})`)
  })
  try {
    return createPrivateKey(pem)
  } catch {
    // What OpenSSL says may hold a part of the text.
    throw new SigningKeyFileError(`${file}: holds no private key in PEM`)
  } finally {
    pem.fill(0)
  }
}
