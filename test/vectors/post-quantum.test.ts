import { createHash } from 'node:crypto'
import type { Tools } from '@keyhold/core/algorithms/key-type.js'
import { mlDsa65KeyType } from '@keyhold/core/algorithms/ml-dsa.js'
import { encapsulate, mlKem768KeyType } from '@keyhold/core/algorithms/ml-kem.js'
import t from 'tap'
import { oid, seedPkcs8 } from '../support/der.ts'
import { tools } from '../support/tools.ts'
import { mlDsa, mlKem } from './published/post-quantum.ts'

const bytes = (hex: string) => Buffer.from(hex, 'hex')
const hex = (data: Uint8Array) => Buffer.from(data).toString('hex')
const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest('hex')
const randomOf = (given: Uint8Array): Tools => ({ ...tools, random: () => Uint8Array.from(given) })
const none = new Uint8Array(0)

t.test('public keys', async t => {
  const importDsa = mlDsa65KeyType.importSecret(
    seedPkcs8(oid['ML-DSA-65'], bytes(mlDsa.key.seed)),
    tools.random,
    tools.computation,
  )
  t.equal(sha256((await importDsa).publicKey ?? none), mlDsa.key.publicKeySha256)
  for (const { seed, publicKeySha256 } of mlKem.keys) {
    const made = await mlKem768KeyType.generate(() => bytes(seed), undefined, tools.computation)
    t.equal(sha256(made.publicKey ?? none), publicKeySha256)
  }
})

t.test('a signature of ML-DSA-65', async t => {
  const { seed, message, sha256: digest } = mlDsa.signature
  const signer = mlDsa65KeyType.signer?.(bytes(seed), none, randomOf(new Uint8Array(32)))
  t.equal(sha256((await signer?.sign(Buffer.from(message))) ?? none), digest)
})

t.test('a secret that is encapsulated with ML-KEM-768', async t => {
  const { random, ciphertextSha256, secret } = mlKem.encapsulation
  const { seed } = mlKem.keys[1]
  const { publicKey = none } = await mlKem768KeyType.generate(() => bytes(seed), undefined, tools.computation)
  const made = await encapsulate(publicKey, randomOf(bytes(random)))
  t.equal(sha256(made.ciphertext), ciphertextSha256)
  t.equal(hex(made.secret), secret)
  const decapsulator = mlKem768KeyType.decapsulator?.(bytes(seed), publicKey, tools)
  t.equal(hex((await decapsulator?.decapsulate(made.ciphertext)) ?? none), secret)
})
