import { randomBytes } from 'node:crypto'
import { systemRandom } from '@keyhold/adapters'
import { outcome } from '@keyhold/contract'
import { keyTypes } from '@keyhold/core/algorithms/index.js'
import type { Aead, SynchronousKeyType } from '@keyhold/core/algorithms/key-type.js'
import { gcm } from '@noble/ciphers/aes.js'
import { chacha20poly1305, xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import fc from 'fast-check'
import t from 'tap'
import { propertyRuns } from '../../support/property-runs.ts'

interface Row {
  readonly keyType: SynchronousKeyType
  readonly keyLength: number
  readonly nonceLength: number
  /** The second implementation. */
  readonly noble: typeof gcm | typeof chacha20poly1305
}

const rows: Record<string, Row> = {
  AES128GCM: { keyType: keyTypes.AES128GCM, keyLength: 16, nonceLength: 12, noble: gcm },
  AES256GCM: { keyType: keyTypes.AES256GCM, keyLength: 32, nonceLength: 12, noble: gcm },
  AES256GCMNoPrefix: { keyType: keyTypes.AES256GCMNoPrefix, keyLength: 32, nonceLength: 12, noble: gcm },
  ChaCha20Poly1305: { keyType: keyTypes.ChaCha20Poly1305, keyLength: 32, nonceLength: 12, noble: chacha20poly1305 },
  XChaCha20Poly1305: { keyType: keyTypes.XChaCha20Poly1305, keyLength: 32, nonceLength: 24, noble: xchacha20poly1305 },
}

for (const [name, { keyType, keyLength, nonceLength, noble }] of Object.entries(rows)) {
  await t.test(name, async t => {
    const random = systemRandom()
    const bytes = fc.uint8Array({ maxLength: 100 })
    const key = fc.uint8Array({ minLength: keyLength, maxLength: keyLength })
    const nonce = fc.uint8Array({ minLength: nonceLength, maxLength: nonceLength })

    await t.test('property: another implementation opens what was encrypted', async () => {
      fc.assert(
        fc.property(key, bytes, bytes, (key, plaintext, associatedData) => {
          const encrypted = open(keyType, key).encrypt(plaintext, associatedData, random)
          const opened = noble(key, encrypted.nonce, associatedData).decrypt(Uint8Array.from(encrypted.ciphertext))
          return Buffer.compare(opened, plaintext) === 0
        }),
        propertyRuns,
      )
    })

    await t.test('property: opens what another implementation encrypted', async () => {
      fc.assert(
        fc.property(key, nonce, bytes, bytes, (key, nonce, plaintext, associatedData) => {
          const ciphertext = noble(key, nonce, associatedData).encrypt(plaintext)
          const opened = open(keyType, key).decrypt({ ciphertext, nonce }, associatedData)
          return opened !== undefined && Buffer.compare(opened, plaintext) === 0
        }),
        propertyRuns,
      )
    })

    await t.test('the nonce is drawn once, and nothing else is', async t => {
      const drawn: number[] = []
      const nonce = randomBytes(nonceLength)
      const encrypted = open(keyType, randomBytes(keyLength)).encrypt(
        Buffer.from('text'),
        Buffer.from('data'),
        length => {
          drawn.push(length)
          return Uint8Array.from(nonce)
        },
      )
      t.strictSame(drawn, [nonceLength])
      t.equal(Buffer.compare(encrypted.nonce, nonce), 0)
      t.equal(encrypted.ciphertext.length, 4 + 16)
    })

    await t.test('whatever does not belong together does not open', async t => {
      const aead = open(keyType, randomBytes(keyLength))
      const associatedData = Buffer.from('data')
      const { ciphertext, nonce } = aead.encrypt(Buffer.from('a text'), associatedData, random)
      const other = aead.encrypt(Buffer.from('a text'), associatedData, random)
      const opened: string[] = []
      const attempt = (name: string, ciphertext: Uint8Array, nonce: Uint8Array, data: Uint8Array, by = aead) => {
        if (by.decrypt({ ciphertext, nonce }, data) !== undefined) opened.push(name)
      }
      for (const [at, flipped] of flips(ciphertext)) attempt(`ciphertext ${at}`, flipped, nonce, associatedData)
      for (const [at, flipped] of flips(nonce)) attempt(`nonce ${at}`, ciphertext, flipped, associatedData)
      for (const [at, flipped] of flips(associatedData)) attempt(`associated data ${at}`, ciphertext, nonce, flipped)
      for (const end of ciphertext.keys()) attempt(`cut at ${end}`, ciphertext.subarray(0, end), nonce, associatedData)
      attempt('longer', Buffer.concat([ciphertext, Buffer.alloc(1)]), nonce, associatedData)
      for (const length of [0, 1, 8, 11, 12, 13, 16, 23, 24, 25, 32, 1000]) {
        if (length !== nonceLength) attempt(`nonce of ${length}`, ciphertext, Buffer.alloc(length), associatedData)
      }
      attempt("another one's nonce", ciphertext, other.nonce, associatedData)
      attempt('no associated data', ciphertext, nonce, Buffer.alloc(0))
      attempt('another key', ciphertext, nonce, associatedData, open(keyType, randomBytes(keyLength)))
      t.strictSame(opened, [])
      t.ok(aead.decrypt({ ciphertext, nonce }, associatedData), 'what belongs together opens')
    })

    await t.test('neither the key nor what it is used on is changed', async t => {
      const [key, plaintext, associatedData] = [randomBytes(keyLength), randomBytes(40), randomBytes(20)]
      const before = [key, plaintext, associatedData].map(each => each.toString('hex'))
      const aead = open(keyType, key)
      const encrypted = aead.encrypt(plaintext, associatedData, random)
      const ciphertext = Buffer.from(encrypted.ciphertext).toString('hex')
      aead.decrypt(encrypted, associatedData)
      t.equal(Buffer.from(encrypted.ciphertext).toString('hex'), ciphertext)
      t.strictSame(
        [key, plaintext, associatedData].map(each => each.toString('hex')),
        before,
      )
      key.fill(0)
      t.ok(aead.decrypt(encrypted, associatedData), 'an opened key needs its bytes no more')
    })

    await t.test('only keys of the right length are imported', async t => {
      for (const length of [0, 1, 15, 16, 17, 24, 31, 32, 33, 64]) {
        const expected = length === keyLength ? 'done' : 'INVALID_REQUEST'
        t.equal(
          await outcome(async () => keyType.importSecret(randomBytes(length), random)),
          expected,
          `${length} bytes`,
        )
      }
      const given = randomBytes(keyLength)
      const { secret } = keyType.importSecret(given, random)
      t.equal(
        secret?.lend(bytes => Buffer.compare(bytes, given)),
        0,
        'as it was given',
      )
      given.fill(0)
      t.notOk(
        secret?.lend(bytes => bytes.every(byte => byte === 0)),
        'and as a copy',
      )
    })

    await t.test('a generated key is as many random bytes', async t => {
      const { secret, publicKey } = keyType.generate(length => new Uint8Array(length).fill(7))
      t.equal(
        secret?.lend(bytes => Buffer.from(bytes).toString('hex')),
        '07'.repeat(keyLength),
      )
      t.equal(publicKey, undefined)
    })
  })
}

function open(keyType: SynchronousKeyType, key: Uint8Array): Aead {
  const aead = keyType.aead?.(key, new Uint8Array(0))
  if (aead === undefined) throw new Error('no AEAD')
  return aead
}

function flips(bytes: Uint8Array): [at: number, flipped: Uint8Array][] {
  return Array.from(bytes.keys(), at => [at, bytes.map((byte, i) => (i === at ? byte ^ (1 << (at % 8)) : byte))])
}
