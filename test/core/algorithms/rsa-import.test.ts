import { generatePrimeSync } from 'node:crypto'
import { outcome } from '@keyhold/contract'
import { keyTypes } from '@keyhold/core/algorithms/index.js'
import t from 'tap'
import { bits, der, integer, octets, oid, okpPkcs8, rsaPkcs8, sequence } from '../../support/der.ts'
import {
  newRsaNumbers,
  type RsaNumbers,
  rsaNumbersOf,
  rsaPrivateKey,
  rsaPublicKey,
  rsaSpki,
  signed,
  twosComplement,
} from '../../support/rsa-numbers.ts'
import { tools } from '../../support/tools.ts'

const right = newRsaNumbers(2048)
const other = newRsaNumbers(2048)
const rows = [keyTypes.RSARS256, keyTypes.RSAPS256]
const null_ = der(0x05)
const pkcs8 = (changes: Partial<RsaNumbers>) => rsaPkcs8(rsaPrivateKey({ ...right, ...changes }))

await t.test('private keys that are imported', async t => {
  const [p, q] = [right.p, right.q]
  const beside = der(0x81, Uint8Array.of(0), rsaPublicKey(right))
  const algorithm = sequence(oid.rsaEncryption, null_)
  const encodings: [name: string, encoded: Buffer, n?: bigint][] = [
    ['as OpenSSL makes them', rsaPkcs8(rsaPrivateKey(right))],
    ['with the primes exchanged', rsaPkcs8(rsaPrivateKey(rsaNumbersOf(q, p)))],
    ['with attributes', rsaPkcs8(rsaPrivateKey(right), der(0xa0))],
    ['with the public key beside', sequence(integer(1), algorithm, octets(rsaPrivateKey(right)), beside)],
    ['with another exponent', rsaPkcs8(rsaPrivateKey(rsaNumbersOf(p, q, 4294967291n)))],
    ['of 4096 bits', rsaPkcs8(rsaPrivateKey(newRsaNumbers(4096)))],
  ]
  for (const [what, encoded] of encodings) {
    for (const keyType of rows) {
      const before = encoded.toString('hex')
      const { secret, publicKey = encoded } = await keyType.importSecret(encoded, tools.random, tools.computation)
      t.equal(encoded.toString('hex'), before, 'the encoding stays as it was')
      encoded.fill(0)
      const signature = await secret?.spend(bytes => keyType.signer?.(bytes, publicKey, tools).sign(encoded))
      t.equal(await keyType.verifier?.(publicKey, tools).verify(signature ?? encoded, encoded), true, what)
      encoded.write(before, 'hex')
    }
  }
})

