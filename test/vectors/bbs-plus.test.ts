import { compute, encodeBase64, inThisThread } from '@keyhold/core'
import { readG2 } from '@keyhold/core/algorithms/bbs/curve.js'
import { generators2020, hashToG1Of2020 } from '@keyhold/core/algorithms/bbs/generators-2020.js'
import { messageScalar } from '@keyhold/core/algorithms/bbs/scheme-2020.js'
import { keyTypes } from '@keyhold/core/algorithms/index.js'
import { thumbprint } from '@keyhold/core/algorithms/thumbprint.js'
import t from 'tap'
import { KeystoreClient } from '../support/keystore-client.ts'
import { testService } from '../support/service.ts'
import { fixedRandomness, hashes, keyPair, proofs, signature } from './published/bbs-plus.ts'

/** What wallets of 2020 know, byte for byte; over HTTP wherever chance has no part in it. */
const service = await testService(t)
const keystore = await KeystoreClient.create(service.url)
const texts = (messages: readonly string[]) => messages.map(message => Buffer.from(message))

t.test('a signature that was made elsewhere', async t => {
  const key = await keystore.importKey('BLS12381G2', { publicKey: bytes(signature.publicKey) })
  const messages = texts(signature.messages)
  t.ok(await key.verifyMulti(bytes(signature.signature), messages), 'verifies')
  t.notOk(await key.verifyMulti(bytes(signature.signature), messages.toReversed()), 'in another order it does not')
  t.notOk(await key.verifyMulti(bytes(signature.signature), messages.slice(1)), 'nor over one of the two')

  const proof = await key.deriveProof(bytes(signature.signature), messages, [1], { nonce: Buffer.from('nonce') })
  t.ok(proof && (await key.verifyProof(proof, messages.slice(1), { nonce: Buffer.from('nonce') })), 'is proven')
})

t.test('proofs that were made elsewhere', async t => {
  for (const { publicKey, count, revealed, messages, nonce, proof } of proofs) {
    const name = `${messages.length} of ${count} messages`
    const key = await keystore.importKey('BLS12381G2', { publicKey: bytes(publicKey) })
    const extra = { nonce: Buffer.from(nonce) }
    t.ok(await key.verifyProof(bytes(proof), texts(messages), extra), `${name}: verifies`)
    t.ok(await key.verifyProof(bytes(proof), texts(messages), { ...extra, revealed }), `${name}: and with its indexes`)
    const others = revealed.map(index => index + 1)
    t.notOk(await key.verifyProof(bytes(proof), texts(messages), { ...extra, revealed: others }), `${name}: not others`)
    t.notOk(await key.verifyProof(bytes(proof), texts(messages)), `${name}: without the nonce it does not`)
    const more = texts([...messages, 'message4'])
    t.notOk(await key.verifyProof(bytes(proof), more, extra), `${name}: nor with a message too many`)
    t.notOk(
      await key.verifyProof(bytes(proof), texts(['message5', ...messages.slice(1)]), extra),
      `${name}: or another`,
    )
  }
})

t.test('a key pair that was made elsewhere', async t => {
  const key = await keystore.importKey('BLS12381G2', { key: Buffer.from(keyPair.secret, 'hex') })
  t.equal(encodeBase64(await key.publicKey()), keyPair.publicKey)
})

t.test('a key id is the JWK thumbprint', async t => {
  const { publicPart } = keyTypes.BLS12381G2
  const publicKey = await publicPart?.decode(bytes(signature.publicKey), inThisThread)
  t.equal(publicKey && publicPart && thumbprint(publicPart.jwk(publicKey)), signature.thumbprint)
})

t.test('hashes and generators', async t => {
  const [text, point] = hashes.point
  t.equal(hashToG1Of2020(Buffer.from(text)).toHex(), point)
  for (const [message, scalar] of hashes.scalars) {
    t.equal(messageScalar(Buffer.from(message)).toString(16).padStart(64, '0'), scalar, message)
  }
  const publicKey = readG2(bytes(signature.publicKey))
  t.strictSame(publicKey && generators2020(publicKey, 2).map(each => each.toHex()), signature.generators)
})

t.test('a signature with known randomness', async t => {
  const { secret, e, s, messages } = fixedRandomness
  // What hides the key in the arithmetic is not seen in the signature.
  const random = Buffer.concat([Buffer.alloc(16), e, Buffer.alloc(16), s, Buffer.alloc(48, 0x44)])
  const { publicKey } = await keyTypes.BLS12381G2.importSecret(secret, () => random, inThisThread)
  t.equal(publicKey && encodeBase64(publicKey), fixedRandomness.publicKey, 'public key')
  const job = { scheme: 'bbs-plus-2020', operation: 'sign', header: new Uint8Array(0) } as const
  const made = publicKey && compute({ ...job, publicKey, secret, messages: texts(messages), random })
  t.equal(made && encodeBase64(made), fixedRandomness.signature)
})

function bytes(base64: string): Buffer {
  return Buffer.from(base64, 'base64')
}
