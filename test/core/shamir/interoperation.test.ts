import { seededRandom } from '@keyhold/adapters'
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
import secretsJs from 'secrets.js-grempe'
import { combine, split } from 'shamir-secret-sharing'
import t from 'tap'
import { slowPropertyRuns } from '../../support/property-runs.ts'

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const random = seededRandom(1)
const runs = { numRuns: 5 * slowPropertyRuns.numRuns }

/** How others split and combine, with shares as a header carries them. */
interface Library {
  split(secret: Uint8Array, shares: number, threshold: number): Promise<string[]>
  combine(shares: readonly string[]): Promise<string>
}

const libraries: Readonly<Record<ShareField, Library>> = {
  'gf256-11b': {
    split: async (secret, shares, threshold) => (await split(secret, shares, threshold)).map(base64),
    combine: async shares => hex(await combine(shares.map(share => Uint8Array.from(Buffer.from(share, 'base64'))))),
  },
  'secrets.js': {
    split: async (secret, shares, threshold) => secretsJs.share(hex(secret), shares, threshold),
    combine: async shares => secretsJs.combine([...shares]),
  },
}
const fields = Object.keys(libraries) as ShareField[]
const textOf = (field: ShareField, share: Uint8Array) =>
  field === 'gf256-11b' ? base64(share) : Buffer.from(share).toString('latin1')

const secrets = fc.uint8Array({ minLength: 16, maxLength: 64 })
/** How many shares of how many, and which two of them. */
const choices = fc.integer({ min: 2, max: 8 }).chain(n =>
  fc.tuple(
    fc.constant(n),
    fc.shuffledSubarray(
      Array.from({ length: n }, (_, index) => index),
      { minLength: 2, maxLength: 2 },
    ),
  ),
)

async function combineTexts(field: ShareField, own: string, held: string): Promise<string> {
  return (await combineShares(field, readShare(field, own), readShare(field, held))).lend(hex)
}

for (const field of fields) {
  const library = libraries[field]

  await t.test(`${field}: any two shares that a library made 2 of n open the secret`, async () => {
    const property = fc.asyncProperty(secrets, choices, async (secret, [n, [first = 0, second = 0]]) => {
      const shares = await library.split(secret, n, 2)
      return (await combineTexts(field, shares[first] ?? '', shares[second] ?? '')) === hex(secret)
    })
    await fc.assert(property, runs)
  })

  await t.test(`${field}: the library combines what was split here, and so do we`, async () => {
    const property = fc.asyncProperty(secrets, async secret => {
      const [one, other] = (await splitSecret(field, secret, random)).map(share => textOf(field, share))
      if (one === undefined || other === undefined || one === other) return false
      const combined = [await library.combine([one, other]), await combineTexts(field, other, one)]
      return combined.every(result => result === hex(secret))
    })
    await fc.assert(property, runs)
  })

  await t.test(`${field}: the check value passes the two right shares and no others`, async () => {
    const property = fc.asyncProperty(secrets, secrets, async (secret, otherSecret) => {
      const checkValue = shareCheckValue(new SecretBytes(Uint8Array.from(secret)), 'keystore')
      const passes = async (own: string, held: string) => {
        // Another length, the same x, or no secret at all: two shares that do not fit are refused before.
        const shares = () => combineShares(field, readShare(field, own), readShare(field, held))
        if ((await outcome(shares)) === 'SHARE_REJECTED') return false
        return isShareCheckValue(checkValue, await shares(), 'keystore')
      }
      const [one = '', two = ''] = await library.split(secret, 2, 2)
      // Shares at the same places, of as many bytes and of another line.
      const wrong = await library.split(secret, 2, 2)
      const foreign = await library.split(otherSecret, 2, 2)
      const tooFew = await library.split(secret, 3, 3)
      if (!(await passes(one, two)) || !(await passes(two, one))) return false
      for (const share of [...wrong, ...foreign]) {
        if (await passes(one, share)) return false
        if (await passes(share, two)) return false
      }
      return !(await passes(one, one)) && !(await passes(tooFew[0] ?? '', tooFew[1] ?? ''))
    })
    await fc.assert(property, runs)
  })
}

await t.test('a share is refused in the other field', async t => {
  const secret = random(32)
  const [vault = ''] = await libraries['gf256-11b'].split(secret, 2, 2)
  const [text = ''] = await libraries['secrets.js'].split(secret, 2, 2)
  t.equal(await outcome(async () => readShare('secrets.js', vault)), 'INVALID_REQUEST')
  t.equal(await outcome(async () => readShare('gf256-11b', text)), 'INVALID_REQUEST')
})

await t.test('secrets.js: however the library was told to pad, the secret is found behind it', async t => {
  for (const padding of [8, 64, 128, 256, 512, 1000, 1024]) {
    for (const length of [16, 31, 32, 64]) {
      const secret = random(length)
      const [one = '', other = ''] = secretsJs.share(hex(secret), 2, 2, padding)
      t.equal(await combineTexts('secrets.js', one, other), hex(secret), `${length} bytes, padded to ${padding} bits`)
    }
  }
})

await t.test('secrets.js: a secret that is not of whole bytes is none', async t => {
  const [one = '', other = ''] = secretsJs.share('a'.repeat(63), 2, 2)
  t.equal(await outcome(() => combineTexts('secrets.js', one, other)), 'SHARE_REJECTED')
})
