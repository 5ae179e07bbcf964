import { compactSign, delegate, Keyhold, KeyholdError, signingKey, signJwt, zcap } from '@keyhold/client'
import type { KeyTypeName } from '@keyhold/core'
import { compactVerify, createLocalJWKSet, importJWK, jwtVerify } from 'jose'
import t from 'tap'
import { alice, bob, clientService } from '../support/client-service.ts'
import { quickAttributes } from '../support/quick-attributes.ts'
import { rejection } from '../support/rejection.ts'

const claims = { iss: 'https://issuer.example', sub: 'alice', iat: 1_767_225_600 }

/** The key types of signatures, and how JWS and WebCrypto call what they make. */
const types: readonly (readonly [type: KeyTypeName, alg: string, algorithm: object])[] = [
  ['ED25519', 'EdDSA', { name: 'Ed25519' }],
  ['ECDSAP256DER', 'ES256', { name: 'ECDSA', namedCurve: 'P-256', hash: { name: 'SHA-256' } }],
  ['ECDSAP384DER', 'ES384', { name: 'ECDSA', namedCurve: 'P-384', hash: { name: 'SHA-384' } }],
  ['ECDSAP521DER', 'ES512', { name: 'ECDSA', namedCurve: 'P-521', hash: { name: 'SHA-512' } }],
  ['ECDSAP256IEEEP1363', 'ES256', { name: 'ECDSA', namedCurve: 'P-256', hash: { name: 'SHA-256' } }],
  ['ECDSAP384IEEEP1363', 'ES384', { name: 'ECDSA', namedCurve: 'P-384', hash: { name: 'SHA-384' } }],
  ['ECDSAP521IEEEP1363', 'ES512', { name: 'ECDSA', namedCurve: 'P-521', hash: { name: 'SHA-512' } }],
  ['RSARS256', 'RS256', { name: 'RSASSA-PKCS1-v1_5', hash: { name: 'SHA-256' }, modulusLength: 2048 }],
  ['RSAPS256', 'PS256', { name: 'RSA-PSS', hash: { name: 'SHA-256' }, modulusLength: 2048 }],
]

/** Those that `jose` does not verify, here or at all: the service does. */
const others: readonly (readonly [type: KeyTypeName, alg: string, length: number])[] = [
  ['ED448', 'EdDSA', 114],
  ['ECDSASecp256k1DER', 'ES256K', 64],
  ['ECDSASecp256k1IEEEP1363', 'ES256K', 64],
  ['ML-DSA-65', 'ML-DSA-65', 3309],
]

const keystoreOf = async (t: Parameters<typeof clientService>[0]) => {
  const { url, authorizations } = await clientService(t)
  return new Keyhold({ url, authorization: authorizations.trustbloc }).createKeystore()
}

t.test('jose verifies what a key has signed, by the key and by the set of all', async t => {
  const keystore = await keystoreOf(t)
  const keys = await Promise.all(types.map(([type]) => keystore.createKey(type, quickAttributes)))
  const { keys: published } = await keystore.jwks()
  const set = createLocalJWKSet({ keys: published.map(jwk => ({ ...jwk })) })
  for (const [index, [type, alg, algorithm]] of types.entries()) {
    const key = keys[index]
    if (key === undefined) throw new Error('there is no such key')
    const jwt = await signJwt(key, claims)
    const verified = await jwtVerify(jwt, await importJWK({ ...(await key.export('jwk')) }, alg))
    t.strictSame([verified.payload, verified.protectedHeader], [claims, { kid: key.id, typ: 'JWT', alg }], type)
    // DER keys have no `alg` in their JWK, and so are not chosen by it alone.
    t.strictSame((await jwtVerify(jwt, set)).payload, claims, type)
    const handle = await signingKey(key)
    t.match(handle, { type: 'private', extractable: false, usages: ['sign'], alg, kid: key.id, algorithm }, type)
  }
})

