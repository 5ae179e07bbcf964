import { createPublicKey, type JsonWebKey } from 'node:crypto'
import { type KeyTypeName, keyTypeNames, resolveSelfContainedDid } from '@keyhold/core'
import { keyTypes } from '@keyhold/core/algorithms/index.js'
import type { KeyType } from '@keyhold/core/algorithms/key-type.js'
import { p256, p384, p521 } from '@noble/curves/nist.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { flattenedVerify, importJWK } from 'jose'
import t from 'tap'
import { answered } from '../../support/agreement.ts'
import { base64, buildApp, idOf, keystoreOf, pathOf, type Request, type TestApp } from '../../support/build-app.ts'
import { typesOf } from '../../support/families.ts'
import { type Refusal, refusals } from '../../support/refusals.ts'
import { secondMlDsa } from '../../vectors/second-implementation/post-quantum.ts'

const asymmetric = keyTypeNames.filter(type => keyTypes[type].publicPart !== undefined)
/** Whether something is registered for the keys of a type. */
const supports = (type: KeyTypeName, form: 'spki' | 'multikey') => {
  const { publicPart }: KeyType = keyTypes[type]
  return publicPart?.[form] !== undefined
}
const bytes = (base64Url = '') => Buffer.from(base64Url, 'base64url')

const exportAs = (path: string, format: string): Request => ({ method: 'GET', path: `${path}/export?format=${format}` })

async function exported(app: TestApp, path: string, format: string) {
  return (await answered(app.send(exportAs(path, format))))[format]
}

/** The table of the multicodecs (multiformats/multicodec, table.csv), by the curves of JWKs. */
const multicodecs: Readonly<Record<string, number>> = {
  Ed25519: 0xed,
  X25519: 0xec,
  X448: 0x1204,
  Ed448: 0x1203,
  'P-256': 0x1200,
  'P-384': 0x1201,
  'P-521': 0x1202,
  secp256k1: 0xe7,
  BLS12381G2: 0xeb,
  RSA: 0x1205,
  'ML-DSA-65': 0x1211,
  'ML-KEM-768': 0x120c,
}

const points = { 'P-256': p256.Point, 'P-384': p384.Point, 'P-521': p521.Point, secp256k1: secp256k1.Point }

/** What a Multikey has to hold of a key that a JWK holds, according to other implementations. */
function expectedMultikey(jwk: JsonWebKey): Buffer {
  const { kty = '', alg, crv = kty === 'AKP' ? String(alg) : kty, x, y } = jwk
  const code = multicodecs[crv] ?? 0
  const key = () => {
    if (kty === 'RSA') return createPublicKey({ format: 'jwk', key: jwk }).export({ format: 'der', type: 'pkcs1' })
    if (kty === 'OKP') return bytes(x)
    if (kty === 'AKP') return bytes(String(jwk['pub']))
    const point = Buffer.concat([Buffer.of(4), bytes(x), bytes(y)])
    return points[crv as keyof typeof points].fromBytes(point).toBytes(true)
  }
  // An unsigned varint.
  return Buffer.concat([Buffer.of((code % 128) + 128, Math.floor(code / 128)), key()])
}

/** Base58 as Bitcoin has it, by its definition. */
function base58(text: string): Buffer {
  const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
  const value = [...text].reduce((sum, digit) => sum * 58n + BigInt(alphabet.indexOf(digit)), 0n)
  const hex = value.toString(16)
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex')
}

/** The DER of a SubjectPublicKeyInfo up to the public key, in the examples of RFC 9881 appendix C and RFC 9935 appendix C. */
const algorithmSpki: Partial<Record<KeyTypeName, Buffer>> = {
  'ML-DSA-65': Buffer.from('308207b2300b0609608648016503040312038207a100', 'hex'),
  'ML-KEM-768': Buffer.from('308204b2300b0609608648016503040402038204a100', 'hex'),
}

