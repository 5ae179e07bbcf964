import { createPrivateKey, generateKeyPairSync, randomBytes } from 'node:crypto'
import { experimentalKeyTypeNames, type KeyTypeName, keyTypeNames } from '@keyhold/core'
import { keyTypes } from '@keyhold/core/algorithms/index.js'
import type { KeyType } from '@keyhold/core/algorithms/key-type.js'
import { exportJWK, generateKeyPair } from 'jose'
import t from 'tap'
import { answered } from '../../support/agreement.ts'
import { base64, buildApp, idOf, type Request } from '../../support/build-app.ts'
import { familyOf, importableKey, seedJwk, use } from '../../support/families.ts'
import { type Refusal, refusals } from '../../support/refusals.ts'
import { newRsaNumbers, type RsaNumbers, rsaPublicKey } from '../../support/rsa-numbers.ts'
import { blsJwks, didKeys, type PrivateJwk } from '../../vectors/published/did-key.ts'
import { rocaPrivateKeys, rocaPublicKey } from '../../vectors/published/roca.ts'

t.setTimeout(120_000)

/** The types whose keys have a JWK. */
const withJwk = keyTypeNames.filter(type => (keyTypes[type] as KeyType).importJwk !== undefined)
const isAsymmetric = (type: KeyTypeName) => keyTypes[type].publicPart !== undefined
const onBls = (type: KeyTypeName) => type.startsWith('BLS12381')
const bytes = (text = '') => Buffer.from(text, 'base64url')
const url = (data: Uint8Array) => Buffer.from(data).toString('base64url')

/** A key of a type as node:crypto writes it, or a published one. */
function jwkOf(type: KeyTypeName, other = 0): PrivateJwk {
  if (onBls(type)) return blsJwks[other] ?? {}
  if (experimentalKeyTypeNames.includes(type)) return seedJwk(type, randomBytes(type === 'ML-DSA-65' ? 32 : 64))
  const key = importableKey(type)
  if (!isAsymmetric(type)) return { kty: 'oct', k: url(key) }
  return createPrivateKey({ format: 'der', type: 'pkcs8', key }).export({ format: 'jwk' }) as PrivateJwk
}

const put = (keystore: string, body: unknown): Request => ({ method: 'PUT', path: `${keystore}/keys`, body })

for (const type of withJwk) {
  t.test(`${type}: a JWK is imported, exported again, and used`, async t => {
    const app = await buildApp(t)
    const keystore = await app.keystore()
    const jwk = jwkOf(type)
    const { kid: _none, use: purpose, alg } = await exportedJwk('none').catch(() => ({}) as PrivateJwk)
    const said = { ...(purpose && { use: purpose }), ...(alg && { alg }), unknown: 1, ext: true, x5c: ['x'] }
    for (const [id, body] of [
      ['asked', { jwk, key_id: 'asked', key: null, public_key: '' }],
      ['of-the-jwk', { jwk: { ...jwk, ...said, kid: 'of-the-jwk' } }],
      ['rather', { jwk: { ...jwk, kid: 'https://kid.example/#1' }, key_id: 'rather' }],
    ] as const) {
      const { key_url } = await answered(app.send(put(keystore, { key_type: type, ...body })))
      t.equal(idOf(key_url), id)
      const check = await use[familyOf(type)](app, `${keystore}/keys/${id}`, 'text')
      t.equal(
        (await app.send(check(`${keystore}/keys/asked`))).status,
        familyOf(type) === 'mac' && id !== 'asked' ? 400 : 200,
      )
      if (!isAsymmetric(type)) continue
      const { use: _use, alg: _alg, ...shown } = await exportedJwk(id)
      const { d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, priv: _priv, alg: _said, ...publicJwk } = jwk
      t.strictSame(shown, { ...publicJwk, kid: id }, 'the public part is that of the JWK')
    }

    async function exportedJwk(id: string): Promise<PrivateJwk> {
      return (await answered(app.send({ method: 'GET', path: `${keystore}/keys/${id}/export?format=jwk` }))).jwk
    }
  })
}

t.test('JWKs that jose and WebCrypto have made', async t => {
  const app = await buildApp(t)
  const keystore = await app.keystore()
  const made: readonly (readonly [KeyTypeName, string, object?])[] = [
    ['ED25519', 'EdDSA'],
    ['ED25519', 'Ed25519'],
    ['ECDSAP384IEEEP1363', 'ES384'],
    ['ECDSAP521DER', 'ES512'],
    ['RSAPS256', 'PS256'],
    ['NISTP256ECDHKW', 'ECDH-ES+A256KW', { crv: 'P-256' }],
    ['X25519ECDHKW', 'ECDH-ES+A256KW', { crv: 'X25519' }],
  ]
  for (const [type, alg, options] of made) {
    const { privateKey } = await generateKeyPair(alg, { extractable: true, ...options })
    const jwk = { ...(await exportJWK(privateKey)), alg, key_ops: privateKey.usages, ext: true }
    await answered(app.send(put(keystore, { key_type: type, jwk, key_id: `${type}-${alg.length}` })))
    t.pass(`${type}: ${alg}`)
  }
})

