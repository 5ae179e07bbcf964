import { type KeyTypeName, keyTypeNames } from '@keyhold/core'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { KeystoreClient } from '../support/keystore-client.ts'
import { testService } from '../support/service.ts'
import { secondAgreements } from './second-implementation/key-wrap.ts'
import { type SecondMulti, secondMultis } from './second-implementation/multi.ts'
import { secondMlDsa } from './second-implementation/post-quantum.ts'
import { secondSignatures } from './second-implementation/signatures.ts'
import { secondAeads, secondMacs } from './second-implementation/symmetric.ts'

/** Compares the service, over HTTP, with another implementation of its algorithms on random inputs: noble, and for RSA the arithmetic of RFC 8017. */
const service = await testService(t)
const keystore = await KeystoreClient.create(service.url)

const text = fc.uint8Array({ maxLength: 4096 })
const bytes = (minLength: number, maxLength = minLength) => fc.uint8Array({ minLength, maxLength })

t.test('every key type has a second implementation', async t => {
  const seconds = { ...secondSignatures, ...secondAeads, ...secondMacs, ...secondAgreements, ...secondMultis }
  // That of ML-KEM has a test of its own.
  const names = [...Object.keys(seconds), 'ML-KEM-768']
  if (secondMlDsa === undefined) {
    t.comment(`ML-DSA-65 IS NOT COMPARED: the OpenSSL of Node ${process.versions.node} does not know it`)
    names.push('ML-DSA-65')
  }
  t.strictSame(names.sort(), [...keyTypeNames].sort())
})

for (const [keyType, elsewhere] of entries(secondSignatures)) {
  t.test(`${keyType}, a key that the service made`, async t => {
    const { key, publicKey: answered } = await keystore.createKey(keyType)
    const exported = await key.publicKey()
    t.strictSame(answered, exported, 'creation and export answer the same public key')
    const publicKey = elsewhere.decodePublicKey(exported)
    t.equal(key.id, elsewhere.thumbprint(publicKey), 'its id is the thumbprint')
    const verifies = async (message: Uint8Array) => elsewhere.verify(await key.sign(message), message, publicKey)
    await holds(t, 'its signatures verify elsewhere', fc.asyncProperty(text, verifies))
  })

  t.test(`${keyType}, a key that was made elsewhere`, async t => {
    const privateKey = elsewhere.newPrivateKey()
    const publicKey = elsewhere.publicKeyOf(privateKey)
    const exported = elsewhere.encodePublicKey(publicKey)
    const key = await keystore.importKey(keyType, { key: elsewhere.pkcs8(privateKey) })
    const verifier = await keystore.importKey(keyType, { publicKey: exported })
    t.strictSame(await key.publicKey(), Buffer.from(exported), 'its public key is exported in the same form')
    const verifiesElsewhere = async (message: Uint8Array) =>
      elsewhere.verify(await key.sign(message), message, publicKey)
    await holds(t, 'its signatures verify elsewhere', fc.asyncProperty(text, verifiesElsewhere))
    const verifiesHere = async (message: Uint8Array) => {
      const signature = elsewhere.sign(message, privateKey)
      return (await key.verify(signature, message)) && (await verifier.verify(signature, message))
    }
    await holds(t, 'signatures from elsewhere verify', fc.asyncProperty(text, verifiesHere))
  })
}

for (const [keyType, { keyLength, nonceLength, cipher }] of entries(secondAeads)) {
  t.test(keyType, async t => {
    const opensElsewhere = fc.asyncProperty(bytes(keyLength), text, text, async (secret, associatedData, message) => {
      const key = await keystore.importKey(keyType, { key: secret })
      const { nonce, ciphertext } = await key.encrypt(message, associatedData)
      return same(cipher(secret, nonce, associatedData).decrypt(ciphertext), message)
    })
    await holds(t, 'what the service encrypts opens elsewhere', opensElsewhere)
    const inputs = [bytes(keyLength), bytes(nonceLength), text, text] as const
    const opensHere = fc.asyncProperty(...inputs, async (secret, nonce, associatedData, message) => {
      const key = await keystore.importKey(keyType, { key: secret })
      const ciphertext = cipher(secret, nonce, associatedData).encrypt(message)
      return same(await key.decrypt({ ciphertext, nonce }, associatedData), message)
    })
    await holds(t, 'what is encrypted elsewhere opens at the service', opensHere)
  })
}