for (const type of asymmetric) {
  t.test(`${type}: every form says the same key`, async t => {
    const app = await buildApp(t)
    const path = await app.key(type)
    const plain = await app.send({ method: 'GET', path: `${path}/export` })
    t.equal(
      plain.text,
      `{"public_key":"${plain.body.public_key}","key_type":"${type}"}`,
      'for clients that ask for none',
    )
    const jwk = await exported(app, path, 'jwk')
    t.equal(jwk.kid, idOf(path))
    t.notOk('d' in jwk)
    if (!supports(type, 'multikey')) return
    const multikey: string = await exported(app, path, 'multikey')
    t.equal(multikey[0], 'z')
    t.equal(base58(multikey.slice(1)).toString('hex'), expectedMultikey(jwk).toString('hex'))
    t.equal(await exported(app, path, 'did_key'), `did:key:${multikey}`)
    if (!supports(type, 'spki')) return
    const spki = Buffer.from(await exported(app, path, 'spki'), 'base64')
    if (jwk.kty === 'AKP') {
      t.ok(spki.equals(Buffer.concat([algorithmSpki[type] ?? Buffer.alloc(0), bytes(jwk.pub)])))
      return
    }
    const key = createPublicKey({ format: 'jwk', key: jwk })
    t.ok(key.export({ format: 'der', type: 'spki' }).equals(spki), 'as OpenSSL writes it')
    t.ok(createPublicKey({ format: 'der', type: 'spki', key: spki }).equals(key))
  })
}

t.test('what a JWK says beside the key', async t => {
  const app = await buildApp(t)
  const besides: Partial<Record<KeyTypeName, object>> = {
    ED25519: { kty: 'OKP', crv: 'Ed25519', use: 'sig' },
    ED448: { kty: 'OKP', crv: 'Ed448', use: 'sig' },
    ECDSAP256DER: { kty: 'EC', crv: 'P-256', use: 'sig' },
    ECDSAP384DER: { kty: 'EC', crv: 'P-384', use: 'sig' },
    ECDSAP521DER: { kty: 'EC', crv: 'P-521', use: 'sig' },
    ECDSAP256IEEEP1363: { kty: 'EC', crv: 'P-256', use: 'sig', alg: 'ES256' },
    ECDSAP384IEEEP1363: { kty: 'EC', crv: 'P-384', use: 'sig', alg: 'ES384' },
    ECDSAP521IEEEP1363: { kty: 'EC', crv: 'P-521', use: 'sig', alg: 'ES512' },
    ECDSASecp256k1DER: { kty: 'EC', crv: 'secp256k1', use: 'sig' },
    ECDSASecp256k1IEEEP1363: { kty: 'EC', crv: 'secp256k1', use: 'sig', alg: 'ES256K' },
    RSARS256: { kty: 'RSA', use: 'sig', alg: 'RS256' },
    RSAPS256: { kty: 'RSA', use: 'sig', alg: 'PS256' },
    NISTP256ECDHKW: { kty: 'EC', crv: 'P-256', use: 'enc' },
    NISTP384ECDHKW: { kty: 'EC', crv: 'P-384', use: 'enc' },
    NISTP521ECDHKW: { kty: 'EC', crv: 'P-521', use: 'enc' },
    X25519ECDHKW: { kty: 'OKP', crv: 'X25519', use: 'enc' },
    X448ECDHKW: { kty: 'OKP', crv: 'X448', use: 'enc' },
    BLS12381G2: { kty: 'OKP', crv: 'BLS12381G2' },
    'BLS12381G2-SHA-256': { kty: 'OKP', crv: 'BLS12381G2' },
    'ML-DSA-65': { kty: 'AKP', use: 'sig', alg: 'ML-DSA-65' },
    'ML-KEM-768': { kty: 'AKP', use: 'enc', alg: 'ML-KEM-768' },
  }
  for (const [type, expected] of Object.entries(besides)) {
    const {
      x: _x,
      y: _y,
      n: _n,
      e: _e,
      pub: _pub,
      kid: _kid,
      ...said
    } = await exported(app, await app.key(type as KeyTypeName), 'jwk')
    t.strictSame(said, expected, type)
  }
})