/** The order of each curve's group, SEC 2 and FIPS 186-5, and that of BLS12-381. */
const orders: Readonly<Record<string, string>> = {
  'P-256': 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551',
  'P-384': 'ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973',
  'P-521': `01${'ff'.repeat(32)}fa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409`,
  secp256k1: 'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141',
  BLS12381G2: '73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001',
}

const publishedRsa = didKeys.flatMap(({ privateKey }) => ('jwk' in privateKey ? [privateKey.jwk] : [])).at(-1) ?? {}

/** Every way in which a JWK of a type can be wrong. */
function damaged(type: KeyTypeName): (readonly [name: string, jwk: unknown])[] {
  const jwk = jwkOf(type)
  const other = jwk['kty'] === 'RSA' ? publishedRsa : jwkOf(type, 1)
  const members = Object.keys(jwk).filter(name => !['kty', 'crv', 'alg'].includes(name))
  const secret = isAsymmetric(type) ? 'd' : 'k'
  const own = jwk[secret] ?? ''
  const without = (name: string) => Object.fromEntries(Object.entries(jwk).filter(([member]) => member !== name))
  const withBytes = (name: string, data: Uint8Array) => ({ ...jwk, [name]: url(data) })
  const cut = (name: string) => withBytes(name, bytes(jwk[name]).subarray(0, -1))
  const flip = (name: string, at: number) => {
    const data = bytes(jwk[name])
    data[at] = (data[at] ?? 0) ^ 1
    return withBytes(name, data)
  }
  // A MAC key may have nearly any length.
  const hasLength = familyOf(type) !== 'mac'
  const rsa = jwk['kty'] === 'RSA'
  const order = orders[jwk['crv'] ?? '']
  const scalars =
    order === undefined ? [] : [order, (BigInt(`0x${order}`) + 1n).toString(16).padStart(order.length, '0')]
  const use = ['signature', 'mac', 'bbs', 'bbs-plus'].includes(familyOf(type)) ? 'enc' : 'sig'
  return [
    ...members.map(name => [`without ${name}`, without(name)] as const),
    ...members.map(name => [`an empty ${name}`, { ...jwk, [name]: '' }] as const),
    ...members.map(name => [`${name} that is a number`, { ...jwk, [name]: 1 }] as const),
    ...members.map(name => [`${name} that is null`, { ...jwk, [name]: null }] as const),
    ...members.map(name => [`${name} with padding`, { ...jwk, [name]: `${jwk[name]}=` }] as const),
    ...members.map(name => [`${name} with a line break`, { ...jwk, [name]: `${jwk[name]}\n` }] as const),
    ...members.map(name => [`${name} in another alphabet`, { ...jwk, [name]: `+/${jwk[name]?.slice(2)}` }] as const),
    ...(hasLength ? members.map(name => [`${name} cut short`, cut(name)] as const) : []),
    ...(hasLength
      ? members.map(
          name => [`${name} and a byte`, withBytes(name, Buffer.concat([bytes(jwk[name]), Buffer.of(0)]))] as const,
        )
      : []),
    ...(isAsymmetric(type)
      ? members.map(name => [`${name} of another key`, { ...jwk, [name]: other[name] }] as const)
      : []
    )
      // Every RSA key has the same exponent.
      .filter(([name]) => name !== 'e of another key'),
    ...(jwk['alg'] ? ([['without alg', without('alg')]] as const) : []),
    ...(jwk['x'] && !rsa
      ? ([
          ['x with its last bit flipped', flip('x', bytes(jwk['x']).length - 1)],
          ['x of zeros', withBytes('x', Buffer.alloc(bytes(jwk['x']).length))],
          ['x with a zero in front', withBytes('x', Buffer.concat([Buffer.of(0), bytes(jwk['x'])]))],
          ['d with a zero in front', withBytes('d', Buffer.concat([Buffer.of(0), bytes(own)]))],
        ] as const)
      : []),
    ...(jwk['y'] ? ([['y with its last bit flipped', flip('y', bytes(jwk['y']).length - 1)]] as const) : []),
    ...(order ? ([['a scalar of zero', withBytes('d', Buffer.alloc(bytes(own).length))]] as const) : []),
    ...scalars.map(scalar => [`the scalar ${scalar.slice(-8)}`, withBytes('d', Buffer.from(scalar, 'hex'))] as const),
    ['another kty', { ...jwk, kty: jwk['kty'] === 'EC' ? 'OKP' : 'EC' }],
    ['kty oct with everything else', { ...jwk, kty: isAsymmetric(type) ? 'oct' : 'Oct' }],
    ['without kty', without('kty')],
    ['another crv', { ...jwk, crv: jwk['crv'] === 'P-256' ? 'P-384' : 'P-256' }],
    ['a crv in another case', { ...jwk, crv: (jwk['crv'] ?? 'none').toLowerCase().replace('secp256k1', 'SECP256K1') }],
    ['another use', { ...jwk, use }],
    ['an unknown use', { ...jwk, use: 'proof' }],
    ['another alg', { ...jwk, alg: 'A128KW' }],
    ['alg none', { ...jwk, alg: 'none' }],
    ['other key_ops', { ...jwk, key_ops: ['wrapKey'] }],
    ['no key_ops', { ...jwk, key_ops: [] }],
    ['key_ops that are no array', { ...jwk, key_ops: 'sign' }],
    ['a kid that is no id', { ...jwk, kid: 'a b' }],
    ['a kid that is no text', { ...jwk, kid: 7 }],
    ['an array', [jwk]],
    ['a text', JSON.stringify(jwk)],
    ['an empty object', {}],
  ]
}

