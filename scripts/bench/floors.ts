import {
  constants,
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  type DSAEncoding,
  generateKeyPairSync,
  type KeyPairKeyObjectResult,
  randomBytes,
  type SignPrivateKeyInput,
  sign,
  verify,
} from 'node:crypto'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { ComputationThreads, systemRandom } from '@keyhold/adapters'
import type { Ed25519Port } from '@keyhold/core'
import { bbsRandomLength } from '@keyhold/core/algorithms/bbs/compute.js'
import { fromSeed } from '@keyhold/core/algorithms/ed25519.js'
import { hchacha } from '@noble/ciphers/chacha.js'
import { Type } from '@sinclair/typebox'
import { open } from 'lmdb'
import { newMultiKey } from '../crash/outside-multi.ts'
import { base64 } from '../http-client.ts'
import { agreementCurves, agreementFloor } from './agreement-floor.ts'
import { batchFloor } from './batch-floor.ts'
import { mlDsaFloor, mlKemFloor } from './post-quantum-floor.ts'

/**
 * The floor of each key type: routes that take and give what the service's do, and between the two do nothing but the
 * raw operation on a key that is always open. In front of them stands, where requests are signed, the check of one
 * constant signature (`floor-server.ts`).
 */
type Floor = FastifyPluginAsyncTypebox<{ readonly directory: string; readonly ed25519: Ed25519Port }>

const keystorePath = '/v1/keystores/:keystoreId'
const keyPath = `${keystorePath}/keys/:keyId`
const text = Type.String()
const random = systemRandom()

const echoFloor: Floor = async app => {
  const schema = { body: Type.Object({ message: text }), response: { 200: Type.Object({ message: text }) } }
  app.post('/echo', { schema }, async ({ body }) => ({ message: body.message }))
}

function signatureFloor(
  { privateKey, publicKey }: KeyPairKeyObjectResult,
  hash: EcdsaHash | null,
  scheme: Omit<SignPrivateKeyInput, 'key'> = {},
): Floor {
  const signKey = { key: privateKey, ...scheme }
  const verifyKey = { key: publicKey, ...scheme }
  return rawSignatureFloor({
    sign: message => sign(hash, message, signKey),
    verify: (signature, message) => verify(hash, message, verifyKey, signature),
  })
}

/** By the implementation that the service has. */
const ed25519Floor: Floor = async (app, options) => {
  const { publicKey, secret } = fromSeed(random(32))
  const { sign } = secret.lend(seed => options.ed25519.signer(seed, publicKey))
  const { verify } = options.ed25519.verifier(publicKey)
  await app.register(rawSignatureFloor({ sign, verify }), options)
}

interface RawSignatures {
  sign(message: Uint8Array): Uint8Array
  verify(signature: Uint8Array, message: Uint8Array): boolean
}

function rawSignatureFloor({ sign, verify }: RawSignatures): Floor {
  const signSchema = { body: Type.Object({ message: text }), response: { 200: Type.Object({ signature: text }) } }
  const verifySchema = { body: Type.Object({ signature: text, message: text }) }
  return async app => {
    const signOne = ({ message }: { readonly message: string }) => ({ signature: base64(sign(bytes(message))) })
    app.post(`${keyPath}/sign`, { schema: signSchema }, async ({ body }) => signOne(body))
    batchFloor(app, `${keyPath}/sign`, signSchema, signOne)
    app.post(`${keyPath}/verify`, { schema: verifySchema }, async ({ body }, reply) => {
      if (!verify(bytes(body.signature), bytes(body.message))) reply.code(400)
      return reply.type('application/json; charset=utf-8').send('')
    })
  }
}

interface Cipher {
  seal(plaintext: Buffer, associatedData: Buffer): { readonly nonce: Uint8Array; readonly ciphertext: Buffer }
  open(ciphertext: Buffer, nonce: Buffer, associatedData: Buffer): Buffer
}

