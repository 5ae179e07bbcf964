import { systemRandom } from '@keyhold/adapters'
import { inThisThread } from '@keyhold/core'
import { keyTypes } from '@keyhold/core/algorithms/index.js'
import { derOfSignature, withLowS } from '@keyhold/core/algorithms/low-s.js'
import { thumbprint } from '@keyhold/core/algorithms/thumbprint.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import fc from 'fast-check'
import t from 'tap'
import { fixed, number } from '../../support/ecdsa-curves.ts'

const { ORDER } = secp256k1.Point.Fn
const half = ORDER / 2n
const numbers = fc.oneof(fc.bigInt({ min: 1n, max: ORDER - 1n }), fc.bigInt({ min: 1n, max: 300n }))

t.test('the lower s', async t => {
  const r = fixed(7n, 32)
  const cases: readonly (readonly [string, s: bigint, low: bigint])[] = [
    ['1', 1n, 1n],
    ['half the order', half, half],
    ['one more', half + 1n, half],
    ['the order less one', ORDER - 1n, 1n],
    ['one that has leading zeros when it is low', ORDER - 255n, 255n],
  ]
  for (const [name, s, low] of cases) {
    const signature = Buffer.concat([r, fixed(s, 32)])
    t.strictSame(Buffer.from(withLowS(signature, ORDER)), Buffer.concat([r, fixed(low, 32)]), name)
    t.strictSame(signature, Buffer.concat([r, fixed(s, 32)]), `${name}: what was given stays as it was`)
  }
})

t.test('property: DER is what another implementation writes', async () => {
  fc.assert(
    fc.property(numbers, numbers, (r, s) => {
      const raw = Buffer.concat([fixed(r, 32), fixed(s, 32)])
      const expected = secp256k1.Signature.fromBytes(raw, 'compact').toBytes('der')
      return Buffer.compare(derOfSignature(raw), expected) === 0
    }),
  )
})

t.test('secp256k1 never signs with a high s, which OpenSSL does every other time', async t => {
  for (const [keyType, format] of [
    [keyTypes.ECDSASecp256k1DER, 'der'],
    [keyTypes.ECDSASecp256k1IEEEP1363, 'compact'],
  ] as const) {
    const scalar = secp256k1.utils.randomSecretKey()
    const signer = keyType.signer?.(scalar, secp256k1.getPublicKey(scalar, false))
    for (let i = 0; i < 40; i += 1) {
      const signature = (await signer?.sign(Uint8Array.of(i))) ?? new Uint8Array(0)
      t.notOk(secp256k1.Signature.fromBytes(signature, format).hasHighS())
      if (format === 'compact') t.ok(number(signature.subarray(32)) <= half)
    }
  }
})

t.test('a thumbprint of secp256k1 has the name of the curve in capitals', async t => {
  const { publicPart, generate } = keyTypes.ECDSASecp256k1IEEEP1363
  const { publicKey = new Uint8Array(0) } = await generate(systemRandom(), undefined, inThisThread)
  const jwk = publicPart?.jwk(publicKey) ?? {}
  t.strictSame(Object.keys(jwk), ['crv', 'kty', 'x', 'y'])
  t.equal(jwk['crv'], 'SECP256K1')
  t.equal(thumbprint(jwk).length, 43)
})