const jwkOfNumbers = (numbers: RsaNumbers) => {
  const hex = (value: bigint) => value.toString(16)
  const members = Object.entries(numbers).map(([name, value]) => {
    return [name, url(Buffer.from(hex(value).padStart(2 * Math.ceil(hex(value).length / 2), '0'), 'hex'))]
  })
  return { kty: 'RSA', ...Object.fromEntries(members) }
}

t.test('refusals', async t => {
  const app = await buildApp(t)
  const keystore = await app.keystore()
  const refusal = (type: KeyTypeName, name: string, jwk: unknown, more = {}): Refusal => {
    return [`${type}: ${name}`, put(keystore, { key_type: type, jwk, ...more }), 400, 'INVALID_REQUEST']
  }
  const foreign = withJwk.map(type => [type, jwkOf(type)] as const)
  for (const type of withJwk) {
    const own = jwkOf(type)
    const table = damaged(type).map(([name, jwk]) => refusal(type, name, jwk))
    const others = foreign.filter(
      ([, { kty, crv, alg }]) => kty !== own['kty'] || crv !== own['crv'] || alg !== own['alg'],
    )
    for (const [other, jwk] of others) table.push(refusal(type, `the JWK of ${other}`, jwk))
    table.push(refusal(type, 'beside PKCS#8', own, { key: base64(importableKey(type)) }))
    table.push(refusal(type, 'beside a public key', own, { public_key: base64('a public key') }))
    await refusals(t, app, table)
  }
})

t.test('weak RSA keys are refused in every form', async t => {
  const app = await buildApp(t)
  const keystore = await app.keystore()
  const pkcs8 = (pkcs1: string) => {
    const key = createPrivateKey({ format: 'der', type: 'pkcs1', key: Buffer.from(pkcs1, 'base64') })
    return { key: base64(key.export({ format: 'der', type: 'pkcs8' })), jwk: key.export({ format: 'jwk' }) }
  }
  const weak: readonly (readonly [string, object])[] = [
    ['of 1024 bits', { jwk: generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({ format: 'jwk' }) }],
    ['an exponent of 3', { jwk: jwkOfNumbers(newRsaNumbers(2048, 3)) }],
    ['an exponent of 17', { jwk: jwkOfNumbers(newRsaNumbers(2048, 17)) }],
    ['a ROCA key as PKCS#8', { key: pkcs8(rocaPrivateKeys.marked).key }],
    ['a ROCA key as a JWK', { jwk: pkcs8(rocaPrivateKeys.marked).jwk }],
    ['a public ROCA key', { public_key: base64(rsaPublicKey(rocaPublicKey)) }],
  ]
  for (const key_type of ['RSARS256', 'RSAPS256']) {
    await refusals(
      t,
      app,
      weak.map(([name, body]) => [
        `${key_type}: ${name}`,
        put(keystore, { key_type, ...body }),
        400,
        'INVALID_REQUEST',
      ]),
    )
    const { key, jwk } = pkcs8(rocaPrivateKeys.unmarked)
    for (const body of [{ key }, { jwk }]) await answered(app.send(put(keystore, { key_type, ...body })))
  }
})
