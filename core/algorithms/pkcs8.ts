import { createPrivateKey, type JsonWebKey } from 'node:crypto'
import { wrongKeyMaterial } from './key-type.ts'

/**
 * Reads an unencrypted PKCS#8 DER private key (RFC 5958) of exactly the given kind and answers its JWK members.
 * OpenSSL decodes; what it lets through (trailing bytes, another curve) is refused here. This is for imports: a stored
 * key is raw and never takes this slow path.
 */
export function readPkcs8(der: Uint8Array, kind: 'ed25519' | { readonly namedCurve: string }): JsonWebKey {
  if (!spansWhole(der)) throw wrongKeyMaterial()
  const key = decode(der)
  const matches =
    kind === 'ed25519'
      ? key.asymmetricKeyType === 'ed25519'
      : key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === kind.namedCurve
  if (!matches) throw wrongKeyMaterial()
  try {
    return key.export({ format: 'jwk' })
  } catch (cause) {
    throw wrongKeyMaterial(cause)
  }
}

function decode(der: Uint8Array) {
  try {
    return createPrivateKey({ key: Buffer.from(der.buffer, der.byteOffset, der.length), format: 'der', type: 'pkcs8' })
  } catch (cause) {
    throw wrongKeyMaterial(cause)
  }
}

/** Whether the outer SEQUENCE (X.690 section 8.1.3) ends where the bytes end. */
function spansWhole(der: Uint8Array): boolean {
  const [tag, first] = der
  if (tag !== 0x30 || first === undefined) return false
  if (first < 0x80) return der.length === 2 + first
  const count = first & 0x7f
  if (count === 0 || count > 3) return false
  let length = 0
  for (const byte of der.subarray(2, 2 + count)) length = length * 256 + byte
  return der.length === 2 + count + length
}
