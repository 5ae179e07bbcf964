import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { systemRandom } from '@keyhold/adapters'
import { outcome } from '@keyhold/contract'
import { inThisThread } from '@keyhold/core'
import type { p256 } from '@noble/curves/nist.js'
import t from 'tap'
import { der, ecPkcs8, ecPrivateKey, integer, octets, oid, okpPkcs8, sequence } from '../../support/der.ts'
import { ecdsaCurves, fixed, flippedLast, number, spki } from '../../support/ecdsa-curves.ts'

const random = systemRandom()

for (const { curve, size, name, ...keyType } of ecdsaCurves) {
  const scalar = fixed(number(randomBytes(size)) % curve.Point.Fn.ORDER, size)
  const point = Buffer.from(curve.getPublicKey(scalar, false))
  const otherCurve = oid[name === 'secp256k1' ? 'P-256' : 'secp256k1']
  const otherPoint = Buffer.from(curve.getPublicKey(fixed(number(scalar) - 1n, size), false))

  await t.test(`${name}: PKCS#8 is imported`, async t => {
    const nodes = generateKeyPairSync('ec', { namedCurve: name })
    const x = nodes.publicKey.export({ format: 'jwk' }).x
    const imported = await keyType.der.importSecret(
      nodes.privateKey.export({ format: 'der', type: 'pkcs8' }),
      random,
      inThisThread,
    )
    t.equal(imported.publicKey && keyType.der.publicPart.jwk(imported.publicKey)['x'], x, 'as OpenSSL makes it')
    const encodings: [name: string, encoded: Uint8Array][] = [
      ['with its point', ecPkcs8(oid[name], scalar, point)],
      ['without', ecPkcs8(oid[name], scalar)],
      ['with a scalar that is filled up too far', ecPkcs8(oid[name], Buffer.concat([Buffer.alloc(2), scalar]), point)],
      ['with the curve named twice', pkcs8Around(oid[name], ecPrivateKey(scalar, point, der(0xa0, oid[name])))],
    ]
    for (const [what, encoded] of encodings) {
      for (const each of [keyType.der, keyType.raw]) {
        const before = Buffer.from(encoded).toString('hex')
        const material = await each.importSecret(encoded, random, inThisThread)
        t.ok(point.equals(material.publicKey ?? scalar), `${what}: the public key is derived`)
        t.equal(
          material.secret?.lend(bytes => Buffer.compare(bytes, scalar)),
          0,
          'the stored secret is the scalar',
        )
        t.equal(Buffer.from(encoded).toString('hex'), before, 'the encoding stays as it was')
      }
    }
    for (const one of [fixed(1n, size), Buffer.of(1), fixed(1n, size + 4)]) {
      const small = await keyType.der.importSecret(ecPkcs8(oid[name], one), random, inThisThread)
      t.equal(small.secret?.length, size, 'a small scalar has full length')
      t.ok(Buffer.from(small.publicKey ?? []).equals(Buffer.from(curve.Point.BASE.toBytes(false))))
    }
  })

  await t.test(`${name}: private keys that are refused`, async t => {
    const right = ecPkcs8(oid[name], scalar, point)
    const otherCurves = (['P-256', 'P-384', 'P-521', 'secp256k1'] as const).filter(each => each !== name)
    const export8 = { format: 'der', type: 'pkcs8' } as const
    const cipher = { cipher: 'aes-256-cbc', passphrase: '' } as const
    const explicit = generateKeyPairSync('ec', { namedCurve: name, paramEncoding: 'explicit' })
    const encodings: [name: string, encoded: Uint8Array][] = [
      ['nothing', new Uint8Array(0)],
      ['the raw scalar', scalar],
      ...otherCurves.map(each => [each, nodesKey(each)] as [string, Uint8Array]),
      ['its scalar on another curve', ecPkcs8(otherCurve, scalar)],
      ['RSA', generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export(export8)],
      ['Ed25519', generateKeyPairSync('ed25519').privateKey.export(export8)],
      ['X25519', okpPkcs8(oid.x25519, randomBytes(32))],
      ['SEC1', ecPrivateKey(scalar, point, der(0xa0, oid[name]))],
      ['SEC1 as OpenSSL makes it', generateSec1(name)],
      [
        'encrypted PKCS#8',
        generateKeyPairSync('ec', { namedCurve: name }).privateKey.export({ ...export8, ...cipher }),
      ],
      ['a curve by its parameters', explicit.privateKey.export(export8)],
      ['a curve without a name', sequence(integer(0), sequence(oid.ecPublicKey), octets(ecPrivateKey(scalar, point)))],
      ['a trailing byte', Buffer.concat([right, Buffer.alloc(1)])],
      ['twice', Buffer.concat([right, right])],
      ['a byte short', right.subarray(0, -1)],
      ['a trailing byte in the inner sequence', pkcs8Around(oid[name], ecPrivateKey(scalar, point), Buffer.alloc(1))],
      [
        'another curve in the inner sequence',
        pkcs8Around(oid[name], ecPrivateKey(scalar, point, der(0xa0, otherCurve))),
      ],
      ['an inner version 0', pkcs8Around(oid[name], sequence(integer(0), octets(scalar)))],
      ['no inner version', pkcs8Around(oid[name], sequence(octets(scalar)))],
      ["another one's point", ecPkcs8(oid[name], scalar, otherPoint)],
      ['its point, mirrored', ecPkcs8(oid[name], scalar, mirrored(curve, point))],
      ['a point that is not on the curve', ecPkcs8(oid[name], scalar, flippedLast(point))],
      ['the point at infinity', ecPkcs8(oid[name], scalar, Buffer.alloc(1))],
      ['an empty point', ecPkcs8(oid[name], scalar, Buffer.alloc(0))],
      ['scalar 0', ecPkcs8(oid[name], fixed(0n, size))],
      ['scalar 0 with a point', ecPkcs8(oid[name], fixed(0n, size), point)],
      ['the order of the group', ecPkcs8(oid[name], fixed(curve.Point.Fn.ORDER, size))],
      ['the order of the group with a point', ecPkcs8(oid[name], fixed(curve.Point.Fn.ORDER, size), point)],
      ['one more than the order', ecPkcs8(oid[name], fixed(curve.Point.Fn.ORDER + 1n, size))],
      ['all ones', ecPkcs8(oid[name], Buffer.alloc(size, 0xff))],
      [
        'the order of the group more',
        ecPkcs8(
          oid[name],
          Buffer.from((number(scalar) + curve.Point.Fn.ORDER).toString(16).padStart(2 * size + 2, '0'), 'hex'),
        ),
      ],
      ['an empty scalar', ecPkcs8(oid[name], Buffer.alloc(0))],
      ['a public key', spki(name, point)],
      ['PEM', Buffer.from(`-----BEGIN PRIVATE KEY-----\n${right.toString('base64')}\n-----END PRIVATE KEY-----\n`)],
    ]
    for (const [what, encoded] of encodings) {
      t.equal(
        await outcome(async () => keyType.der.importSecret(encoded, random, inThisThread)),
        'INVALID_REQUEST',
        what,
      )
      t.equal(
        await outcome(async () => keyType.raw.importSecret(encoded, random, inThisThread)),
        'INVALID_REQUEST',
        what,
      )
    }
  })
}

function nodesKey(namedCurve: string): Buffer {
  return generateKeyPairSync('ec', { namedCurve }).privateKey.export({ format: 'der', type: 'pkcs8' })
}

function generateSec1(namedCurve: string): Buffer {
  return generateKeyPairSync('ec', { namedCurve }).privateKey.export({ format: 'der', type: 'sec1' })
}

function pkcs8Around(curve: Uint8Array, ...inner: Uint8Array[]): Buffer {
  return sequence(integer(0), sequence(oid.ecPublicKey, curve), octets(...inner))
}

/** The point with the same x and the other y. */
function mirrored(curve: typeof p256, point: Uint8Array): Buffer {
  return Buffer.from(curve.Point.fromBytes(point).negate().toBytes(false))
}
