import { encodeBase64Url } from '@keyhold/core'
import t from 'tap'
import { KeystoreClient } from '../support/keystore-client.ts'
import { testService } from '../support/service.ts'
import { rfc7515Hmac, rfc7517Agreement, rfc8037Signature } from './published/jwk.ts'

/** The JWKs of the RFCs, over HTTP. */
const service = await testService(t)
const keystore = await KeystoreClient.create(service.url)

t.test('RFC 8037 appendix A, Ed25519', async t => {
  const { jwk, input, signature } = rfc8037Signature
  const key = await keystore.importKey('ED25519', { jwk })
  t.equal(encodeBase64Url(await key.sign(Buffer.from(input))), signature)
})

t.test('RFC 7515 appendix A.1, HMAC', async t => {
  const { jwk, input, tag } = rfc7515Hmac
  const key = await keystore.importKey('HMACSHA256Tag256', { jwk })
  // A MAC of the service is `01 ‖ 4-byte key identifier ‖ tag`.
  t.equal(encodeBase64Url((await key.computeMac(Buffer.from(input))).subarray(5)), tag)
})

t.test('RFC 7517 appendix A.2, P-256', async t => {
  const key = await keystore.importKey('NISTP256ECDHKW', { jwk: rfc7517Agreement, keyId: 'rfc-7517' })
  const { x, y } = JSON.parse(Buffer.from(await key.publicKey()).toString())
  t.strictSame(
    [x, y],
    [rfc7517Agreement.x, rfc7517Agreement.y].map(number => Buffer.from(number, 'base64url').toString('base64')),
  )
  t.equal(await keystore.tryImportKey('ECDSAP256DER', { jwk: rfc7517Agreement }), undefined, 'it is to encrypt with')
})
