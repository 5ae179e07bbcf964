import { encodeBase64, inThisThread, type KeyTypeName } from '@keyhold/core'
import { keyTypes } from '@keyhold/core/algorithms/index.js'
import { thumbprint } from '@keyhold/core/algorithms/thumbprint.js'
import t from 'tap'
import { KeystoreClient } from '../support/keystore-client.ts'
import { testService } from '../support/service.ts'
import { aes256Gcm, ed25519Id, ed25519Import, hmac, p256Import } from './published/compatibility.ts'

/**
 * What existing clients count on, byte for byte. Over HTTP wherever chance has no part in it: imported keys have
 * random ids, and imported MAC keys random identifiers, so these are looked at in the core.
 */
const service = await testService(t)
const keystore = await KeystoreClient.create(service.url)

t.test('key ids are JWK thumbprints', async t => {
  const cases: readonly (readonly [KeyTypeName, Uint8Array, string])[] = [
    ['ED25519', Buffer.from(ed25519Id.publicKey, 'base64url'), ed25519Id.thumbprint],
    ['ED25519', bytes(ed25519Import.publicKey), ed25519Import.thumbprint],
    ['ECDSAP256DER', bytes(p256Import.forms.ECDSAP256DER.publicKey), p256Import.thumbprint],
    ['ECDSAP256IEEEP1363', bytes(p256Import.forms.ECDSAP256IEEEP1363.publicKey), p256Import.thumbprint],
  ]
  for (const [keyType, exported, expected] of cases) {
    const { publicPart } = keyTypes[keyType]
    const publicKey = await publicPart?.decode(exported, inThisThread)
    t.equal(publicKey && publicPart && thumbprint(publicPart.jwk(publicKey)), expected, `${keyType}: ${expected}`)
  }
})

t.test('an imported Ed25519 key', async t => {
  const { message, publicKey, signature } = ed25519Import
  const key = await keystore.importKey('ED25519', { key: bytes(ed25519Import.key) })
  t.equal(encodeBase64(await key.publicKey()), publicKey, 'public key')
  t.equal(encodeBase64(await key.sign(Buffer.from(message))), signature, 'signature')
  t.ok(await key.verify(bytes(signature), Buffer.from(message)), 'verifies')
})

t.test('an imported P-256 key', async t => {
  const message = Buffer.from(p256Import.message)
  for (const [keyType, { publicKey, signature }] of Object.entries(p256Import.forms)) {
    const key = await keystore.importKey(keyType as keyof typeof p256Import.forms, { key: bytes(p256Import.key) })
    t.equal(encodeBase64(await key.publicKey()), publicKey, `${keyType}: public key`)
    t.ok(await key.verify(bytes(signature), message), `${keyType}: a signature with a high s verifies`)
  }
})

t.test('an imported AES-256-GCM key', async t => {
  const encrypted = { ciphertext: bytes(aes256Gcm.ciphertext), nonce: bytes(aes256Gcm.nonce) }
  for (const keyType of ['AES256GCM', 'AES256GCMNoPrefix'] as const) {
    const key = await keystore.importKey(keyType, { key: aes256Gcm.key })
    const plaintext = await key.decrypt(encrypted, Buffer.from(aes256Gcm.associatedData))
    t.equal(plaintext && Buffer.from(plaintext).toString(), aes256Gcm.message, `${keyType}: opens`)
  }
})

t.test('an imported HMAC key', async t => {
  const expected = bytes(hmac.mac)
  const data = Buffer.from(hmac.data)

  const key = await keystore.importKey('HMACSHA256Tag256', { key: hmac.key })
  const mac = Buffer.from(await key.computeMac(data))
  t.equal(mac.length, 37, 'length')
  t.equal(mac[0], 0x01, 'first byte')
  t.equal(mac.subarray(5).toString('hex'), expected.subarray(5).toString('hex'), 'tag')
  t.ok(await key.verifyMac(mac, data), 'verifies')
  t.equal(await key.verifyMac(expected, data), false, 'under the identifier of another key it does not')

  const { importSecret, mac: open } = keyTypes.HMACSHA256Tag256
  const opened = await importSecret(hmac.key, () => hmac.identifier).secret?.spend(secret =>
    open?.(secret, new Uint8Array(0)),
  )
  t.equal(opened && encodeBase64(opened.compute(data)), hmac.mac, 'the whole MAC, its identifier being known')
  t.ok(opened?.verify(expected, data), 'which verifies')
})

function bytes(base64: string): Buffer {
  return Buffer.from(base64, 'base64')
}
