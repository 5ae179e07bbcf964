import { createHash } from 'node:crypto'
import bbsPlus from '@mattrglobal/bbs-signatures/lib/wasm_module.js'
import { expand_message_xmd, hash_to_field } from '@noble/curves/abstract/hash-to-curve.js'
import { bls12_381 } from '@noble/curves/bls12-381.js'
import { sha256 } from '@noble/hashes/sha2.js'

const { Fr, Fp12 } = bls12_381.fields
const [G1, G2] = [bls12_381.G1.Point, bls12_381.G2.Point]

/** A scheme that signs several messages at once, as whoever has its specification alone does it. */
export interface OutsideMulti {
  sign(secret: Uint8Array, messages: readonly Uint8Array[]): Promise<Uint8Array>
  verify(publicKey: Uint8Array, signature: Uint8Array, messages: readonly Uint8Array[]): Promise<boolean>
}

/** Proofs of a scheme: of a signature over messages, of which some are revealed. */
export interface OutsideProofs {
  derive(
    publicKey: Uint8Array,
    signature: Uint8Array,
    messages: readonly Uint8Array[],
    revealed: readonly number[],
    nonce: Uint8Array,
  ): Promise<Uint8Array>
  /** @param messages the revealed ones */
  verify(publicKey: Uint8Array, proof: Uint8Array, messages: readonly Uint8Array[], nonce: Uint8Array): Promise<boolean>
}

/** A scalar as it is imported, and its point. */
export function newMultiKey(): { secret: Uint8Array; publicKey: Uint8Array } {
  const secret = bls12_381.utils.randomSecretKey()
  return { secret, publicKey: publicKeyOf(secret) }
}

/** The thumbprint that names a key of the service. */
export function multiKeyId(publicKey: Uint8Array): string {
  const x = Buffer.from(publicKey).toString('base64url')
  return createHash('sha256')
    .update(JSON.stringify({ crv: 'Bls12381g2', kty: 'OKP', x }))
    .digest('base64url')
}

/** The library that BbsBlsSignature2020 is known by. */
export const outsideBbsPlus: OutsideMulti = {
  sign: (secretKey, messages) =>
    bbsPlus.blsSign({ keyPair: { secretKey, publicKey: publicKeyOf(secretKey) }, messages }),
  async verify(publicKey, signature, messages) {
    return (await bbsPlus.blsVerify({ publicKey, signature, messages })).verified
  },
}

export const outsideBbsPlusProofs: OutsideProofs = {
  derive: (publicKey, signature, messages, revealed, nonce) =>
    bbsPlus.blsCreateProof({ publicKey, signature, messages, revealed, nonce }),
  async verify(publicKey, proof, messages, nonce) {
    return (await bbsPlus.blsVerifyProof({ publicKey, proof, messages, nonce })).verified
  },
}

/** Draft-irtf-cfrg-bbs-signatures with BLS12-381-SHA-256, straight from its text and without a header. */
export const outsideBbs: OutsideMulti = {
  async sign(secret, messages) {
    const { b, domain, scalars } = commitment(publicKeyOf(secret), messages)
    const e = scalarOf([secret, ...scalars.map(scalar => Fr.toBytes(scalar)), Fr.toBytes(domain)], 'H2S_')
    return Buffer.concat([b.multiply(Fr.inv(Fr.add(Fr.fromBytes(secret), e))).toBytes(), Fr.toBytes(e)])
  },
  async verify(publicKey, signature, messages) {
    const [a, e] = [G1.fromBytes(signature.subarray(0, 48)), Fr.fromBytes(signature.subarray(48))]
    const { b } = commitment(publicKey, messages)
    const product = bls12_381.pairingBatch([
      { g1: a, g2: G2.fromBytes(publicKey).add(G2.BASE.multiply(e)) },
      { g1: b.negate(), g2: G2.BASE },
    ])
    return Fp12.eql(product, Fp12.ONE)
  },
}

const api = 'BBS_BLS12381G1_XMD:SHA-256_SSWU_RO_H2G_HM2S_'
const p1 = 'a8ce256102840821a3e94ea9025e4662b205762f9776b3a766c872b948f1fd225e7c59698588e70d11406d161b4e28c9'

function commitment(publicKey: Uint8Array, messages: readonly Uint8Array[]) {
  const generators = [...points(messages.length + 1)]
  const octets = [
    publicKey,
    long(messages.length),
    ...generators.map(point => point.toBytes()),
    Buffer.from(api),
    long(0),
  ]
  const domain = scalarOf(octets, 'H2S_')
  const scalars = messages.map(message => scalarOf([message], 'MAP_MSG_TO_SCALAR_AS_HASH_'))
  const factors = [domain, ...scalars]
  const b = generators.reduce((total, point, at) => total.add(point.multiply(factors[at] ?? 0n)), G1.fromHex(p1))
  return { b, domain, scalars }
}

function* points(count: number) {
  let v: Uint8Array = expand(Buffer.from(`${api}MESSAGE_GENERATOR_SEED`), 'SIG_GENERATOR_SEED_')
  for (let at = 1; at <= count; at += 1) {
    v = expand(Buffer.concat([v, long(at)]), 'SIG_GENERATOR_SEED_')
    yield bls12_381.G1.hashToCurve(v, { DST: `${api}SIG_GENERATOR_DST_` })
  }
}

function expand(octets: Uint8Array, name: string): Uint8Array {
  return expand_message_xmd(octets, Buffer.from(api + name), 48, sha256)
}

function scalarOf(octets: readonly Uint8Array[], name: string): bigint {
  const options = { DST: api + name, p: Fr.ORDER, m: 1, k: 128, expand: 'xmd', hash: sha256 } as const
  const [[scalar = 0n] = []] = hash_to_field(Buffer.concat(octets), 1, options)
  return scalar
}

function publicKeyOf(secret: Uint8Array): Uint8Array {
  return G2.BASE.multiply(Fr.fromBytes(secret)).toBytes()
}

function long(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeUInt32BE(value, 4)
  return bytes
}
