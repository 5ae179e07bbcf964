import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { systemRandom } from '@keyhold/adapters'
import { outcome } from '@keyhold/contract'
import { ed25519KeyType } from '@keyhold/core/algorithms/ed25519.js'
import { ed25519 } from '@noble/curves/ed25519.js'
import fc from 'fast-check'
import t from 'tap'
import { bits, der, ecPkcs8, ecPrivateKey, integer, octets, oid, okpPkcs8, sequence } from '../../support/der.ts'
import { propertyRuns } from '../../support/property-runs.ts'
import { tools } from '../../support/tools.ts'

const random = systemRandom()
const seedBytes = fc.uint8Array({ minLength: 32, maxLength: 32 })
const messageBytes = fc.uint8Array({ maxLength: 200 })

await t.test('property: signs as another implementation does, and each verifies the other', async () => {
  fc.assert(
    fc.property(seedBytes, messageBytes, (seed, message) => {
      const { signer, verifier } = keyPair(seed)
      const signature = signer.sign(message)
      const same = Buffer.compare(signature, ed25519.sign(message, seed)) === 0
      return same && verifier.verify(signature, message) === true
    }),
    propertyRuns,
  )
})

await t.test('whatever is not the signature does not verify', async t => {
  const [seed, message] = [randomBytes(32), Buffer.from('message')]
  const { signer, verifier } = keyPair(seed)
  const right = signer.sign(message)
  const verified: string[] = []
  const attempt = (name: string, signature: Uint8Array, over: Uint8Array = message, by = verifier) => {
    if (by.verify(signature, over) !== false) verified.push(name)
  }
  for (const at of right.keys()) {
    attempt(
      `bit of byte ${at}`,
      right.map((byte, i) => (i === at ? byte ^ (1 << (at % 8)) : byte)),
    )
    attempt(`cut at ${at}`, right.subarray(0, at))
  }
  attempt('a byte more', Buffer.concat([right, Buffer.alloc(1)]))
  attempt('zeros', Buffer.alloc(64))
  attempt('another message', right, Buffer.from('messagf'))
  attempt('another key', right, message, keyPair(randomBytes(32)).verifier)
  attempt('S plus the order of the group', plusOrder(right))
  t.strictSame(verified, [])
  t.equal(verifier.verify(right, message), true, 'the signature itself verifies')
})

await t.test('a generated key: the seed is random, the public key is its own', async t => {
  const seed = randomBytes(32)
  const { secret, publicKey } = ed25519KeyType.generate(() => Uint8Array.from(seed))
  t.equal(
    secret?.lend(bytes => Buffer.compare(bytes, seed)),
    0,
  )
  t.equal(Buffer.compare(publicKey ?? seed, ed25519.getPublicKey(seed)), 0)
})

await t.test('PKCS#8 is imported', async t => {
  const seed = randomBytes(32)
  const nodes = generateKeyPairSync('ed25519')
  const encodings: [name: string, encoded: Uint8Array, publicKey: Uint8Array][] = [
    ['as RFC 8410 has it', okpPkcs8(oid.ed25519, seed), ed25519.getPublicKey(seed)],
    ['with attributes', okpPkcs8(oid.ed25519, seed, der(0xa0, octets(seed))), ed25519.getPublicKey(seed)],
    ['with its public key', withPublicKey(seed, ed25519.getPublicKey(seed)), ed25519.getPublicKey(seed)],
    [
      'as OpenSSL makes it',
      nodes.privateKey.export({ format: 'der', type: 'pkcs8' }),
      nodes.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32),
    ],
  ]
  for (const [name, encoded, publicKey] of encodings) {
    const before = Buffer.from(encoded).toString('hex')
    const material = ed25519KeyType.importSecret(encoded, random)
    t.equal(Buffer.compare(material.publicKey ?? seed, publicKey), 0, name)
    t.equal(Buffer.from(encoded).toString('hex'), before, 'the encoding stays as it was')
    const derived = material.secret?.lend(bytes => ed25519.getPublicKey(Uint8Array.from(bytes)))
    t.equal(Buffer.compare(derived ?? seed, publicKey), 0, 'the stored secret is the seed')
  }
})

