import { expand_message_xmd } from '@noble/curves/abstract/hash-to-curve.js'
import { bls12_381 } from '@noble/curves/bls12-381.js'
import { sha256 } from '@noble/hashes/sha2.js'
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
import { hiddenOf, isAscending, valueAt } from './indexes.ts'
import { maximumMessages } from './limits.ts'
import type { BbsComputation } from './scheme.ts'

/** Sections 7.2.2 and 3.6 of draft-irtf-cfrg-bbs-signatures: the ciphersuite, and the interface that is built on it. */
const interfaceId = 'BBS_BLS12381G1_XMD:SHA-256_SSWU_RO_H2G_HM2S_'
const p1 = G1.fromHex(
  'a8ce256102840821a3e94ea9025e4662b205762f9776b3a766c872b948f1fd225e7c59698588e70d11406d161b4e28c9',
)

/**
 * BBS of draft-irtf-cfrg-bbs-signatures with the ciphersuite BLS12-381-SHA-256: signatures of 80 bytes, which are the
 * same each time. A signature is A ‖ e with A = (P1 + Q1·domain + Σ Hᵢ·mᵢ)·1/(x+e); the nonce is its presentation
 * header.
 */
export const bbsIetfSha256: BbsComputation = {
  randomLength: hidden => (hidden === undefined ? 1 : 5 + hidden) * wideLength,

  sign(job: BbsSignJob, publicKey) {
    const x = readScalar(job.secret)
    const [blinding] = randomScalars(job.random)
    if (x === undefined || blinding === undefined) throw new Error('no scalars to sign with')
    const scalars = job.messages.map(messageScalar)
    const { domain, b } = commitmentOf(publicKey, job.header, scalars)
    const octets = Buffer.concat([job.secret, ...scalars.map(writeScalar), writeScalar(domain)])
    const e = hashToScalar(octets, 'H2S_')
    octets.fill(0)
    return Buffer.concat([b.multiply(blindInverse(Fr.add(x, e), blinding)).toBytes(), writeScalar(e)])
  },

  verify: (job: BbsVerifyJob, publicKey) => verified(job, publicKey) !== undefined,

  deriveProof(job: BbsDeriveProofJob, publicKey) {
    const genuine = verified(job, publicKey)
    if (genuine === undefined) return undefined
    const { a, e, b, domain, scalars } = genuine
    const { revealed, nonce } = job
    const [r1, r2, eBlinding, r1Blinding, r3Blinding, ...blindings] = randomScalars(job.random)
    if (r1 === undefined || r2 === undefined || eBlinding === undefined || r1Blinding === undefined) throw tooFew()
    if (r3Blinding === undefined) throw tooFew()
    const hidden = hiddenOf(scalars.length, revealed)
    const generators = generatorsIetf(scalars.length)
    const d = b.multiply(r2)
    const aBar = a.multiply(Fr.mul(r1, r2))
    const bBar = d.multiply(r1).add(aBar.multiply(e).negate())
    const t1 = sum([aBar, d], [eBlinding, r1Blinding])
    const t2 = sum([d, ...hidden.map(index => valueAt(generators, index + 1))], [r3Blinding, ...blindings])
    const known = revealed.map(index => valueAt(scalars, index))
    const challenge = challengeOf(revealed, known, [aBar, bBar, d, t1, t2], domain, nonce)
    const responses = [
      Fr.add(eBlinding, Fr.mul(e, challenge)),
      Fr.sub(r1Blinding, Fr.mul(r1, challenge)),
      Fr.sub(r3Blinding, Fr.mul(Fr.inv(r2), challenge)),
      ...hidden.map((index, at) => Fr.add(valueAt(blindings, at), Fr.mul(valueAt(scalars, index), challenge))),
      challenge,
    ]
    return Buffer.concat([...[aBar, bBar, d].map(point => point.toBytes()), ...responses.map(writeScalar)])
  },

  verifyProof({ proof: bytes, messages, revealed = [], header, nonce }: BbsVerifyProofJob, publicKey) {
    const proof = readProof(bytes)
    if (proof === undefined || revealed.length !== messages.length || !isAscending(revealed)) return false
    const { aBar, bBar, d, eResponse, r1Response, r3Response, responses, challenge } = proof
    const count = responses.length + revealed.length
    if (count > maximumMessages || revealed.some(index => index >= count)) return false
    if (!pairingsAgree(aBar, publicKey, bBar)) return false
    const generators = generatorsIetf(count)
    const domain = domainOf(publicKey, generators, header)
    const known = messages.map(messageScalar)
    const t1 = sum([bBar, aBar, d], [challenge, eResponse, r1Response])
    const bases = [valueAt(generators, 0), ...revealed.map(index => valueAt(generators, index + 1))]
    const bRevealed = p1.add(sum(bases, [domain, ...known]))
    const hidden = hiddenOf(count, revealed).map(index => valueAt(generators, index + 1))
    const t2 = sum([bRevealed, d, ...hidden], [challenge, r3Response, ...responses])
    return challengeOf(revealed, known, [aBar, bBar, d, t1, t2], domain, nonce) === challenge
  },
}

