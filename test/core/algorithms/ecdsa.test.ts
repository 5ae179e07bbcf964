import { systemRandom } from '@keyhold/adapters'
import { inThisThread } from '@keyhold/core'
import type { EcdsaKeyType } from '@keyhold/core/algorithms/ecdsa.js'
import { keyTypes } from '@keyhold/core/algorithms/index.js'
import { thumbprint } from '@keyhold/core/algorithms/thumbprint.js'
import { p256, p384, p521 } from '@noble/curves/nist.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import fc from 'fast-check'
import t from 'tap'
import { der } from '../../support/der.ts'
import { fixed, number } from '../../support/ecdsa-curves.ts'
import { slowPropertyRuns } from '../../support/property-runs.ts'

const random = systemRandom()
const rows: [name: string, keyType: EcdsaKeyType, curve: typeof p256, size: number, format: 'der' | 'compact'][] = [
  ['P-256, DER', keyTypes.ECDSAP256DER, p256, 32, 'der'],
  ['P-256, IEEE P1363', keyTypes.ECDSAP256IEEEP1363, p256, 32, 'compact'],
  ['P-384, DER', keyTypes.ECDSAP384DER, p384, 48, 'der'],
  ['P-384, IEEE P1363', keyTypes.ECDSAP384IEEEP1363, p384, 48, 'compact'],
  ['P-521, DER', keyTypes.ECDSAP521DER, p521, 66, 'der'],
  ['P-521, IEEE P1363', keyTypes.ECDSAP521IEEEP1363, p521, 66, 'compact'],
  ['secp256k1, DER', keyTypes.ECDSASecp256k1DER, secp256k1, 32, 'der'],
  ['secp256k1, IEEE P1363', keyTypes.ECDSASecp256k1IEEEP1363, secp256k1, 32, 'compact'],
]

for (const [name, keyType, curve, size, format] of rows) {
  await t.test(name, async t => {
    const { ORDER } = curve.Point.Fn
    const scalarBytes = fc.bigInt({ min: 1n, max: ORDER - 1n }).map(scalar => fixed(scalar, size))
    const messageBytes = fc.uint8Array({ maxLength: 200 })

    await t.test('property: another implementation verifies what was signed', async () => {
      await fc.assert(
        fc.asyncProperty(scalarBytes, messageBytes, async (scalar, message) => {
          const publicKey = curve.getPublicKey(scalar, false)
          const signature = await keyPair(keyType, scalar, publicKey).signer.sign(message)
          return curve.verify(signature, message, publicKey, { lowS: false, format })
        }),
        slowPropertyRuns,
      )
    })

    await t.test('property: verifies what another implementation signed, with a low S or a high one', async () => {
      await fc.assert(
        fc.asyncProperty(scalarBytes, messageBytes, async (scalar, message) => {
          const publicKey = curve.getPublicKey(scalar, false)
          const compact = curve.sign(message, scalar, { lowS: true, format: 'compact' })
          const [r, s] = [number(compact.subarray(0, size)), number(compact.subarray(size))]
          const { verifier } = keyPair(keyType, scalar, publicKey)
          const low = await verifier.verify(encode(r, s, size, format), message)
          const high = await verifier.verify(encode(r, ORDER - s, size, format), message)
          return low && high
        }),
        slowPropertyRuns,
      )
    })

    await t.test('whatever is not the signature does not verify', async t => {
      const message = Buffer.from('message')
      const { signer, verifier } = await generated(keyType)
      const right = await signer.sign(message)
      const [r, s] = format === 'der' ? readDer(right) : [number(right.subarray(0, size)), number(right.subarray(size))]
      const other = format === 'der' ? 'compact' : 'der'
      const verified: string[] = []
      const attempt = async (name: string, signature: Uint8Array, over: Uint8Array = message, by = verifier) => {
        if ((await by.verify(signature, over)) !== false) verified.push(name)
      }
      for (const at of right.keys()) {
        await attempt(
          `bit of byte ${at}`,
          right.map((byte, i) => (i === at ? byte ^ (1 << (at % 8)) : byte)),
        )
      }
      for (const end of [0, 1, size - 1, size, right.length - 1]) await attempt(`cut at ${end}`, right.subarray(0, end))
      await attempt('a byte more', Buffer.concat([right, Buffer.alloc(1)]))
      await attempt('a byte before', Buffer.concat([Buffer.alloc(1), right]))
      await attempt('another message', right, Buffer.from('messagf'))
      await attempt('another key', right, message, (await generated(keyType)).verifier)
      await attempt('the other encoding', encode(r, s, size, other))
      await attempt('r and s exchanged', encode(s, r, size, format))
      for (const [what, wrongR, wrongS] of [
        ['zeros', 0n, 0n],
        ['r zero', 0n, s],
        ['s zero', r, 0n],
        ['ones', 1n, 1n],
        ['r the order', ORDER, s],
        ['s the order', r, ORDER],
        ['r plus the order', r + ORDER, s],
        ['s plus the order', r, s + ORDER],
      ] as const) {
        if (format === 'der' || fits(wrongR, size, wrongS)) await attempt(what, encode(wrongR, wrongS, size, format))
      }
      if (format === 'der') {
        await attempt('a negative r', sequenceOf(der(0x02, Uint8Array.of(0xff)), derInteger(s)))
        await attempt('a needless zero', sequenceOf(der(0x02, Buffer.alloc(1), contentOf(r)), derInteger(s)))
        await attempt('a third number', sequenceOf(derInteger(r), derInteger(s), derInteger(1n)))
        await attempt('one number', sequenceOf(derInteger(r)))
        await attempt('a SET', der(0x31, derInteger(r), derInteger(s)))
        const indefinite = [Buffer.from('3080', 'hex'), derInteger(r), derInteger(s), Buffer.alloc(2)]
        await attempt('a length of indefinite form', Buffer.concat(indefinite))
      }
      t.strictSame(verified, [])
      t.equal(await verifier.verify(encode(r, s, size, format), message), true, 'the signature itself verifies')
    })

    await t.test('a generated key: a scalar of full length, and its own public key', async t => {
      for (let i = 0; i < 3; i += 1) {
        const { scalar, publicKey } = await generated(keyType)
        t.equal(scalar.length, size)
        t.ok(number(scalar) > 0n && number(scalar) < ORDER)
        t.equal(Buffer.compare(publicKey, curve.getPublicKey(scalar, false)), 0)
      }
      const drawn: number[] = []
      const drawing = (length: number) => {
        drawn.push(length)
        return random(length)
      }
      await keyType.generate(drawing, undefined, inThisThread)
      t.ok((drawn[0] ?? 0) >= size + 8, 'from 64 bits more than the scalar has, so that it is not skewed')
    })

    await t.test('numbers that begin with a zero byte keep their length', async t => {
      const scalar = scalarOfShortCoordinate(curve, size)
      const publicKey = curve.getPublicKey(scalar, false)
      const jwk = keyType.publicPart.jwk(publicKey) ?? {}
      t.strictSame(Object.keys(jwk), ['crv', 'kty', 'x', 'y'], 'in the order of RFC 7638')
      t.equal(jwk['x'], Buffer.from(publicKey.subarray(1, 1 + size)).toString('base64url'))
      t.equal(jwk['y'], Buffer.from(publicKey.subarray(1 + size)).toString('base64url'))
      t.equal(thumbprint(jwk).length, 43)
      const { signer, verifier } = keyPair(keyType, scalar, publicKey)
      t.equal(await verifier.verify(await signer.sign(scalar), scalar), true, 'and can be used')
    })

    await t.test('the scalar is not changed by use', async t => {
      const { scalar, publicKey } = await generated(keyType)
      const before = Buffer.from(scalar).toString('hex')
      await keyPair(keyType, scalar, publicKey).signer.sign(Buffer.from('message'))
      t.equal(Buffer.from(scalar).toString('hex'), before)
    })
  })
}