await t.test('private keys that are refused', async t => {
  const key = rsaPrivateKey(right)
  const whole = rsaPkcs8(key)
  const algorithm = sequence(oid.rsaEncryption, null_)
  const { n, e, d, p, q, dp, dq, qi } = right
  const close = closePrimes()
  const encodings: [name: string, encoded: Uint8Array][] = [
    ['nothing', Buffer.alloc(0)],
    ['of 2047 bits', rsaPkcs8(rsaPrivateKey(newRsaNumbers(2047)))],
    ['of 512 bits', rsaPkcs8(rsaPrivateKey(newRsaNumbers(512)))],
    ['of three bits', rsaPkcs8(rsaPrivateKey(rsaNumbersOf(3n, 5n, 3n)))],
    ['of 4097 bits', pkcs8({ n: (1n << 4096n) + 1n })],
    ['of 16384 bits', pkcs8({ n: (1n << 16383n) + 1n })],
    ['of 16384 bits, all of them', rsaPkcs8(rsaPrivateKey(hugeNumbers()))],
    ['an exponent of 1', pkcs8({ e: 1n, d: 1n, dp: 1n, dq: 1n })],
    ['an exponent of 0', pkcs8({ e: 0n })],
    ['an exponent of 3', rsaPkcs8(rsaPrivateKey(newRsaNumbers(2048, 3)))],
    ['an even exponent', pkcs8({ e: 65538n })],
    ['an exponent of 33 bits', rsaPkcs8(rsaPrivateKey(rsaNumbersOf(p, q, (1n << 32n) + 15n)))],
    ['an exponent as long as the modulus', pkcs8({ e: d, d: e })],
    ['a negative exponent', pkcs8({ e: -65537n })],
    ['an even modulus', pkcs8({ n: n + 1n })],
    ['a negative modulus', pkcs8({ n: -n })],
    ['the modulus of another key', pkcs8({ n: other.n })],
    ['a modulus two more', pkcs8({ n: n + 2n })],
    ['p and q of another key', pkcs8({ p: other.p, q: other.q })],
    ['p of another key', pkcs8({ p: other.p })],
    ['p of 1 and q the modulus', pkcs8({ p: 1n, q: n })],
    ['p and q of 1', pkcs8({ p: 1n, q: 1n })],
    ['p of 0', pkcs8({ p: 0n })],
    ['a negative p and q', pkcs8({ p: -p, q: -q })],
    ['an even p', rsaPkcs8(rsaPrivateKey({ ...right, n: (p + 1n) * q, p: p + 1n }))],
    ['p twice', rsaPkcs8(rsaPrivateKey({ ...rsaNumbersOf(p, q), n: p * p, q: p }))],
    ['primes that are too close', rsaPkcs8(rsaPrivateKey(rsaNumbersOf(...close)))],
    ['primes of different sizes', rsaPkcs8(rsaPrivateKey(rsaNumbersOf(prime(768), prime(1280))))],
    ['p that is no prime', rsaPkcs8(rsaPrivateKey(rsaNumbersOf(composite(), prime(1024))))],
    ['d of another key', pkcs8({ d: other.d })],
    ['d of 0', pkcs8({ d: 0n })],
    ['d of 1', pkcs8({ d: 1n })],
    ['a negative d', pkcs8({ d: -d })],
    ['d that is not reduced', pkcs8({ d: d + (p - 1n) * (q - 1n) })],
    ['dp of another key', pkcs8({ dp: other.dp })],
    ['dp that is not reduced', pkcs8({ dp: dp + p - 1n })],
    ['dp and dq exchanged', pkcs8({ dp: dq, dq: dp })],
    ['dq of 0', pkcs8({ dq: 0n })],
    ['qi of another key', pkcs8({ qi: other.qi })],
    ['qi that is not reduced', pkcs8({ qi: qi + p })],
    ['qi of 0', pkcs8({ qi: 0n })],
    [
      'a modulus with a needless zero',
      rsaPkcs8(sequence(integer(0), padded(n), ...[e, d, p, q, dp, dq, qi].map(signed))),
    ],
    ['an empty modulus', rsaPkcs8(sequence(integer(0), der(0x02), ...[e, d, p, q, dp, dq, qi].map(signed)))],
    ['three primes', rsaPkcs8(rsaPrivateKey(right, 1, sequence(sequence(...[p, dp, qi].map(signed)))))],
    ['version 1', rsaPkcs8(rsaPrivateKey(right, 1))],
    ['version 2', rsaPkcs8(rsaPrivateKey(right, 2))],
    ['no version', rsaPkcs8(sequence(...[n, e, d, p, q, dp, dq, qi].map(signed)))],
    ['a number less', rsaPkcs8(sequence(integer(0), ...[n, e, d, p, q, dp, dq].map(signed)))],
    ['a number more', rsaPkcs8(rsaPrivateKey(right, 0, integer(1)))],
    ['a trailing byte', Buffer.concat([whole, Buffer.alloc(1)])],
    ['a trailing byte in the key', rsaPkcs8(Buffer.concat([key, Buffer.alloc(1)]))],
    ['a trailing byte in the sequence', rsaPkcs8(rsaPrivateKey(right, 0, Buffer.alloc(1)))],
    ['a byte short', whole.subarray(0, -1)],
    ['twice', Buffer.concat([whole, whole])],
    ['PKCS#1', key],
    ['without parameters', sequence(integer(0), sequence(oid.rsaEncryption), octets(key))],
    ['as a key for PSS alone', sequence(integer(0), sequence(oid.rsassaPss), octets(key))],
    ['as an elliptic curve key', sequence(integer(0), sequence(oid.ecPublicKey, oid['P-256']), octets(key))],
    ['an Ed25519 key', okpPkcs8(oid.ed25519, Buffer.alloc(32, 1))],
    ['a public key', rsaPublicKey(right)],
    ['SubjectPublicKeyInfo', rsaSpki(rsaPublicKey(right))],
    [
      "another one's public key beside",
      sequence(integer(1), algorithm, octets(key), der(0x81, Uint8Array.of(0), rsaPublicKey(other))),
    ],
    ['attributes without an end', rsaPkcs8(key, der(0xa0, Buffer.alloc(4096)))],
    ['a long nothing', Buffer.alloc(60_000)],
    ['a sequence of 64 kB', sequence(integer(0), algorithm, octets(Buffer.alloc(60_000, 0x30)))],
    ['a BIT STRING in the place of the key', sequence(integer(0), algorithm, bits(key))],
  ]
  for (const [what, encoded] of encodings) {
    for (const keyType of rows) {
      t.equal(
        await outcome(async () => keyType.importSecret(encoded, tools.random, tools.computation)),
        'INVALID_REQUEST',
        what,
      )
    }
  }
})

