import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { type DidSigner, ed25519DidUrl, p256DidUrl } from '@keyhold/core/wire'

/** Makes an Ed25519 key in a file (PKCS#8 PEM, mode 0600) that must not exist. */
export async function makeKeyFile(file: string): Promise<void> {
  const { privateKey } = generateKeyPairSync('ed25519')
  await writeFile(file, privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600, flag: 'wx' })
}

/**
 * Opens a key in a file, Ed25519 or on P-256: PEM, or a JWK (RFC 8037, RFC 7518 section 6.2).
 *
 * @throws Error if the file holds no such key, which says nothing of what it holds
 */
export async function openKeyFile(file: string): Promise<DidSigner> {
  const text = await readFile(file, 'utf8')
  const key = readKey(text, file)
  const { crv, x = '', y = '' } = createPublicKey(key).export({ format: 'jwk' })
  const [theX, theY] = [Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]
  if (crv === 'Ed25519') return { didUrl: ed25519DidUrl(theX), signer: { sign: message => sign(null, message, key) } }
  if (crv !== 'P-256') throw new Error(`${file}: neither an Ed25519 key nor one on P-256`)
  const point = Buffer.concat([Uint8Array.of(0x04), theX, theY])
  return { didUrl: p256DidUrl(point), signer: { sign: message => signP256(message, key) } }
}

function readKey(text: string, file: string): KeyObject {
  try {
    return text.startsWith('{') ? createPrivateKey({ format: 'jwk', key: JSON.parse(text) }) : createPrivateKey(text)
  } catch {
    // What a parser says of a text repeats a part of it.
    throw new Error(`${file}: no private key that can be read`)
  }
}

function signP256(message: Uint8Array, key: KeyObject): Uint8Array {
  return sign('sha256', message, { key, dsaEncoding: 'ieee-p1363' })
}