function keyPair(keyType: EcdsaKeyType, scalar: Uint8Array, publicKey: Uint8Array) {
  return { scalar, publicKey, signer: keyType.signer(scalar, publicKey), verifier: keyType.verifier(publicKey) }
}

async function generated(keyType: EcdsaKeyType) {
  const { secret, publicKey } = await keyType.generate(random, undefined, inThisThread)
  const scalar = secret?.lend(bytes => Uint8Array.from(bytes))
  return keyPair(keyType, scalar ?? new Uint8Array(0), publicKey ?? new Uint8Array(0))
}

/** The first of the scalars 1, 2, … whose point has an x or y that begins with a zero byte. */
function scalarOfShortCoordinate(curve: typeof p256, size: number): Uint8Array {
  let point = curve.Point.BASE
  for (let scalar = 1n; ; scalar += 1n, point = point.add(curve.Point.BASE)) {
    const { x, y } = point.toAffine()
    if (x >> BigInt(8 * size - 8) === 0n || y >> BigInt(8 * size - 8) === 0n) return fixed(scalar, size)
  }
}

function encode(r: bigint, s: bigint, size: number, format: 'der' | 'compact'): Buffer {
  if (format === 'compact') return Buffer.concat([fixed(r, size), fixed(s, size)])
  return sequenceOf(derInteger(r), derInteger(s))
}

function sequenceOf(...numbers: Uint8Array[]): Buffer {
  return der(0x30, ...numbers)
}

function derInteger(value: bigint): Buffer {
  return der(0x02, contentOf(value))
}

/** Big-endian two's complement, as short as it can be (X.690 section 8.3). */
function contentOf(value: bigint): Buffer {
  const hex = value.toString(16)
  const even = hex.length % 2 === 0 ? hex : `0${hex}`
  return Buffer.from(/^[89a-f]/.test(even) ? `00${even}` : even, 'hex')
}

/** The two numbers of a signature in DER. */
function readDer(signature: Uint8Array): [r: bigint, s: bigint] {
  const start = signature[1] === 0x81 ? 3 : 2
  const middle = start + 2 + (signature[start + 1] ?? 0)
  return [number(signature.subarray(start + 2, middle)), number(signature.subarray(middle + 2))]
}

function fits(r: bigint, size: number, s: bigint): boolean {
  return (r | s) >> BigInt(8 * size) === 0n
}
