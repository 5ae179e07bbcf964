import { systemRandom } from '@keyhold/adapters'
import { outcome } from '@keyhold/contract'
import {
  combineShares,
  isShareCheckValue,
  readShare,
  SecretBytes,
  type ShareField,
  shareCheckValue,
  splitSecret,
} from '@keyhold/core'
import fc from 'fast-check'
import t from 'tap'
import { propertyRuns } from '../../support/property-runs.ts'

const random = systemRandom()
const held = (bytes: Uint8Array) => new SecretBytes(Uint8Array.from(bytes))

/** Whoever has one share, and puts anything in the place of the other one. */
const guesses: Readonly<Record<ShareField, (own: Uint8Array) => fc.Arbitrary<Uint8Array>>> = {
  'gf256-11b': own =>
    fc.oneof(
      fc.uint8Array({ minLength: own.length, maxLength: own.length }),
      fc.uint8Array({ maxLength: 80 }),
      // What is nearly his own, at another place.
      fc.tuple(fc.nat(own.length - 1), fc.nat(255), fc.nat(255)).map(([at, byte, x]) => {
        const guess = Uint8Array.from(own)
        guess[at] = byte
        guess[own.length - 1] = x
        return guess
      }),
      fc.constantFrom(own, new Uint8Array(own.length), Uint8Array.of()),
    ),
  'secrets.js': own =>
    fc
      .tuple(fc.nat(255), fc.uint8Array({ minLength: (own.length - 3) / 2, maxLength: (own.length - 3) / 2 }))
      .map(([x, bytes]) => Buffer.from(`8${Buffer.of(x).toString('hex')}${Buffer.from(bytes).toString('hex')}`)),
}

for (const field of ['gf256-11b', 'secrets.js'] as const) {
  t.test(`${field}: nobody opens a lock with one share, whatever he puts in the place of the other`, async t => {
    const secret = random(32)
    const checkValue = shareCheckValue(held(secret), 'ks')
    const shares = await splitSecret(field, secret, random)
    const isRight = async (own: Uint8Array, other: Uint8Array) => {
      const combined = await combineShares(field, held(own), held(other))
      return combined.spend(() => isShareCheckValue(checkValue, combined, 'ks'))
    }
    t.equal(await isRight(...shares), true, 'both together do')
    for (const own of shares) {
      const property = fc.asyncProperty(guesses[field](own), async guess => {
        const ended = await outcome(async () => {
          if (await isRight(own, guess)) throw new Error('it opens')
        })
        if (ended !== 'done' && ended !== 'SHARE_REJECTED') throw new Error(ended)
      })
      const { failed, counterexample, errorInstance } = await fc.check(property, propertyRuns)
      t.notOk(failed, JSON.stringify({ counterexample, error: String(errorInstance) }))
    }
  })
}

t.test('one share says nothing: with it, every secret is as possible as every other', async t => {
  const [own, other] = await splitSecret('gf256-11b', random(16), random)
  for (const at of [0, 7, 15]) {
    const secrets = new Set<number | undefined>()
    for (let byte = 0; byte < 256; byte += 1) {
      const guess = Uint8Array.from(other)
      guess[at] = byte
      const combined = await combineShares('gf256-11b', held(own), held(guess))
      secrets.add(combined.lend(bytes => bytes[at]))
    }
    t.equal(secrets.size, 256, `byte ${at}`)
  }
})

t.test('what a request sends never decides alone: a share at x = 0 is none', async t => {
  const own = Buffer.concat([random(32), Buffer.of(0)])
  t.equal(await outcome(async () => readShare('gf256-11b', own.toString('base64'))), 'INVALID_REQUEST')
})