for (const [keyType, { keyLengths, compute }] of entries(secondMacs)) {
  t.test(keyType, async t => {
    const agree = fc.asyncProperty(bytes(...keyLengths), text, async (secret, data) => {
      const key = await keystore.importKey(keyType, { key: secret })
      const mac = await key.computeMac(data)
      const elsewhere = Uint8Array.of(...mac.subarray(0, 5), ...compute(secret, data))
      return same(mac, elsewhere) && (await key.verifyMac(elsewhere, data))
    })
    await holds(t, 'both compute the same tag, and the service verifies it', agree)
  })
}

/** Each takes a tenth of a second and more. */
const fewRuns = 4

const lists = fc.array(fc.uint8Array({ maxLength: 64 }), { minLength: 1, maxLength: 9 })
/** None is empty: of that the library makes something else, see below. */
const nonces = fc.uint8Array({ minLength: 1, maxLength: 64 })
/** A list, and indexes of it in any order. */
const listsInParts = lists.chain(messages =>
  fc.tuple(fc.constant(messages), fc.shuffledSubarray([...messages.keys()], { minLength: 1 })),
)

for (const [keyType, other] of entries<SecondMulti>(secondMultis)) {
  t.test(`${keyType}, a key that the service made`, async t => {
    const { key, publicKey: answered } = await keystore.createKey(keyType)
    const publicKey = await key.publicKey()
    t.strictSame(answered, publicKey, 'creation and export answer the same public key')
    t.equal(key.id, other.idOf(publicKey), 'its id is the thumbprint')
    const verifies = async (messages: Uint8Array[]) => other.verify(publicKey, await key.signMulti(messages), messages)
    await holds(t, 'its signatures verify elsewhere', fc.asyncProperty(lists, verifies), fewRuns)
  })

  t.test(`${keyType}, a key that was made elsewhere`, async t => {
    const { secret, publicKey } = other.newKey()
    const key = await keystore.importKey(keyType, { key: secret })
    const verifier = await keystore.importKey(keyType, { publicKey })
    t.strictSame(await key.publicKey(), Buffer.from(publicKey), 'its public key is exported')
    const verifiesHere = async (messages: Uint8Array[]) => {
      const signature = await other.sign(secret, messages)
      return (await key.verifyMulti(signature, messages)) && (await verifier.verifyMulti(signature, messages))
    }
    await holds(t, 'signatures from elsewhere verify', fc.asyncProperty(lists, verifiesHere), fewRuns)
    const { proofs } = other
    if (proofs === undefined) return
    const bothProve = fc.asyncProperty(listsInParts, nonces, async ([messages, revealed], nonce) => {
      const told = messages.filter((_, index) => revealed.includes(index))
      const proof = await verifier.deriveProof(await other.sign(secret, messages), messages, revealed, { nonce })
      const ofOther = await proofs.derive(publicKey, await key.signMulti(messages), messages, revealed, nonce)
      return (
        proof !== undefined &&
        (await proofs.verify(publicKey, proof, told, nonce)) &&
        (await verifier.verifyProof(ofOther, told, { nonce }))
      )
    })
    await holds(t, 'proofs of either verify at the other', bothProve, fewRuns)
    // An empty nonce is hashed like any other, as it is at the reference server. The library puts zeros in its place.
    const [messages, revealed, nonce] = [[Buffer.from('message')], [0], new Uint8Array(0)] as const
    const proof = await verifier.deriveProof(await other.sign(secret, messages), messages, revealed, { nonce })
    if (proof === undefined) return void t.fail('a signature from elsewhere is none')
    t.ok(await verifier.verifyProof(proof, messages, { nonce }), 'a proof for an empty nonce verifies')
    t.notOk(await proofs.verify(publicKey, proof, messages, nonce), 'and not at the library')
  })
}

/** Asserts that a property, which answers whether it holds, does so for some random inputs. */
async function holds<Inputs>(t: Test, name: string, property: fc.IAsyncProperty<Inputs>, numRuns = 10): Promise<void> {
  await t.resolves(fc.assert(property, { numRuns }), name)
}

function same(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a !== undefined && Buffer.compare(a, b) === 0
}

function entries<Row>(table: Readonly<Partial<Record<KeyTypeName, Row>>>): [KeyTypeName, Row][] {
  return Object.entries(table) as [KeyTypeName, Row][]
}
