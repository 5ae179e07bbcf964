import { encodeBase64Url } from '../encoding/base64.ts'
import type { ComputationPort, SeedScheme } from '../ports/index.ts'
import { SecretBytes } from '../secrets/secret-bytes.ts'
import { type KeyMaterial, type KeyType, wrongKeyMaterial } from './key-type.ts'
import { readSeedPkcs8 } from './pkcs8.ts'

interface Traits {
  readonly scheme: SeedScheme
  /** RFC 9881 section 2, RFC 9935 section 3, in DER. */
  readonly oid: Uint8Array
  /** Bytes. */
  readonly seedLength: number
}

/** Keys of which the seed alone is kept, as FIPS 203 section 3.3 and FIPS 204 section 3.6.3 allow. */
export function seedKeys({ scheme, oid, seedLength }: Traits): Pick<KeyType, 'generate' | 'importSecret'> {
  /** Takes ownership of the seed. */
  const fromSeed = async (seed: Uint8Array, computation: ComputationPort): Promise<Required<KeyMaterial>> => {
    const secret = new SecretBytes(seed)
    const publicKey = await made(computation.run({ scheme, operation: 'publicKey', secret: seed }))
    return { secret, publicKey }
  }
  return {
    generate: (random, _attributes, computation) => fromSeed(random(seedLength), computation),
    async importSecret(encoded, _random, computation) {
      const { secret: seed, publicKey, expanded } = readSeedPkcs8(encoded, oid)
      if (seed.length !== seedLength) throw wrongKeyMaterial()
      if (expanded !== undefined) {
        const own = await made(computation.run({ scheme, operation: 'privateKey', secret: seed }))
        const isSame = Buffer.compare(own, expanded) === 0
        own.fill(0)
        if (!isSame) throw wrongKeyMaterial()
      }
      const material = await fromSeed(Uint8Array.from(seed), computation)
      if (publicKey !== undefined && Buffer.compare(publicKey, material.publicKey) !== 0) throw wrongKeyMaterial()
      return material
    },
  }
}

/** An algorithm key pair, whose `alg` says all there is to say of it (RFC 9964 section 3). */
export function algorithmKeyPairJwk(alg: string, publicKey: Uint8Array): Readonly<Record<string, string>> {
  return { alg, kty: 'AKP', pub: encodeBase64Url(publicKey) }
}

/** The result of what cannot fail. */
export async function made(running: Promise<Uint8Array | undefined>): Promise<Uint8Array> {
  const result = await running
  if (result === undefined) throw new Error('a computation that cannot fail has failed')
  return result
}
