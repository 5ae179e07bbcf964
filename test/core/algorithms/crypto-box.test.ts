import { randomBytes } from 'node:crypto'
import { outcome } from '@keyhold/contract'
import { ed25519Box } from '@keyhold/core/algorithms/crypto-box.js'
import { hsalsa, xsalsa20poly1305 } from '@noble/ciphers/salsa.js'
import { ed25519, x25519 } from '@noble/curves/ed25519.js'
import { blake2b } from '@noble/hashes/blake2.js'
import fc from 'fast-check'
import t from 'tap'
import { propertyRuns } from '../../support/property-runs.ts'

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const montgomery = (seed: Uint8Array) => ed25519.utils.toMontgomery(ed25519.getPublicKey(seed))

/** NaCl's key of two, by noble alone. */
function sharedKey(secret: Uint8Array, theirs: Uint8Array): Uint8Array {
  const words = (raw: Uint8Array) => new Uint32Array(Uint8Array.from(raw).buffer)
  const key = new Uint32Array(8)
  const sigma = words(Buffer.from('expand 32-byte k'))
  hsalsa(sigma, words(x25519.getSharedSecret(secret, theirs)), new Uint32Array(4), key)
  return new Uint8Array(key.buffer)
}

await t.test('property: what one makes the other opens, and it is what another implementation makes', async () => {
  fc.assert(
    fc.property(bytes(32), bytes(32), bytes(24), fc.uint8Array({ maxLength: 200 }), (one, two, nonce, message) => {
      const box = ed25519Box(one).seal(message, nonce, montgomery(two))
      const elsewhere = sharedKey(ed25519.utils.toMontgomerySecret(two), montgomery(one))
      const same = Buffer.compare(box, xsalsa20poly1305(elsewhere, nonce).encrypt(message)) === 0
      const opened = ed25519Box(two).open(box, nonce, montgomery(one))
      return same && opened !== undefined && Buffer.compare(opened, message) === 0
    }),
    propertyRuns,
  )
})

await t.test('property: what was sealed opens', async () => {
  fc.assert(
    fc.property(bytes(32), bytes(32), fc.uint8Array({ maxLength: 200 }), (seed, ephemeral, message) => {
      const [epk, own] = [x25519.getPublicKey(ephemeral), montgomery(seed)]
      const nonce = blake2b(Buffer.concat([epk, own]), { dkLen: 24 })
      const box = xsalsa20poly1305(sharedKey(ephemeral, own), nonce).encrypt(message)
      const opened = ed25519Box(seed).openSealed(Buffer.concat([epk, box]))
      return opened !== undefined && Buffer.compare(opened, message) === 0
    }),
    propertyRuns,
  )
})

await t.test('whatever bit is flipped, and whatever is cut, it does not open', async t => {
  const [one, two, nonce] = [randomBytes(32), randomBytes(32), randomBytes(24)]
  const box = ed25519Box(one).seal(Buffer.from('message'), nonce, montgomery(two))
  const opener = ed25519Box(two)
  const opened: string[] = []
  for (const at of box.keys()) {
    const flipped = box.map((byte, i) => (i === at ? byte ^ (1 << (at % 8)) : byte))
    if (opener.open(flipped, nonce, montgomery(one)) !== undefined) opened.push(`bit of byte ${at}`)
    if (opener.open(box.subarray(0, at), nonce, montgomery(one)) !== undefined) opened.push(`cut at ${at}`)
  }
  for (const length of [0, 31, 32, 47, 48, 200]) {
    if (opener.openSealed(randomBytes(length)) !== undefined) opened.push(`${length} random bytes`)
  }
  if (opener.openSealed(new Uint8Array(100)) !== undefined) opened.push('a point of low order')
  t.strictSame(opened, [])
})

await t.test('a point of low order', async t => {
  const box = ed25519Box(randomBytes(32))
  const zero = new Uint8Array(32)
  const nonce = new Uint8Array(24)
  t.equal(await outcome(async () => box.seal(zero, nonce, zero)), 'INVALID_REQUEST')
  t.equal(await outcome(async () => box.open(zero, nonce, zero)), 'INVALID_REQUEST')
})
