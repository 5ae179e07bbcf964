import { openSodiumEd25519, SodiumError } from '@keyhold/adapters'
import { ed25519Contract } from '@keyhold/contract'
import { openSslEd25519 } from '@keyhold/core'
import { ed25519KeyType } from '@keyhold/core/algorithms/ed25519.js'
import { ED25519_TORSION_SUBGROUP, ed25519 } from '@noble/curves/ed25519.js'
import { sha512 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import t from 'tap'
import { propertyRuns } from '../support/property-runs.ts'
import { absence, readVectors, type VectorCase } from '../vectors/wycheproof/vector-file.ts'

const sodium = await openSodiumEd25519().catch(error => {
  if (error instanceof SodiumError) return undefined
  throw error
})

if (sodium === undefined) {
  // On a system for which it has no binary, and on no other.
  const { glibcVersionRuntime } = (process.report.getReport() as { header: { glibcVersionRuntime?: string } }).header
  t.equal(glibcVersionRuntime, undefined, 'NOT TESTED: there is no libsodium here')
} else {
  await ed25519Contract(t, sodium)

  const file = 'ed25519_test.json'
  const absent = absence(file)
  await t.test(`Project Wycheproof${absent ? `: NOT REPLAYED, ${absent}` : ''}`, { skip: absent ?? false }, async t => {
    let cases = 0
    for (const { publicKey, tests } of readVectors(file).testGroups as readonly WycheproofGroup[]) {
      const { verify } = sodium.verifier(ed25519KeyType.publicPart.decode(hex(publicKey.pk)))
      for (const { tcId, comment, msg, sig, result } of tests) {
        t.equal(verify(hex(sig), hex(msg)), result === 'valid', `${tcId}: ${comment}`)
        cases += 1
      }
    }
    t.equal(cases, readVectors(file).numberOfTests)
  })

  await t.test('property: accepts what OpenSSL accepts, whoever made the signature and whatever it is', async () => {
    const { Point } = ed25519
    const order = Point.Fn.ORDER
    const torsion = ED25519_TORSION_SUBGROUP.map(hex => Point.fromHex(hex))
    const scalar = fc.oneof({ weight: 9, arbitrary: fc.bigInt(1n, order - 1n) }, fc.constant(0n))
    const made = fc.record({
      a: fc.bigInt(1n, order - 1n),
      r: scalar,
      torsionOfA: fc.constantFrom(...torsion),
      torsionOfR: fc.constantFrom(...torsion),
      message: fc.uint8Array({ maxLength: 100 }),
      orders: fc.constantFrom<bigint[]>(0n, 0n, 0n, 1n, 7n),
      flip: fc.option(fc.nat(511)),
    })
    const verdicts = new Set<boolean>()
    fc.assert(
      fc.property(made, ({ a, r, torsionOfA, torsionOfR, message, orders, flip }) => {
        const publicKey = Point.BASE.multiply(a).add(torsionOfA).toBytes()
        const encodedR = Point.BASE.multiplyUnsafe(r).add(torsionOfR).toBytes()
        const h = fromLittleEndian(sha512(Buffer.concat([encodedR, publicKey, message])))
        const signature = Buffer.concat([encodedR, littleEndian(((r + h * a) % order) + orders * order)])
        if (flip !== null) signature[flip >> 3] = (signature[flip >> 3] ?? 0) ^ (1 << (flip & 7))
        const verdict = sodium.verifier(publicKey).verify(signature, message)
        verdicts.add(verdict)
        return verdict === openSslEd25519.verifier(publicKey).verify(signature, message)
      }),
      { ...propertyRuns, examples: [[known(false)], [known(true)]] },
    )
    t.equal(verdicts.size, 2, 'some are accepted and some refused')

    function known(isFlipped: boolean) {
      const [zero = Point.ZERO] = torsion.filter(point => point.is0())
      const flip = isFlipped ? 0 : null
      return { a: 3n, r: 5n, torsionOfA: zero, torsionOfR: zero, message: Buffer.from('x'), orders: 0n, flip }
    }
  })
}

interface WycheproofGroup {
  readonly publicKey: { readonly pk: string }
  readonly tests: readonly (VectorCase & { readonly msg: string; readonly sig: string })[]
}

function hex(text: string): Buffer {
  return Buffer.from(text, 'hex')
}

function fromLittleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`)
}

function littleEndian(number: bigint): Buffer {
  return Buffer.from(number.toString(16).padStart(64, '0'), 'hex').reverse()
}
