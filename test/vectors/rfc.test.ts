import { rfc8032 } from '@keyhold/contract'
import { p256, p384, p521 } from '@noble/curves/nist.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import t from 'tap'
import { pkcs8, spki } from '../support/encoded-keys.ts'
import { KeystoreClient } from '../support/keystore-client.ts'
import { testService } from '../support/service.ts'
import { aeadVectors } from './published/aead.ts'
import { rfc6979, secp256k1Signatures } from './published/ecdsa.ts'
import { rfc8032Ed448 } from './published/edwards.ts'
import { rfc4231 } from './published/hmac.ts'

/** Replays the vectors of the documents that define the algorithms, or that their users agreed on, over HTTP. */
const service = await testService(t)
const keystore = await KeystoreClient.create(service.url)

const edwards = [
  { section: '7.1', keyType: 'ED25519', crv: 'Ed25519', vectors: rfc8032 },
  { section: '7.4', keyType: 'ED448', crv: 'Ed448', vectors: rfc8032Ed448 },
] as const

for (const { section, keyType, crv, vectors } of edwards) {
  t.test(`RFC 8032 section ${section}, ${crv}`, async t => {
    for (const { name, seed, ...vector } of vectors) {
      const publicKey = hexToBytes(vector.publicKey)
      const message = hexToBytes(vector.message)
      const signature = hexToBytes(vector.signature)
      const key = await keystore.importKey(keyType, { key: pkcs8(crv, hexToBytes(seed), publicKey) })
      t.equal(bytesToHex(await key.publicKey()), vector.publicKey, `${name}: public key`)
      t.equal(bytesToHex(await key.sign(message)), vector.signature, `${name}: signature`)
      const verifier = await keystore.importKey(keyType, { publicKey })
      t.ok(await verifier.verify(signature, message), `${name}: verifies`)
      t.notOk(await verifier.verify(signature, changed(message)), `${name}: of another message does not`)
    }
  })
}

const curves = {
  'P-256': { noble: p256, der: 'ECDSAP256DER', p1363: 'ECDSAP256IEEEP1363' },
  'P-384': { noble: p384, der: 'ECDSAP384DER', p1363: 'ECDSAP384IEEEP1363' },
  'P-521': { noble: p521, der: 'ECDSAP521DER', p1363: 'ECDSAP521IEEEP1363' },
} as const

t.test('RFC 6979 appendix A.2, ECDSA', async t => {
  for (const { curve, size, privateKey, x, y, signatures } of rfc6979) {
    const padded = (hex: string) => hexToBytes(hex.padStart(2 * size, '0'))
    const point = Uint8Array.of(0x04, ...padded(x), ...padded(y))
    const { noble, ...types } = curves[curve]
    const key = pkcs8(curve, padded(privateKey), point)
    const der = await keystore.importKey(types.der, { key })
    const p1363 = await keystore.importKey(types.p1363, { key })
    t.strictSame(bytesToHex(await der.publicKey()), bytesToHex(spki(curve, point)), `${curve}: public key, DER`)
    t.strictSame(bytesToHex(await p1363.publicKey()), bytesToHex(point), `${curve}: public key, uncompressed`)
    for (const { message: text, r, s } of signatures) {
      const message = utf8ToBytes(text)
      const raw = Uint8Array.of(...padded(r), ...padded(s))
      const encoded = noble.Signature.fromBytes(raw, 'compact').toBytes('der')
      t.ok(await der.verify(encoded, message), `${curve} "${text}": DER verifies`)
      t.ok(await p1363.verify(raw, message), `${curve} "${text}": r‖s verifies`)
      t.notOk(await der.verify(raw, message), `${curve} "${text}": r‖s is no DER`)
      t.notOk(await p1363.verify(encoded, message), `${curve} "${text}": DER is no r‖s`)
      t.notOk(await der.verify(encoded, changed(message)), `${curve} "${text}": of another message does not, DER`)
      t.notOk(await p1363.verify(raw, changed(message)), `${curve} "${text}": of another message does not, r‖s`)
    }
  }
})

t.test('secp256k1', async t => {
  const { ORDER } = secp256k1.Point.Fn
  for (const { privateKey, message: text, r, s } of secp256k1Signatures) {
    const scalar = hexToBytes(privateKey.padStart(64, '0'))
    const material = { key: pkcs8('secp256k1', scalar, secp256k1.getPublicKey(scalar, false)) }
    const der = await keystore.importKey('ECDSASecp256k1DER', material)
    const p1363 = await keystore.importKey('ECDSASecp256k1IEEEP1363', material)
    const message = utf8ToBytes(text)
    for (const [which, each] of Object.entries({ low: s, high: (ORDER - BigInt(`0x${s}`)).toString(16) })) {
      const raw = hexToBytes(r + each.padStart(64, '0'))
      const encoded = secp256k1.Signature.fromBytes(raw, 'compact').toBytes('der')
      t.ok(await der.verify(encoded, message), `"${text}", ${which} s: DER verifies`)
      t.ok(await p1363.verify(raw, message), `"${text}", ${which} s: r‖s verifies`)
      t.notOk(await p1363.verify(raw, changed(message)), `"${text}", ${which} s: of another message does not`)
    }
  }
})

t.test('authenticated encryption', async t => {
  for (const { source, keyType, ...vector } of aeadVectors) {
    const key = await keystore.importKey(keyType, { key: hexToBytes(vector.key) })
    const encrypted = { ciphertext: hexToBytes(vector.ciphertext), nonce: hexToBytes(vector.nonce) }
    const associatedData = hexToBytes(vector.associatedData)
    const plaintext = await key.decrypt(encrypted, associatedData)
    t.equal(plaintext && bytesToHex(plaintext), vector.plaintext, `${source}: opens`)
    const refusals = {
      'other associated data': key.decrypt(encrypted, changed(associatedData)),
      'another nonce': key.decrypt({ ...encrypted, nonce: changed(encrypted.nonce) }, associatedData),
      'another ciphertext': key.decrypt({ ...encrypted, ciphertext: changed(encrypted.ciphertext) }, associatedData),
    }
    for (const [what, opened] of Object.entries(refusals)) {
      t.equal(await opened, undefined, `${source}: with ${what} it does not`)
    }
  }
})

t.test('RFC 4231 section 4, HMAC-SHA-256', async t => {
  for (const { name, inexpressible, ...vector } of rfc4231) {
    const key = await keystore.tryImportKey('HMACSHA256Tag256', { key: hexToBytes(vector.key) })
    const data = hexToBytes(vector.data)
    const mac = await key?.computeMac(data)
    // A MAC of the service is `01 ‖ 4-byte key identifier ‖ tag`.
    const expected = Uint8Array.of(...(mac?.subarray(0, 5) ?? []), ...hexToBytes(vector.tag))
    if (inexpressible !== undefined) {
      t.notOk(await key?.verifyMac(expected, data), `${name}: refused`)
      t.comment(`${name} is inexpressible: ${inexpressible}`)
      continue
    }
    t.equal(mac && bytesToHex(mac), bytesToHex(expected), `${name}: MAC`)
    t.ok(await key?.verifyMac(expected, data), `${name}: verifies`)
    t.equal(await key?.verifyMac(expected, changed(data)), false, `${name}: of other data it does not`)
  }
})

/** The bytes with one bit flipped, or one byte if there was none. */
function changed(bytes: Uint8Array): Uint8Array {
  const [first = 0xff, ...rest] = bytes
  return Uint8Array.of(first ^ 1, ...rest)
}
