import { encodeBase64Url } from '../../encoding/base64.ts'
import { invalidRequest } from '../../errors.ts'
import type { BbsScheme, ComputationPort } from '../../ports/index.ts'
import { SecretBytes } from '../../secrets/secret-bytes.ts'
import type { Family, KeyMaterial, KeyType, PublicPart } from '../key-type.ts'
import { withOwnPublicKey } from '../own-public-key.ts'
import { withMulticodec } from '../public-forms.ts'
import { readOkpJwk } from '../secret-jwk.ts'
import { made } from '../seed-key.ts'
import { wrongKeyMaterial } from '../wrong-key-material.ts'
import { bbsRandomLength } from './compute.ts'
import { Fr, integerOf, publicKeyLength, readScalar, wideLength, writeScalar } from './curve.ts'

interface Traits {
  readonly scheme: BbsScheme
  readonly family: Family
  /** Whether something is signed beside the messages. */
  readonly hasHeader: boolean
  /** Whether a proof says itself which messages it reveals. */
  readonly proofSaysIndexes: boolean
  readonly jwkAlgorithms: readonly string[]
}

const purpose = { kty: 'OKP', crv: 'BLS12381G2', use: 'sig', operations: ['sign'] } as const

const publicPart = (scheme: BbsScheme): PublicPart => ({
  encode: publicKey => publicKey,
  async decode(encoded, computation) {
    // Another point of the curve would do what a key does, but for proofs that nobody could have made. Looking takes
    // milliseconds.
    const job = { scheme, operation: 'checkPublicKey', publicKey: encoded } as const
    const isKey = encoded.length === publicKeyLength && (await computation.run(job)) !== undefined
    if (!isKey) throw wrongKeyMaterial()
    return encoded
  },
  // Spelled as the reference server does: the thumbprint is the key's id there.
  jwk: publicKey => ({ crv: 'Bls12381g2', kty: 'OKP', x: encodeBase64Url(publicKey) }),
  // draft-ietf-cose-bls-key-representations-08
  jwkMembers: { crv: 'BLS12381G2' },
  multikey: publicKey => withMulticodec(0xeb, publicKey),
})

/**
 * A key pair on BLS12-381 with signatures in G1. The secret is the scalar in 32 big-endian bytes, and is imported as
 * such; the public key the compressed point of G2.
 */
function bbsKeyType({ scheme, family, hasHeader, proofSaysIndexes, jwkAlgorithms }: Traits): KeyType {
  const requireHeader = (header: Uint8Array) => {
    if (!hasHeader && header.length > 0) throw invalidRequest('header: a key of this type does not sign one')
  }
  return {
    family,
    async generate(random, _attributes, computation) {
      const seed = random(wideLength)
      const scalar = Fr.create(integerOf(seed))
      seed.fill(0)
      return fromScalar(scheme, scalar, computation)
    },
    importSecret: async (encoded, _random, computation) => importSecret(scheme, encoded, computation),
    async importJwk(jwk, _random, computation) {
      const { secret, publicKey } = readOkpJwk(jwk, { ...purpose, algorithms: jwkAlgorithms })
      return withOwnPublicKey(await importSecret(scheme, secret, computation), publicKey)
    },
    publicPart: publicPart(scheme),
    multiSigner(lent, publicKey, { random, computation }) {
      const secret = Uint8Array.from(lent)
      return {
        async sign({ messages, header }) {
          requireHeader(header)
          const job = { scheme, operation: 'sign', publicKey, secret, header, messages } as const
          const signature = await computation.run({ ...job, random: random(bbsRandomLength(scheme)) })
          if (signature === undefined) throw new Error('a stored public key is none')
          return signature
        },
        close: () => secret.fill(0),
      }
    },
    multiVerifier: (publicKey, { random, computation }) => ({
      async verify(signature, { messages, header }) {
        requireHeader(header)
        const job = { scheme, operation: 'verify', publicKey, header, signature, messages } as const
        return (await computation.run(job)) !== undefined
      },
      async deriveProof(signature, { messages, header }, revealed, nonce) {
        requireHeader(header)
        const job = {
          scheme,
          operation: 'deriveProof',
          publicKey,
          header,
          signature,
          messages,
          revealed,
          nonce,
        } as const
        const randomLength = bbsRandomLength(scheme, messages.length - revealed.length)
        return computation.run({ ...job, random: random(randomLength) })
      },
      async verifyProof({ proof, messages, header, revealed, nonce }) {
        requireHeader(header)
        if (revealed === undefined && !proofSaysIndexes) {
          throw invalidRequest('revealed_indexes: a proof of this key type needs them')
        }
        const job = { scheme, operation: 'verifyProof', publicKey, header, proof, messages, nonce } as const
        return (await computation.run({ ...job, ...(revealed && { revealed }) })) !== undefined
      },
    }),
  }
}

/** BBS+ as wallets of 2020 know it. */
export const bbsPlusKeyType = bbsKeyType({
  scheme: 'bbs-plus-2020',
  family: 'bbs-plus',
  hasHeader: false,
  proofSaysIndexes: true,
  jwkAlgorithms: [],
})

/** BBS of draft-irtf-cfrg-bbs-signatures. Neither scheme can read what the other one makes. */
export const bbsIetfKeyType = bbsKeyType({
  scheme: 'bbs-bls12-381-sha-256',
  family: 'bbs',
  hasHeader: true,
  proofSaysIndexes: false,
  // draft-ietf-jose-json-proof-algorithms
  jwkAlgorithms: ['BBS'],
})

async function importSecret(scheme: BbsScheme, encoded: Uint8Array, computation: ComputationPort) {
  const scalar = readScalar(encoded)
  if (scalar === undefined) throw wrongKeyMaterial()
  return fromScalar(scheme, scalar, computation)
}

/** The public key takes milliseconds. */
async function fromScalar(
  scheme: BbsScheme,
  scalar: bigint,
  computation: ComputationPort,
): Promise<Required<KeyMaterial>> {
  if (scalar === 0n) throw wrongKeyMaterial()
  const bytes = writeScalar(scalar)
  const secret = new SecretBytes(bytes)
  try {
    return { secret, publicKey: await made(computation.run({ scheme, operation: 'publicKey', secret: bytes })) }
  } catch (error) {
    secret.wipe()
    throw error
  }
}
