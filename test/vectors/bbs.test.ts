import { compute } from '@keyhold/core'
import { generatorsIetf } from '@keyhold/core/algorithms/bbs/scheme-ietf.js'
import { expand_message_xmd } from '@noble/curves/abstract/hash-to-curve.js'
import { sha256 } from '@noble/hashes/sha2.js'
import t from 'tap'
import { KeystoreClient } from '../support/keystore-client.ts'
import { testService } from '../support/service.ts'
import { generators, keyPair, messages, mockedRandomness, signatures } from './published/bbs.ts'
import { type PublishedProof, proofs } from './published/bbs-proofs.ts'

/** The fixtures of the IETF's draft, over HTTP wherever chance has no part in it. */
const service = await testService(t)
const keystore = await KeystoreClient.create(service.url)
const keyType = 'BLS12381G2-SHA-256'
const bytes = (hex = '') => Buffer.from(hex, 'hex')
const listed = (indexes: readonly number[]) => indexes.map(index => bytes(messages[index]))

t.test('the key pair and the first generators', async t => {
  const key = await keystore.importKey(keyType, { key: bytes(keyPair.secretKey) })
  t.equal(Buffer.from(await key.publicKey()).toString('hex'), keyPair.publicKey)
  t.strictSame(
    generatorsIetf(1).map(point => point.toHex()),
    generators,
  )
})

t.test('signatures', async t => {
  const signer = await keystore.importKey(keyType, { key: bytes(keyPair.secretKey) })
  for (const { name, publicKey, header, messages, signature, valid } of signatures) {
    const key = await keystore.importKey(keyType, { publicKey: bytes(publicKey) })
    const extra = { header: bytes(header) }
    t.equal(await key.verifyMulti(bytes(signature), listed(messages), extra), valid, name)
    if (!valid) continue
    const made = await signer.signMulti(listed(messages), extra)
    t.equal(Buffer.from(made).toString('hex'), signature, `${name}: the same one is made`)
  }
})

t.test('proofs', async t => {
  for (const proof of proofs) {
    const { name, publicKey, header, nonce, revealed, valid } = proof
    const key = await keystore.importKey(keyType, { publicKey: bytes(publicKey) })
    const told = revealed.map(index => bytes(messages[proof.messages[index] ?? -1]))
    const verified = key.verifyProof(bytes(proof.proof), told, { header: bytes(header), nonce: bytes(nonce), revealed })
    // Indexes that are not ascending are no request at all.
    if (name.includes('re-ordered')) await t.rejects(verified, /INVALID_REQUEST/, name)
    else t.equal(await verified, valid, name)
    if (valid) t.equal(Buffer.from(made(proof) ?? []).toString('hex'), proof.proof, `${name}: the same one is made`)
  }
})

/** With the randomness of the fixtures. */
function made({ publicKey, header, nonce, messages, revealed, signature }: PublishedProof): Uint8Array | undefined {
  const { seed, dst } = mockedRandomness
  const length = 48 * (5 + messages.length - revealed.length)
  return compute({
    scheme: 'bbs-bls12-381-sha-256',
    operation: 'deriveProof',
    publicKey: bytes(publicKey),
    header: bytes(header),
    nonce: bytes(nonce),
    messages: listed(messages),
    revealed,
    signature: bytes(signature),
    random: expand_message_xmd(bytes(seed), bytes(dst), length, sha256),
  })
}