await t.test('private keys that are refused', async t => {
  const seed = randomBytes(32)
  const right = okpPkcs8(oid.ed25519, seed)
  const otherPublicKey = ed25519.getPublicKey(randomBytes(32))
  const encrypted = generateKeyPairSync('ed25519').privateKey.export({
    format: 'der',
    type: 'pkcs8',
    cipher: 'aes-256-cbc',
    passphrase: '',
  })
  const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({ format: 'der', type: 'pkcs8' })
  const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'der', type: 'pkcs8' })
  const encodings: [name: string, encoded: Uint8Array][] = [
    ['nothing', new Uint8Array(0)],
    ['the raw seed', seed],
    ['seed and public key', Buffer.concat([seed, ed25519.getPublicKey(seed)])],
    ['an OCTET STRING', octets(seed)],
    ['X25519', okpPkcs8(oid.x25519, seed)],
    ['Ed448', okpPkcs8(oid.ed448, randomBytes(57))],
    ['Ed448 with a seed of 32 bytes', okpPkcs8(oid.ed448, seed)],
    ['P-256', p256],
    ['RSA', rsa],
    ['SEC1', ecPrivateKey(seed)],
    ['an elliptic curve key under this name', ecPkcs8(oid.ed25519, seed)],
    ['encrypted PKCS#8', encrypted],
    ['a seed of 31 bytes', okpPkcs8(oid.ed25519, seed.subarray(1))],
    ['a seed of 33 bytes', okpPkcs8(oid.ed25519, Buffer.concat([seed, Buffer.alloc(1)]))],
    ['an empty seed', okpPkcs8(oid.ed25519, new Uint8Array(0))],
    ['a seed without its own OCTET STRING', sequence(integer(0), sequence(oid.ed25519), octets(seed))],
    ['a trailing byte', Buffer.concat([right, Buffer.alloc(1)])],
    ['a trailing byte in the sequence', sequence(right.subarray(2), Buffer.alloc(1))],
    ['twice', Buffer.concat([right, right])],
    ['a byte short', right.subarray(0, -1)],
    ['a length of indefinite form', Buffer.concat([Buffer.from('3080', 'hex'), right.subarray(2), Buffer.alloc(2)])],
    ['a SET', der(0x31, right.subarray(2))],
    ["with another one's public key", withPublicKey(seed, otherPublicKey)],
    ['with its public key, and unused bits', withPublicKey(seed, ed25519.getPublicKey(seed), 1)],
    ['with half of its public key', withPublicKey(seed, ed25519.getPublicKey(seed).subarray(0, 16))],
    [
      'with its public key, in the first version',
      okpPkcs8(oid.ed25519, seed, der(0x81, Buffer.alloc(1), otherPublicKey)),
    ],
    ['a third version', sequence(integer(2), sequence(oid.ed25519), octets(octets(seed)))],
    ['a version of two bytes', sequence(der(0x02, Buffer.alloc(2)), sequence(oid.ed25519), octets(octets(seed)))],
    ['an algorithm with NULL parameters', okpPkcs8(Buffer.concat([oid.ed25519, Buffer.from('0500', 'hex')]), seed)],
    ['a length in needless bytes', Buffer.concat([Buffer.from('30812e', 'hex'), right.subarray(2)])],
    ['a length of three bytes', Buffer.concat([Buffer.from('308300002e', 'hex'), right.subarray(2)])],
    ['a length beyond the end', Buffer.concat([Buffer.from('302f', 'hex'), right.subarray(2)])],
    ['a public key', sequence(sequence(oid.ed25519), bits(ed25519.getPublicKey(seed)))],
    ['PEM', Buffer.from(`-----BEGIN PRIVATE KEY-----\n${right.toString('base64')}\n-----END PRIVATE KEY-----\n`)],
  ]
  for (const [name, encoded] of encodings) {
    t.equal(await outcome(async () => ed25519KeyType.importSecret(encoded, random)), 'INVALID_REQUEST', name)
  }
})

await t.test('public keys that are refused', async t => {
  const publicKey = ed25519.getPublicKey(randomBytes(32))
  const encodings: [name: string, encoded: Uint8Array][] = [
    ['nothing', new Uint8Array(0)],
    ['31 bytes', publicKey.subarray(1)],
    ['33 bytes', Buffer.concat([publicKey, Buffer.alloc(1)])],
    ['SubjectPublicKeyInfo', sequence(sequence(oid.ed25519), bits(publicKey))],
    ['not on the curve', hex('0200000000000000000000000000000000000000000000000000000000000000')],
    // The points of small order, then encodings of some of them that are not canonical (RFC 8032 section 5.1.3).
    ['order 1', hex('0100000000000000000000000000000000000000000000000000000000000000')],
    ['order 2', hex('ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f')],
    ['order 4', hex('0000000000000000000000000000000000000000000000000000000000000000')],
    ['order 4, the other', hex('0000000000000000000000000000000000000000000000000000000000000080')],
    ['order 8', hex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05')],
    ['order 8, the second', hex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85')],
    ['order 8, the third', hex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a')],
    ['order 8, the fourth', hex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa')],
    ['order 1, negative zero', hex('0100000000000000000000000000000000000000000000000000000000000080')],
    ['order 1, y + p', hex('eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f')],
    ['order 4, y + p', hex('edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f')],
    ['all ones', Buffer.alloc(32, 0xff)],
  ]
  for (const [name, encoded] of encodings) {
    t.equal(await outcome(async () => ed25519KeyType.publicPart?.decode(encoded)), 'INVALID_REQUEST', name)
  }
})

await t.test('public keys go out and come in as 32 bytes', async t => {
  const publicKey = ed25519.getPublicKey(randomBytes(32))
  t.equal(ed25519KeyType.publicPart?.encode(publicKey, 'id'), publicKey)
  t.equal(ed25519KeyType.publicPart?.decode(publicKey), publicKey)
  const x = Buffer.from(publicKey).toString('base64url')
  t.equal(JSON.stringify(ed25519KeyType.publicPart?.jwk(publicKey)), `{"crv":"Ed25519","kty":"OKP","x":"${x}"}`)
})

/** PKCS#8 in its second version, with the public key beside the private one (RFC 5958 section 2). */
function withPublicKey(seed: Uint8Array, publicKey: Uint8Array, unusedBits = 0): Buffer {
  const publicBits = der(0x81, Uint8Array.of(unusedBits), publicKey)
  return sequence(integer(1), sequence(oid.ed25519), octets(octets(seed)), publicBits)
}

function keyPair(seed: Uint8Array) {
  const publicKey = ed25519.getPublicKey(seed)
  const [signer, verifier] = [ed25519KeyType.signer(seed, publicKey, tools), ed25519KeyType.verifier(publicKey, tools)]
  return { signer, verifier }
}

/** The same signature with another S, which RFC 8032 section 5.1.7 tells a verifier to refuse. */
function plusOrder(signature: Uint8Array): Buffer {
  const s = BigInt(`0x${Buffer.from(signature.subarray(32)).reverse().toString('hex')}`) + ed25519.Point.Fn.ORDER
  return Buffer.concat([signature.subarray(0, 32), hex(s.toString(16).padStart(64, '0')).reverse()])
}

function hex(text: string): Buffer {
  return Buffer.from(text, 'hex')
}
