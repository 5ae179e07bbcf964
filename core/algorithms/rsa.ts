import { constants, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import { encodeBase64Url } from '../encoding/base64.ts'
import { invalidRequest } from '../errors.ts'
import { SecretBytes } from '../secrets/secret-bytes.ts'
import { rsaEncryption } from './algorithm-identifiers.ts'
import type { KeyMaterial, KeyType, PublicPart, Signer, Verifier } from './key-type.ts'
import { type PrivateKey, readRsaPkcs8 } from './pkcs8.ts'
import { spkiOf, withMulticodec } from './public-forms.ts'
import { refuseRocaModulus } from './roca.ts'
import { generateRsaKey } from './rsa-generation.ts'
import {
  checkRsaPrivateKey,
  modulusBits,
  type RsaPrivateNumbers,
  type RsaPublicNumbers,
  readRsaPrivateKey,
  readRsaPublicKey,
  rsaPrivateKeyOf,
  rsaPublicKeyOf,
} from './rsa-key.ts'
import { type JwkPurpose, readJwk } from './secret-jwk.ts'
import { wrongKeyMaterial } from './wrong-key-material.ts'

const hash = 'sha256'

/**
 * RFC 8017 sections 8.1 and 8.2 as RFC 7518 sections 3.5 and 3.3 use them. A PSS signature has MGF1 with the same hash and
 * a salt of its length, when it is made and when it is verified: PS256 knows no other, and what says how long the salt
 * is must not be the signature.
 */
const schemes = {
  pss: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 },
  pkcs1: { padding: constants.RSA_PKCS1_PADDING },
} as const

const jwsAlgorithms = { pss: 'PS256', pkcs1: 'RS256' } as const

/** The largest key, its attributes and something to spare. */
const maximumEncoding = 4096

const generatedLengths: readonly string[] = [2048, 3072, 4096].map(String)

const publicPart: PublicPart = {
  encode: publicKey => publicKey,
  decode(encoded) {
    refuseRocaModulus(readRsaPublicKey(encoded).n)
    return encoded
  },
  jwk: publicKey => jwkOf(readRsaPublicKey(publicKey)),
  spki: publicKey => spkiOf(rsaEncryption, publicKey),
  multikey: publicKey => withMulticodec(0x1205, publicKey),
}

/**
 * RSA signatures over SHA-256. A key has 3072 bits, or as many as its one attribute says. The secret is an RSAPrivateKey,
 * the public key an RSAPublicKey (RFC 8017 appendix A.1) in DER, which is what it is on the wire, too: the framework
 * that these names come from reads that, and no SubjectPublicKeyInfo.
 */
export function rsaKeyType(schemeName: keyof typeof schemes): KeyType {
  const scheme = schemes[schemeName]
  const jwsAlgorithm = jwsAlgorithms[schemeName]
  const purpose: JwkPurpose = { kty: 'RSA', use: 'sig', algorithms: [jwsAlgorithm], operations: ['sign'] }
  return {
    family: 'signature',
    generate: (_random, attributes = []) => generateRsaKey(modulusLengthOf(attributes)),
    async importSecret(encoded) {
      if (encoded.length > maximumEncoding) throw wrongKeyMaterial()
      const { secret, publicKey } = readRsaPkcs8(encoded)
      return fromPrivateKey({ secret: Uint8Array.from(secret), publicKey })
    },
    async importJwk(jwk) {
      const numbers = readJwk(jwk, purpose, 'n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi')
      if (Object.values(numbers).some(number => number.length > maximumEncoding)) throw wrongKeyMaterial()
      return fromPrivateKey({ secret: rsaPrivateKeyOf(numbers), publicKey: undefined })
    },
    publicPart: { ...publicPart, jwkMembers: { use: 'sig', alg: jwsAlgorithm } },
    signer: secret => signerOf(scheme, readRsaPrivateKey(secret)),
    verifier: publicKey => verifierOf(scheme, readRsaPublicKey(publicKey)),
  }
}

/** Takes ownership of the secret. */
async function fromPrivateKey({ secret, publicKey }: PrivateKey): Promise<Required<KeyMaterial>> {
  const held = new SecretBytes(secret)
  try {
    const numbers = readRsaPrivateKey(secret)
    const own = rsaPublicKeyOf(numbers)
    if (publicKey !== undefined && Buffer.compare(publicKey, own) !== 0) throw wrongKeyMaterial()
    refuseRocaModulus(numbers.n)
    checkRsaPrivateKey(numbers)
    await tryOut(numbers)
    return { secret: held, publicKey: own }
  } catch (error) {
    held.wipe()
    throw error
  }
}

type Scheme = (typeof schemes)[keyof typeof schemes]

/** Off the event loop, since it takes milliseconds. A JWK is imported fifty times as fast as DER. */
function signerOf(scheme: Scheme, { n, e, ...numbers }: RsaPrivateNumbers): Signer {
  const jwk = { ...jwkOf({ n, e }), ...encoded(numbers) }
  const key = { key: createPrivateKey({ format: 'jwk', key: jwk }), ...scheme }
  return {
    sign: message =>
      new Promise((resolve, reject) =>
        sign(hash, message, key, (error, signature) => (error ? reject(error) : resolve(signature))),
      ),
  }
}

/**
 * At once: the bound on the exponent keeps a verification under a fifth of a millisecond, and no other thread would do
 * it sooner while keys are made there.
 */
function verifierOf(scheme: Scheme, numbers: RsaPublicNumbers): Verifier {
  const key = { key: createPublicKey({ format: 'jwk', key: jwkOf(numbers) }), ...scheme }
  const { length } = numbers.n
  return { verify: (signature, message) => signature.length === length && verify(hash, message, key, signature) }
}

/** A key that cannot sign what its public part verifies has something else than primes in it. */
async function tryOut(numbers: RsaPrivateNumbers): Promise<void> {
  const message = Buffer.from('keyhold')
  let works: boolean
  try {
    const signature = await signerOf(schemes.pkcs1, numbers).sign(message)
    works = await verifierOf(schemes.pkcs1, numbers).verify(signature, message)
  } catch (cause) {
    throw wrongKeyMaterial(cause)
  }
  if (!works) throw wrongKeyMaterial()
}

/** @throws KmsError INVALID_REQUEST */
function modulusLengthOf(attributes: readonly string[]): number {
  const [length = String(modulusBits.default), ...more] = attributes
  if (more.length > 0 || !generatedLengths.includes(length)) {
    throw invalidRequest('attrs: for this key type, none or one of 2048, 3072 and 4096')
  }
  return Number(length)
}

function jwkOf({ n, e }: RsaPublicNumbers) {
  return { e: encodeBase64Url(e), kty: 'RSA', n: encodeBase64Url(n) }
}

function encoded(numbers: Readonly<Record<string, Uint8Array>>): Record<string, string> {
  return Object.fromEntries(Object.entries(numbers).map(([name, number]) => [name, encodeBase64Url(number)]))
}