await t.test('public keys', async t => {
  const { n, e } = right
  const whole = rsaPublicKey(right)
  for (const { publicPart } of rows) {
    const decoded = await publicPart?.decode(whole, tools.computation)
    t.ok(decoded && whole.equals(publicPart?.encode(decoded, '') ?? Buffer.alloc(0)), 'come in as they go out')
    const largest = rsaPublicKey({ n: (1n << 4096n) - 1n, e: 4294967295n })
    t.equal(await outcome(async () => publicPart?.decode(largest, tools.computation)), 'done', 'the largest')
    const refused: [name: string, encoded: Buffer][] = [
      ['nothing', Buffer.alloc(0)],
      ['SubjectPublicKeyInfo', rsaSpki(whole)],
      ['the modulus alone', sequence(signed(n))],
      ['a third number', rsaPublicKey(right, integer(1))],
      ['n and e exchanged', rsaPublicKey({ n: e, e: n })],
      ['2047 bits', rsaPublicKey({ n: (1n << 2047n) - 1n, e })],
      ['4097 bits', rsaPublicKey({ n: (1n << 4096n) + 1n, e })],
      ['16384 bits', rsaPublicKey({ n: (1n << 16384n) - 1n, e })],
      ['400000 bits', rsaPublicKey({ n: (1n << 400_000n) - 1n, e })],
      ['an even modulus', rsaPublicKey({ n: n + 1n, e })],
      ['a negative modulus', rsaPublicKey({ n: -n, e })],
      ['a modulus of 0', rsaPublicKey({ n: 0n, e })],
      ['an exponent of 1', rsaPublicKey({ n, e: 1n })],
      ['an exponent of 0', rsaPublicKey({ n, e: 0n })],
      ['an exponent of 3', rsaPublicKey({ n, e: 3n })],
      ['an exponent of 65535', rsaPublicKey({ n, e: 65535n })],
      ['an exponent of 65536', rsaPublicKey({ n, e: 65536n })],
      ['an exponent of 33 bits', rsaPublicKey({ n, e: (1n << 32n) + 1n })],
      ['an exponent as long as the modulus', rsaPublicKey({ n, e: n - 2n })],
      ['a negative exponent', rsaPublicKey({ n, e: -65537n })],
      ['a needless zero', sequence(padded(n), signed(e))],
      ['a needless zero in the exponent', sequence(signed(n), padded(e))],
      ['a trailing byte', Buffer.concat([whole, Buffer.alloc(1)])],
      ['a byte short', whole.subarray(0, -1)],
      ['a private key', rsaPrivateKey(right)],
    ]
    for (const [what, encoded] of refused) {
      t.equal(await outcome(async () => publicPart?.decode(encoded, tools.computation)), 'INVALID_REQUEST', what)
    }
  }
})

/** An INTEGER with one zero byte more than it needs. */
function padded(value: bigint): Buffer {
  return der(0x02, Buffer.alloc(1), twosComplement(value))
}

function prime(size: number): bigint {
  return generatePrimeSync(size, { bigint: true })
}

/** Of 1024 bits, with the first two set as in primes that OpenSSL chooses. */
function composite(): bigint {
  for (;;) {
    const product = prime(512) * prime(512)
    if (product >> 1022n === 3n) return product
  }
}

/** Two primes that begin with the same 400 bits and more. */
function closePrimes(): [bigint, bigint] {
  const [p, step] = [prime(1024), 1n << 600n]
  for (let q = p + step; ; q += 2n) if (isPrime(q)) return [p, q]
}

/** Fermat's test, which is enough for what is not chosen by an adversary. */
function isPrime(candidate: bigint): boolean {
  if ([3n, 5n, 7n, 11n, 13n, 17n, 19n, 23n].some(small => candidate % small === 0n)) return false
  let result = 1n
  for (const bit of (candidate - 1n).toString(2)) {
    result = (result * result) % candidate
    if (bit === '1') result = (result * 2n) % candidate
  }
  return result === 1n
}

/** Numbers of the size of a key of 16384 bits, which would take minutes to make. */
function hugeNumbers(): RsaNumbers {
  const half = (1n << 8192n) - 1n
  return { n: half * half, e: 65537n, d: half * half - 2n, p: half, q: half, dp: half, dq: half, qi: half }
}