function verified({ signature, messages, header }: BbsVerifyJob | BbsDeriveProofJob, publicKey: G2Point) {
  if (signature.length !== pointLength + scalarLength) return undefined
  const a = readG1(signature.subarray(0, pointLength))
  const e = readScalar(signature.subarray(pointLength))
  if (a === undefined || !e) return undefined
  const scalars = messages.map(messageScalar)
  const { domain, b } = commitmentOf(publicKey, header, scalars)
  // e(A, W + g2·e) = e(B, g2), without an operation in G2.
  const agree = pairingsAgree(a, publicKey, b.add(a.multiplyUnsafe(e).negate()))
  return agree ? { a, e, b, domain, scalars } : undefined
}

/** Three points, and scalars of which none is zero: three, one for each hidden message, and the challenge. */
function readProof(bytes: Uint8Array) {
  const scalarBytes = bytes.subarray(3 * pointLength)
  const count = scalarBytes.length / scalarLength
  if (!Number.isInteger(count) || count < 4 || count - 4 > maximumMessages) return undefined
  const [aBar, bBar, d] = [0, 1, 2].map(at => readG1(bytes.subarray(at * pointLength, (at + 1) * pointLength)))
  const scalars: bigint[] = []
  for (let at = 0; at < count; at += 1) {
    const scalar = readScalar(scalarBytes.subarray(at * scalarLength, (at + 1) * scalarLength))
    if (!scalar) return undefined
    scalars.push(scalar)
  }
  const [eResponse, r1Response, r3Response] = scalars
  const challenge = scalars.at(-1)
  if (!aBar || !bBar || !d || !eResponse || !r1Response || !r3Response || !challenge) return undefined
  return { aBar, bBar, d, eResponse, r1Response, r3Response, responses: scalars.slice(3, -1), challenge }
}

function commitmentOf(publicKey: G2Point, header: Uint8Array, scalars: readonly bigint[]) {
  const generators = generatorsIetf(scalars.length)
  const domain = domainOf(publicKey, generators, header)
  return { domain, b: p1.add(sum(generators, [domain, ...scalars])) }
}

function domainOf(publicKey: G2Point, generators: readonly G1Point[], header: Uint8Array): bigint {
  const points = generators.map(point => point.toBytes())
  const octets = [publicKey.toBytes(), uint64(generators.length - 1), ...points, Buffer.from(interfaceId)]
  return hashToScalar(Buffer.concat([...octets, uint64(header.length), header]), 'H2S_')
}

function challengeOf(
  revealed: readonly number[],
  messages: readonly bigint[],
  points: readonly G1Point[],
  domain: bigint,
  nonce: Uint8Array,
): bigint {
  const known = revealed.flatMap((index, at) => [uint64(index), writeScalar(valueAt(messages, at))])
  const octets = [uint64(revealed.length), ...known, ...points.map(point => point.toBytes()), writeScalar(domain)]
  return hashToScalar(Buffer.concat([...octets, uint64(nonce.length), nonce]), 'H2S_')
}

function messageScalar(message: Uint8Array): bigint {
  return hashToScalar(message, 'MAP_MSG_TO_SCALAR_AS_HASH_')
}

function hashToScalar(octets: Uint8Array, purpose: string): bigint {
  return Fr.create(integerOf(expand(octets, purpose)))
}

function expand(octets: Uint8Array, purpose: string): Uint8Array {
  return expand_message_xmd(octets, Buffer.from(interfaceId + purpose), wideLength, sha256)
}

/** The same for every key: made once, as far as they were needed. */
const generators: G1Point[] = []
let seed = expand(Buffer.from(`${interfaceId}MESSAGE_GENERATOR_SEED`), 'SIG_GENERATOR_SEED_')

export function generatorsIetf(count: number): readonly G1Point[] {
  while (generators.length <= count) {
    seed = expand(Buffer.concat([seed, uint64(generators.length + 1)]), 'SIG_GENERATOR_SEED_')
    generators.push(bls12_381.G1.hashToCurve(seed, { DST: `${interfaceId}SIG_GENERATOR_DST_` }))
  }
  return generators.slice(0, count + 1)
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(value))
  return bytes
}

function tooFew(): Error {
  return new Error('no scalars to prove with')
}
