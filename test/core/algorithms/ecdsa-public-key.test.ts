import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { outcome } from '@keyhold/contract'
import type { p256 } from '@noble/curves/nist.js'
import t from 'tap'
import { ecPkcs8, oid } from '../../support/der.ts'
import { ecdsaCurves, fixed, flippedLast, number, spki } from '../../support/ecdsa-curves.ts'

for (const { curve, size, name, ...keyType } of ecdsaCurves) {
  const scalar = fixed(number(randomBytes(size)) % curve.Point.Fn.ORDER, size)
  const point = Buffer.from(curve.getPublicKey(scalar, false))
  const compressed = Buffer.from(curve.getPublicKey(scalar, true))

  await t.test(`${name}: public keys go out and come in`, async t => {
    const nodes = generateKeyPairSync('ec', { namedCurve: name }).publicKey.export({ format: 'der', type: 'spki' })
    const decoded = keyType.der.publicPart.decode(nodes) ?? new Uint8Array(0)
    t.ok(nodes.equals(keyType.der.publicPart.encode(decoded, 'id') ?? decoded), 'as SubjectPublicKeyInfo')
    t.ok(spki(name, point).equals(keyType.der.publicPart.encode(point, 'id') ?? point), 'which is RFC 5480')
    t.ok(point.equals(keyType.der.publicPart.decode(spki(name, point)) ?? compressed))
    t.ok(point.equals(keyType.raw.publicPart.encode(point, 'id') ?? compressed), 'as an uncompressed point')
    t.ok(point.equals(keyType.raw.publicPart.decode(point) ?? compressed))
  })

  await t.test(`${name}: public keys that are refused`, async t => {
    const [aliasX, small] = reducibleX(curve, size)
    const points: [name: string, point: Buffer][] = [
      ['nothing', Buffer.alloc(0)],
      ['compressed', compressed],
      ['hybrid, even', Buffer.concat([Buffer.of(0x06), point.subarray(1)])],
      ['hybrid, odd', Buffer.concat([Buffer.of(0x07), point.subarray(1)])],
      ['without its prefix', point.subarray(1)],
      ['the point at infinity', Buffer.alloc(1)],
      ['the point at infinity at full length', Buffer.alloc(1 + 2 * size)],
      ['zeros', Buffer.concat([Buffer.of(0x04), Buffer.alloc(2 * size)])],
      ['not on the curve', flippedLast(point)],
      ['x and y exchanged', Buffer.concat([Buffer.of(0x04), point.subarray(1 + size), point.subarray(1, 1 + size)])],
      ['x plus the prime of the field', aliasX],
      ['a byte short', point.subarray(0, -1)],
      ['a byte more', Buffer.concat([point, Buffer.alloc(1)])],
    ]
    for (const [what, each] of points) {
      t.equal(await outcome(async () => keyType.raw.publicPart.decode(each)), 'INVALID_REQUEST', what)
      t.equal(await outcome(async () => keyType.der.publicPart.decode(spki(name, each))), 'INVALID_REQUEST', what)
    }
    t.equal(await outcome(async () => keyType.raw.publicPart.decode(small)), 'done', 'the x that was added to is fine')
    const other = name === 'P-256' ? 'P-384' : 'P-256'
    const encodings: [name: string, encoded: Buffer][] = [
      ['the bare point', point],
      ['another curve by name', spki(other, point)],
      [
        'another curve',
        generateKeyPairSync('ec', { namedCurve: other }).publicKey.export({ format: 'der', type: 'spki' }),
      ],
      ['a trailing byte', Buffer.concat([spki(name, point), Buffer.alloc(1)])],
      ['an unused bit', Buffer.from(spki(name, point).toString('hex').replace('0004', '0104'), 'hex')],
      ['an Ed25519 key', generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' })],
      ['a private key', ecPkcs8(oid[name], scalar, point)],
    ]
    for (const [what, each] of encodings) {
      t.equal(await outcome(async () => keyType.der.publicPart.decode(each)), 'INVALID_REQUEST', what)
    }
    t.equal(await outcome(async () => keyType.raw.publicPart.decode(spki(name, point))), 'INVALID_REQUEST', 'raw: DER')
  })
}

/** A point whose x plus the prime of the field still fits: written that way, and written properly. */
function reducibleX(curve: typeof p256, size: number): [alias: Buffer, proper: Buffer] {
  for (let x = 1n; ; x += 1n) {
    try {
      const proper = curve.Point.fromBytes(Buffer.concat([Buffer.of(0x02), fixed(x, size)])).toBytes(false)
      const alias = Buffer.concat([Buffer.of(0x04), fixed(x + curve.Point.Fp.ORDER, size), proper.subarray(1 + size)])
      return [alias, Buffer.from(proper)]
    } catch {
      // No point has this x.
    }
  }
}
