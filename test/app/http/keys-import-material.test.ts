import { generateKeyPairSync } from 'node:crypto'
import { type KeyTypeName, keyTypeNames } from '@keyhold/core'
import { keyTypes } from '@keyhold/core/algorithms/index.js'
import t from 'tap'
import { base64, buildApp } from '../../support/build-app.ts'
import { importableKey, typesOf } from '../../support/families.ts'
import { foreignSignatureKey, sameForm } from '../../support/foreign-key.ts'
import { type Refusal, refusals } from '../../support/refusals.ts'

/** What is no key of any type, and looks more or less like one. */
function foreignMaterials(): readonly (readonly [string, Buffer])[] {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey
  const rsaPss = generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey
  const x25519 = generateKeyPairSync('x25519').privateKey
  const brainpool = generateKeyPairSync('ec', { namedCurve: 'brainpoolP256r1' }).privateKey
  const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  const ed25519 = generateKeyPairSync('ed25519').privateKey
  const pkcs8 = { format: 'der', type: 'pkcs8' } as const
  return [
    ['an RSA key of 1024 bits', rsa.export(pkcs8)],
    ['an RSA key for PSS alone', rsaPss.export(pkcs8)],
    ['an X25519 key', x25519.export(pkcs8)],
    ['a brainpool key', brainpool.export(pkcs8)],
    ['SEC 1', p256.export({ format: 'der', type: 'sec1' })],
    ['PEM', Buffer.from(p256.export({ format: 'pem', type: 'pkcs8' }))],
    ['an encrypted key', p256.export({ ...pkcs8, cipher: 'aes-256-cbc', passphrase: 'passphrase' })],
    ['a JWK', Buffer.from(JSON.stringify(ed25519.export({ format: 'jwk' })))],
    ['one byte', Buffer.of(0x30)],
    ['an endless sequence', Buffer.from('308000', 'hex')],
    ['a length of 4 GB', Buffer.from('3084ffffffff', 'hex')],
    ['100 kB of zeros', Buffer.alloc(100_000)],
  ]
}

t.test('private keys', async t => {
  const app = await buildApp(t)
  const path = `${await app.keystore()}/keys`
  const materials = foreignMaterials()
  const table = keyTypeNames.flatMap(type => {
    const own = importableKey(type)
    const damaged: readonly (readonly [string, Buffer])[] = [
      ['a byte too many', Buffer.concat([own, Buffer.of(0)])],
      ['a byte too few', own.subarray(0, -1)],
      ['itself twice', Buffer.concat([own, own])],
    ]
    // A symmetric key is any bytes of its length, so that only another length is wrong; 16 to 64 for HMAC.
    const wrong = typesOf('mac').includes(type)
      ? ([
          ['15 bytes', Buffer.alloc(15, 1)],
          ['65 bytes', Buffer.alloc(65, 1)],
        ] as const)
      : damaged
    const long = materials.filter(([, bytes]) => bytes.length < 16 || bytes.length > 64)
    const own25519 = type === 'X25519ECDHKW' ? 'an X25519 key' : ''
    const foreign = keyTypes[type].publicPart ? materials.filter(([name]) => name !== own25519) : long
    return [...wrong, ...foreign].map(([name, bytes]): Refusal => {
      const body = { key_type: type, key: base64(bytes) }
      return [`${type}: ${name}`, { method: 'PUT', path, body }, 400, 'INVALID_REQUEST']
    })
  })
  await refusals(t, app, table)
})

t.test('public keys', async t => {
  const app = await buildApp(t)
  const path = `${await app.keystore()}/keys`
  const refusal = (type: KeyTypeName, name: string, bytes: Uint8Array): Refusal => {
    const body = { key_type: type, public_key: base64(bytes) }
    return [`${type}: ${name}`, { method: 'PUT', path, body }, 400, 'INVALID_REQUEST']
  }
  const asymmetric = typesOf('signature').flatMap(type => {
    const { publicKey, pkcs8 } = foreignSignatureKey(type)
    const others = typesOf('signature').filter(other => !sameForm(other, type))
    const flipped = Buffer.from(publicKey)
    flipped[flipped.length - 1] = (flipped.at(-1) ?? 0) ^ 1
    const damaged = !type.startsWith('ECDSA') ? [] : [refusal(type, 'a point that is not on the curve', flipped)]
    return [
      ...damaged,
      refusal(type, 'a byte too many', Buffer.concat([publicKey, Buffer.of(0)])),
      refusal(type, 'a byte too few', publicKey.subarray(0, -1)),
      // Every number may be zero in a key of ML-DSA.
      ...(type === 'ML-DSA-65' ? [] : [refusal(type, 'zeros', Buffer.alloc(publicKey.length))]),
      refusal(type, 'a private key', pkcs8),
      ...others.map(other => refusal(type, `the public key of ${other}`, foreignSignatureKey(other).publicKey)),
    ]
  })
  const symmetric = keyTypeNames
    .filter(type => keyTypes[type].publicPart === undefined)
    .map(type => refusal(type, 'a public key', foreignSignatureKey('ED25519').publicKey))
  await refusals(t, app, [...asymmetric, ...symmetric])
})