function aeadFloor(cipher: Cipher): Floor {
  const encryptSchema = {
    body: Type.Object({ message: text, associated_data: text }),
    response: { 200: Type.Object({ ciphertext: text, nonce: text }) },
  }
  const decryptSchema = {
    body: Type.Object({ ciphertext: text, nonce: text, associated_data: text }),
    response: { 200: Type.Object({ plaintext: text }) },
  }
  return async app => {
    const encryptOne = (body: { readonly message: string; readonly associated_data: string }) => {
      const { ciphertext, nonce } = cipher.seal(bytes(body.message), bytes(body.associated_data))
      return { ciphertext: base64(ciphertext), nonce: base64(nonce) }
    }
    app.post(`${keyPath}/encrypt`, { schema: encryptSchema }, async ({ body }) => encryptOne(body))
    batchFloor(app, `${keyPath}/encrypt`, encryptSchema, encryptOne)
    app.post(`${keyPath}/decrypt`, { schema: decryptSchema }, async ({ body }) => ({
      plaintext: base64(cipher.open(bytes(body.ciphertext), bytes(body.nonce), bytes(body.associated_data))),
    }))
  }
}

type EcdsaHash = 'sha256' | 'sha384' | 'sha512'

type CipherName = 'aes-128-gcm' | 'aes-256-gcm' | 'chacha20-poly1305'

function openSslCipher(name: CipherName, nonceLength: number, keyOf: (nonce: Uint8Array) => CipherKey): Cipher {
  const options = { authTagLength: 16 }
  return {
    seal(plaintext, associatedData) {
      const nonce = random(nonceLength)
      const { key, iv } = keyOf(nonce)
      const cipher = createCipheriv(name as 'aes-256-gcm', key, iv, options)
      cipher.setAAD(associatedData)
      return { nonce, ciphertext: Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]) }
    },
    open(ciphertext, nonce, associatedData) {
      const { key, iv } = keyOf(nonce)
      const decipher = createDecipheriv(name as 'aes-256-gcm', key, iv, options)
      decipher.setAAD(associatedData)
      decipher.setAuthTag(ciphertext.subarray(-16))
      const plaintext = decipher.update(ciphertext.subarray(0, -16))
      decipher.final()
      return plaintext
    },
  }
}

interface CipherKey {
  readonly key: Parameters<typeof createCipheriv>[1]
  readonly iv: Uint8Array
}

function ietfCipher(name: CipherName, keyLength = 32): Cipher {
  const key = createSecretKey(randomBytes(keyLength))
  return openSslCipher(name, 12, iv => ({ key, iv }))
}

/** OpenSSL has no extended nonces: the subkey is HChaCha20's, the rest OpenSSL's. */
function xChaCha20Poly1305(): Cipher {
  const constants = words(Buffer.from('expand 32-byte k'))
  const key = words(randomBytes(32))
  return openSslCipher('chacha20-poly1305', 24, nonce => {
    const subkey = new Uint32Array(8)
    hchacha(constants, key, words(nonce.subarray(0, 16)), subkey)
    return { key: new Uint8Array(subkey.buffer), iv: Buffer.concat([Buffer.alloc(4), nonce.subarray(16)]) }
  })
}

function macFloor(): Floor {
  const key = createSecretKey(randomBytes(32))
  const schema = { body: Type.Object({ data: text }), response: { 200: Type.Object({ mac: text }) } }
  return async app => {
    app.post(`${keyPath}/computemac`, { schema }, async ({ body }) => ({
      mac: createHmac('sha256', key).update(bytes(body.data)).digest('base64'),
    }))
  }
}

function multiFloor(scheme: 'bbs-plus-2020' | 'bbs-bls12-381-sha-256'): Floor {
  const { secret, publicKey } = newMultiKey()
  const schema = {
    body: Type.Object({ messages: Type.Array(text) }),
    response: { 200: Type.Object({ signature: text }) },
  }
  return async app => {
    const workers = new ComputationThreads()
    app.addHook('onClose', () => workers.close())
    app.post(`${keyPath}/signmulti`, { schema }, async ({ body }) => {
      const job = { scheme, operation: 'sign', header: Buffer.alloc(0), secret, publicKey } as const
      const messages = body.messages.map(bytes)
      const signature = await workers.run({ ...job, messages, random: random(bbsRandomLength(scheme)) })
      return { signature: base64(signature ?? '') }
    })
  }
}

