import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { type DidSigner, ed25519DidUrl } from '@keyhold/core'

/** Makes an Ed25519 key in a file (PKCS#8 PEM, mode 0600) that must not exist. */
export async function makeKeyFile(file: string): Promise<void> {
  const { privateKey } = generateKeyPairSync('ed25519')
  await writeFile(file, privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600, flag: 'wx' })
}

/** Opens an Ed25519 key in a file: PKCS#8 PEM, or a JWK (RFC 8037). @throws Error if the file holds no such key */
export async function openKeyFile(file: string): Promise<DidSigner> {
  const text = await readFile(file, 'utf8')
  const key = text.startsWith('{') ? createPrivateKey({ format: 'jwk', key: JSON.parse(text) }) : createPrivateKey(text)
  if (key.asymmetricKeyType !== 'ed25519') throw new Error(`${file}: not an Ed25519 key`)
  return { didUrl: ed25519DidUrl(publicKeyOf(key)), signer: { sign: message => sign(null, message, key) } }
}

function publicKeyOf(key: KeyObject): Uint8Array {
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' })
  return Buffer.from(x, 'base64url')
}
