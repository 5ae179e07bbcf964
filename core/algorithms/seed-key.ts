import { encodeBase64Url } from '../encoding/base64.ts'
import type { ComputationPort, SeedScheme } from '../ports/index.ts'
import { SecretBytes } from '../secrets/secret-bytes.ts'
import type { KeyMaterial, KeyType, PublicPart } from './key-type.ts'
import { withOwnPublicKey } from './own-public-key.ts'
import { type PrivateKey, readSeedPkcs8 } from './pkcs8.ts'
import { spkiOf, withMulticodec } from './public-forms.ts'
import { type JwkPurpose, readAlgorithmKeyPairJwk } from './secret-jwk.ts'
import { wrongKeyMaterial } from './wrong-key-material.ts'

interface Traits {
  readonly scheme: SeedScheme
  /** What a JWK calls it. */
  readonly alg: string
  /** RFC 9881 section 2, RFC 9935 section 3, in DER. */
  readonly oid: Uint8Array
  readonly multicodec: number
  readonly purpose: Omit<JwkPurpose, 'kty' | 'algorithms'>
  /** Bytes. */
  readonly seedLength: number
  /** Whether bytes are a public key. */
  readonly isPublicKey: (bytes: Uint8Array) => boolean
}

type SeedKeys = Required<Pick<KeyType, 'generate' | 'importSecret' | 'importJwk' | 'publicPart'>>

/**
 * Keys of which the seed alone is kept, as FIPS 203 section 3.3 and FIPS 204 section 3.6.3 allow. The public form on the
 * wire is the raw public key.
 */
export function seedKeys(traits: Traits): SeedKeys {
  const { scheme, alg, oid, multicodec, purpose, seedLength, isPublicKey } = traits
  /** Takes ownership of the seed. */
  const fromSeed = async (seed: Uint8Array, computation: ComputationPort): Promise<Required<KeyMaterial>> => {
    const secret = new SecretBytes(seed)
    try {
      return { secret, publicKey: await made(computation.run({ scheme, operation: 'publicKey', secret: seed })) }
    } catch (error) {
      secret.wipe()
      throw error
    }
  }
  const fromPrivateKey = async ({ secret: seed, publicKey }: PrivateKey, computation: ComputationPort) => {
    if (seed.length !== seedLength) throw wrongKeyMaterial()
    return withOwnPublicKey(await fromSeed(Uint8Array.from(seed), computation), publicKey)
  }
  const isExpansion = async (expanded: Uint8Array, seed: Uint8Array, computation: ComputationPort) => {
    const own = await made(computation.run({ scheme, operation: 'privateKey', secret: seed }))
    const isSame = Buffer.compare(own, expanded) === 0
    own.fill(0)
    return isSame
  }
  return {
    generate: (random, _attributes, computation) => fromSeed(random(seedLength), computation),
    async importSecret(encoded, _random, computation) {
      const { expanded, ...key } = readSeedPkcs8(encoded, oid)
      const material = await fromPrivateKey(key, computation)
      if (expanded === undefined || (await isExpansion(expanded, key.secret, computation))) return material
      material.secret.wipe()
      throw wrongKeyMaterial()
    },
    importJwk: async (jwk, _random, computation) =>
      fromPrivateKey(readAlgorithmKeyPairJwk(jwk, alg, purpose), computation),
    publicPart: {
      encode: publicKey => publicKey,
      decode(encoded) {
        if (!isPublicKey(encoded)) throw wrongKeyMaterial()
        return encoded
      },
      jwk: publicKey => ({ alg, kty: 'AKP', pub: encodeBase64Url(publicKey) }),
      jwkMembers: { use: purpose.use },
      spki: publicKey => spkiOf(oid, publicKey),
      multikey: publicKey => withMulticodec(multicodec, publicKey),
    } satisfies PublicPart,
  }
}

/** The result of what cannot fail. */
export async function made(running: Promise<Uint8Array | undefined>): Promise<Uint8Array> {
  const result = await running
  if (result === undefined) throw new Error('a computation that cannot fail has failed')
  return result
}