t.test('what jose does not know is signed as JWS wants it all the same', async t => {
  const keystore = await keystoreOf(t)
  for (const [type, alg, length] of others) {
    const key = await keystore.createKey(type)
    const [protectedHeader = '', payload = '', signature = ''] = (await signJwt(key, claims)).split('.')
    t.match(JSON.parse(Buffer.from(protectedHeader, 'base64url').toString()), { alg, kid: key.id })
    const bytes = Buffer.from(signature, 'base64url')
    t.equal(bytes.length, length, type)
    if (type.endsWith('DER')) continue
    t.equal(await key.verify(bytes, Buffer.from(`${protectedHeader}.${payload}`)), true, type)
  }
})

t.test('signatures in DER are rewritten whatever their numbers are', async t => {
  const full = 'ff'.repeat(32)
  const rows: readonly (readonly [name: string, der: string, expected: string | undefined])[] = [
    ['two long numbers', `304602 2100${full} 022100${full}`, full + full],
    ['two short ones', '3006 020101 020102', '01'.padStart(64, '0') + '02'.padStart(64, '0')],
    ['a leading zero for the sign', '3008 02020080 02020081', '80'.padStart(64, '0') + '81'.padStart(64, '0')],
    ['something behind', '3006 020101 020102 00', undefined],
    ['a third number', '3009 020101 020102 020103', undefined],
    ['a number that is too large', `3026 022101${full} 020101`, undefined],
    ['no DER', full + full, undefined],
  ]
  for (const [name, der, expected] of rows) {
    const signature = Buffer.from(der.replaceAll(' ', ''), 'hex').toString('base64')
    const jwk = { kty: 'EC', crv: 'P-256', x: '', y: '', use: 'sig', kid: '1' }
    const fetch = async (url: string | URL | Request) =>
      Response.json(String(url).includes('/export') ? { jwk } : { signature })
    const key = new Keyhold({ url: 'https://kms.example', fetch }).key('https://kms.example/v1/keystores/1/keys/1')
    const { sign } = await signingKey(key)
    if (expected === undefined) await t.rejects(sign(Buffer.of()), name)
    else t.equal(Buffer.from(await sign(Buffer.of())).toString('hex'), expected, name)
  }
})

t.test('a header is the caller’s own, but for the algorithm', async t => {
  const key = await (await keystoreOf(t)).createKey('ED25519')
  const jws = await compactSign(key, Buffer.from('hello'), { kid: 'did:example:a#1', typ: 'vc+jwt', alg: 'none' })
  const { protectedHeader, payload } = await compactVerify(
    jws,
    await importJWK({ ...(await key.export('jwk')) }, 'EdDSA'),
  )
  t.strictSame(protectedHeader, { kid: 'did:example:a#1', typ: 'vc+jwt', alg: 'EdDSA' })
  t.equal(Buffer.from(payload).toString(), 'hello')
})

t.test('keys that sign no JWS are refused, and so is who may not look at the key', async t => {
  const keystore = await keystoreOf(t)
  for (const type of ['BLS12381G2', 'X25519ECDHKW', 'ML-KEM-768', 'NISTP256ECDHKW'] as const) {
    await t.rejects(signJwt(await keystore.createKey(type), claims), TypeError, type)
  }
  const key = await keystore.createKey('ED25519')
  const expires = new Date(Date.now() + 3_600_000)
  const delegated = await delegate(keystore.capability ?? {}, { to: bob.didUrl, actions: ['sign'], expires }, alice)
  const bobs = new Keyhold({ url: new URL(key.url).origin, authorization: zcap(bob) }).key(key.url, delegated)
  const refused = await rejection(signJwt(bobs, claims))
  t.ok(refused instanceof KeyholdError && refused.status === 403)
  const handle = await signingKey(key)
  const jwt = await signJwt({ ...handle, sign: (data, options) => bobs.sign(data, options) }, claims)
  t.strictSame((await jwtVerify(jwt, await importJWK({ ...(await key.export('jwk')) }, 'EdDSA'))).payload, claims)
})
