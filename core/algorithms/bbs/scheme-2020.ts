import { blake2b } from '@noble/hashes/blake2.js'
import type { BbsDeriveProofJob, BbsSignJob, BbsVerifyJob, BbsVerifyProofJob } from '../../ports/index.ts'
import {
  blindInverse,
  Fr,
  G1,
  type G1Point,
  type G2Point,
  integerOf,
  pairingsAgree,
  pointLength,
  randomScalars,
  readG1,
  readScalar,
  scalarLength,
  sum,
  wideLength,
  writeScalar,
} from './curve.ts'
import { generators2020 } from './generators-2020.ts'
import { hiddenOf, valueAt } from './indexes.ts'
import { type Proof2020, readProof2020, writeProof2020 } from './proof-2020.ts'
import type { BbsComputation } from './scheme.ts'

/** Of e and s, and of what hides the key in the arithmetic. */
const signatureRandomness = 3 * wideLength

/**
 * BBS+ (eprint 2016/663 section 4.3) as BbsBlsSignature2020 and the Aries wallets have it: signatures of 112 bytes, and
 * BLAKE2b. A signature is A ‖ e ‖ s with A = (g1 + h0·s + Σ hᵢ·mᵢ)·1/(x+e).
 */
export const bbsPlus2020: BbsComputation = {
  randomLength: hidden => (hidden === undefined ? signatureRandomness : (6 + hidden) * wideLength),

  sign({ secret, messages, random }: BbsSignJob, publicKey) {
    const [e, s, blinding] = randomScalars(random)
    const x = readScalar(secret)
    if (e === undefined || s === undefined || blinding === undefined || x === undefined)
      throw new Error('no scalars to sign with')
    const b = commitmentOf(generators2020(publicKey, messages.length), s, messages.map(messageScalar))
    return Buffer.concat([b.multiply(blindInverse(Fr.add(x, e), blinding)).toBytes(), writeScalar(e), writeScalar(s)])
  },

  verify: ({ signature, messages }: BbsVerifyJob, publicKey) => verified(signature, messages, publicKey) !== undefined,

  deriveProof({ signature, messages, revealed, nonce, random }: BbsDeriveProofJob, publicKey) {
    const genuine = verified(signature, messages, publicKey)
    if (genuine === undefined) return undefined
    const { a, e, s, b } = genuine
    const generators = generators2020(publicKey, messages.length)
    const [h0] = generators
    const [r1, r2, ...blindings] = randomScalars(random)
    if (h0 === undefined || r1 === undefined || r2 === undefined) throw new Error('no scalars to prove with')
    const r3 = Fr.inv(r1)
    const aPrime = a.multiply(r1)
    const blinded = b.multiply(r1)
    const aBar = blinded.add(aPrime.multiply(e).negate())
    const d = blinded.add(h0.multiply(r2).negate())

    const hidden = hiddenOf(messages.length, revealed)
    const bases1 = [aPrime, h0]
    const bases2 = [d, h0, ...hidden.map(index => valueAt(generators, index + 1))]
    const secrets1 = [Fr.neg(e), r2]
    const secrets2 = [
      Fr.neg(r3),
      Fr.sub(s, Fr.mul(r2, r3)),
      ...hidden.map(index => messageScalar(valueAt(messages, index))),
    ]
    const [blindings1, blindings2] = [blindings.slice(0, 2), blindings.slice(2)]
    const commitment1 = sum(bases1, blindings1)
    const commitment2 = sum(bases2, blindings2)
    const challenge = challengeOf(aBar, bases1, commitment1, bases2, commitment2, nonce)
    const respond = (secrets: readonly bigint[], from: readonly bigint[]) =>
      secrets.map((secret, index) => Fr.sub(valueAt(from, index), Fr.mul(challenge, secret)))
    const [responses1, responses2] = [respond(secrets1, blindings1), respond(secrets2, blindings2)]
    const proof: Proof2020 = {
      count: messages.length,
      revealed,
      ...{ aPrime, aBar, d, commitment1, responses1, commitment2, responses2 },
    }
    return writeProof2020(proof)
  },

  verifyProof({ proof: bytes, messages, nonce, ...job }: BbsVerifyProofJob, publicKey) {
    const proof = readProof2020(bytes)
    if (proof === undefined || proof.revealed.length !== messages.length) return false
    if (job.revealed?.some((index, at) => index !== proof.revealed[at])) return false
    const { count, revealed, aPrime, aBar, d, commitment1, responses1, commitment2, responses2 } = proof
    if (!pairingsAgree(aPrime, publicKey, aBar)) return false
    const generators = generators2020(publicKey, count)
    const h0 = valueAt(generators, 0)
    const hidden = hiddenOf(count, revealed)
    const bases1 = [aPrime, h0]
    const bases2 = [d, h0, ...hidden.map(index => valueAt(generators, index + 1))]
    const challenge = challengeOf(aBar, bases1, commitment1, bases2, commitment2, nonce)
    const known = sum(
      revealed.map(index => valueAt(generators, index + 1)),
      messages.map(messageScalar),
    ).add(G1.BASE)
    const relation1 = sum([...bases1, aBar.add(d.negate())], [...responses1, challenge])
    const relation2 = sum([...bases2, known.negate()], [...responses2, challenge])
    return relation1.equals(commitment1) && relation2.equals(commitment2)
  },
}

/** What a genuine signature is made of. */
function verified(signature: Uint8Array, messages: readonly Uint8Array[], publicKey: G2Point) {
  if (signature.length !== pointLength + 2 * scalarLength) return undefined
  const a = readG1(signature.subarray(0, pointLength))
  const e = readScalar(signature.subarray(pointLength, pointLength + scalarLength))
  const s = readScalar(signature.subarray(pointLength + scalarLength))
  if (a === undefined || e === undefined || s === undefined) return undefined
  const b = commitmentOf(generators2020(publicKey, messages.length), s, messages.map(messageScalar))
  // e(A, W + g2·e) = e(B, g2), without an operation in G2.
  return pairingsAgree(a, publicKey, b.add(a.multiplyUnsafe(e).negate())) ? { a, e, s, b } : undefined
}

function commitmentOf(generators: readonly G1Point[], s: bigint, messages: readonly bigint[]): G1Point {
  return sum(generators, [s, ...messages]).add(G1.BASE)
}

/** The revealed messages are not hashed in: they are bound by the relation that they enter. */
function challengeOf(
  aBar: G1Point,
  bases1: readonly G1Point[],
  commitment1: G1Point,
  bases2: readonly G1Point[],
  commitment2: G1Point,
  nonce: Uint8Array,
): bigint {
  const points = [aBar, ...bases1, commitment1, ...bases2, commitment2].map(point => point.toBytes(false))
  return messageScalar(Buffer.concat([...points, writeScalar(messageScalar(nonce))]))
}

export function messageScalar(message: Uint8Array): bigint {
  return Fr.create(integerOf(blake2b(message, { dkLen: 48 })))
}