/** Creation: a new key, encrypted under a constant one, in one durable write. */
function creationFloor(generate: () => { readonly secret: Uint8Array; readonly publicKey?: string }): Floor {
  const cipher = ietfCipher('aes-256-gcm')
  const schema = {
    body: Type.Object({ key_type: text }),
    response: { 200: Type.Object({ key_url: text, public_key: Type.Union([text, Type.Null()]) }) },
  }
  return async (app, { directory }) => {
    const database = open<Uint8Array, string>({ path: directory, encoding: 'binary' })
    app.addHook('onClose', async () => database.close())
    app.post(`${keystorePath}/keys`, { schema }, async () => {
      const { secret, publicKey = null } = generate()
      const id = Buffer.from(random(24)).toString('base64url')
      const { ciphertext, nonce } = cipher.seal(Buffer.from(secret), Buffer.from(id))
      await database.put(id, Buffer.concat([nonce, ciphertext]))
      await database.flushed
      return { key_url: `http://localhost/v1/keystores/keystore/keys/${id}`, public_key: publicKey }
    })
  }
}

function generateEd25519() {
  const { d = '', x = '' } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
  return { secret: Buffer.from(d, 'base64url'), publicKey: x }
}

const rsaKeyPair = () => generateKeyPairSync('rsa', { modulusLength: 3072 })

const bytes = (encoded: string): Buffer => Buffer.from(encoded, 'base64')
const words = (raw: Uint8Array): Uint32Array => new Uint32Array(Uint8Array.from(raw).buffer)

const ecdsaFloor = (namedCurve: string, hash: EcdsaHash, dsaEncoding: DSAEncoding) => () => [
  signatureFloor(generateKeyPairSync('ec', { namedCurve }), hash, { dsaEncoding }),
]

const agreementFloors = Object.fromEntries(
  Object.entries(agreementCurves).map(([name, make]) => [
    name,
    () => [agreementFloor(make, { keystorePath, keyPath })],
  ]),
)

/** By the words that stand on the command line of the floor's process. */
export const floors: Readonly<Record<string, () => readonly Floor[]>> = {
  echo: () => [echoFloor],
  ED25519: () => [ed25519Floor, creationFloor(generateEd25519)],
  ED448: () => [signatureFloor(generateKeyPairSync('ed448'), null)],
  ECDSAP256DER: ecdsaFloor('P-256', 'sha256', 'der'),
  ECDSAP384DER: ecdsaFloor('P-384', 'sha384', 'der'),
  ECDSAP521DER: ecdsaFloor('P-521', 'sha512', 'der'),
  ECDSAP256IEEEP1363: ecdsaFloor('P-256', 'sha256', 'ieee-p1363'),
  ECDSAP384IEEEP1363: ecdsaFloor('P-384', 'sha384', 'ieee-p1363'),
  ECDSAP521IEEEP1363: ecdsaFloor('P-521', 'sha512', 'ieee-p1363'),
  ECDSASecp256k1DER: ecdsaFloor('secp256k1', 'sha256', 'der'),
  ECDSASecp256k1IEEEP1363: ecdsaFloor('secp256k1', 'sha256', 'ieee-p1363'),
  RSARS256: () => [signatureFloor(rsaKeyPair(), 'sha256')],
  RSAPS256: () => {
    const scheme = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }
    return [signatureFloor(rsaKeyPair(), 'sha256', scheme)]
  },
  AES128GCM: () => [aeadFloor(ietfCipher('aes-128-gcm', 16))],
  AES256GCM: () => [aeadFloor(ietfCipher('aes-256-gcm')), creationFloor(() => ({ secret: randomBytes(32) }))],
  AES256GCMNoPrefix: () => [aeadFloor(ietfCipher('aes-256-gcm'))],
  ChaCha20Poly1305: () => [aeadFloor(ietfCipher('chacha20-poly1305'))],
  XChaCha20Poly1305: () => [aeadFloor(xChaCha20Poly1305())],
  HMACSHA256Tag256: () => [macFloor()],
  ...agreementFloors,
  'ML-DSA-65': () => [mlDsaFloor(keyPath)],
  'ML-KEM-768': () => [mlKemFloor(keystorePath)],
  BLS12381G2: () => [multiFloor('bbs-plus-2020')],
  'BLS12381G2-SHA-256': () => [multiFloor('bbs-bls12-381-sha-256')],
}