t.test('signatures verify as JWSs by the exported JWK', async t => {
  const app = await buildApp(t)
  for (const type of typesOf('signature')) {
    const path = await app.key(type)
    const jwk = await exported(app, path, 'jwk')
    // jose has dropped ES256K, and no JWS has a signature in DER.
    const alg = { ED25519: 'EdDSA' }[type as string] ?? jwk.alg
    if (alg === undefined || alg === 'ES256K') continue
    if (type === 'ML-DSA-65' && secondMlDsa === undefined) continue
    const header = Buffer.from(JSON.stringify({ alg, kid: jwk.kid })).toString('base64url')
    const payload = Buffer.from('payload').toString('base64url')
    const body = { message: base64(`${header}.${payload}`) }
    const { signature } = await answered(app.send({ method: 'POST', path: `${path}/sign`, body }))
    const jws = { protected: header, payload, signature: Buffer.from(signature, 'base64').toString('base64url') }
    t.equal(Buffer.from((await flattenedVerify(jws, await importJWK(jwk, alg))).payload).toString(), 'payload', type)
  }
})

t.test('our own resolver finds the key behind an exported DID', async t => {
  const app = await buildApp(t)
  for (const type of ['ED25519', 'ECDSAP256IEEEP1363'] as const) {
    const path = await app.key(type)
    const { public_key } = await answered(app.send({ method: 'GET', path: `${path}/export` }))
    const did = await exported(app, path, 'did_key')
    const found = await resolveSelfContainedDid(did)
    t.equal(found && base64(found.publicKey), public_key, type)
    t.equal(found?.controller, did)
  }
})

t.test('a rotated key shows its newest version, and an imported one its own id', async t => {
  const app = await buildApp(t)
  const first = await app.key('ED25519')
  const body = { key_type: 'ECDSAP256IEEEP1363' }
  const second = pathOf((await answered(app.send({ method: 'POST', path: `${first}/rotate`, body }))).key_url)
  for (const path of [first, second]) {
    t.match(await exported(app, path, 'jwk'), { kid: idOf(second), crv: 'P-256' })
  }
  const { public_key } = await answered(app.send({ method: 'GET', path: `${first}/export` }))
  const theirs = { key_type: 'ECDSAP256IEEEP1363', public_key, key_id: 'theirs' }
  await answered(app.send({ method: 'PUT', path: `${keystoreOf(first)}/keys`, body: theirs }))
  const verifying = `${keystoreOf(first)}/keys/theirs`
  t.match(await exported(app, verifying, 'jwk'), { kid: 'theirs' })
  t.equal(await exported(app, verifying, 'did_key'), await exported(app, first, 'did_key'))
})

t.test('refusals', async t => {
  const app = await buildApp(t)
  const keystore = await app.keystore()
  const path = await app.key('ED25519', keystore)
  const malformed = [
    '',
    'JWK',
    'pem',
    'did-key',
    'jwk%20',
    '__proto__',
    'constructor',
    'jwk&format=spki',
    'x'.repeat(5000),
  ]
  const table: Refusal[] = malformed.map(format => [
    `format=${format.slice(0, 20)}`,
    exportAs(path, format),
    400,
    'INVALID_REQUEST',
  ])
  for (const type of keyTypeNames) {
    const key = await app.key(type, keystore)
    if (!asymmetric.includes(type)) {
      table.push([`${type}: a JWK`, exportAs(key, 'jwk'), 422, 'OPERATION_UNSUPPORTED'])
      continue
    }
    for (const [format, form] of [
      ['spki', 'spki'],
      ['multikey', 'multikey'],
      ['did_key', 'multikey'],
    ] as const) {
      if (!supports(type, form)) table.push([`${type}: ${format}`, exportAs(key, format), 400, 'INVALID_REQUEST'])
    }
  }
  table.push(['no such key', exportAs(`${keystore}/keys/none`, 'jwk'), 404, 'KEY_NOT_FOUND'])
  await refusals(t, app, table)
})
