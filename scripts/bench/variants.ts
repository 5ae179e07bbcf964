import { randomBytes } from 'node:crypto'
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js'
import { base64 } from '../http-client.ts'
import { agreementCurves, sentKey } from './agreement-floor.ts'
import type { Proof } from './caller.ts'
import type { Address } from './variant-process.ts'

/** Sends one request to the variant that bodies are made for, to a path that ends with its action. */
// biome-ignore lint/suspicious/noExplicitAny: the answer has the shape that the asked route gives it
export type Ask = (path: string, body: unknown) => Promise<any>

/** What is measured: one operation with keys of one type. */
export interface Operation {
  readonly name: string
  readonly keyType: string
  readonly proof: Proof
  /** What its requests invoke a capability for; the first is what is measured, the others make its bodies. */
  readonly actions: readonly string[]
  /** At once. Default: 16. */
  readonly connections?: number
  /** How many answers one request counts for. Default: 1. */
  readonly items?: number
  /** Present where a target was set (`targets.ts`). */
  readonly judged?: true
  path(address: Address): string
  /** So many bodies, through which the load rotates; made anew for each variant, since its key is its own. */
  bodies(address: Address, ask: Ask, count: number): Promise<readonly unknown[]>
}

const fewBytes = 256
const manyBytes = 1024

/** Nothing but Fastify and its schemas: the unit in which overhead is counted. */
export const echo: Operation = {
  name: 'echo',
  keyType: 'echo',
  proof: 'none',
  actions: [],
  path: () => '/echo',
  bodies: (_address, _ask, count) => several(count, () => ({ message: base64(randomBytes(fewBytes)) })),
}

/** Beside Ed25519, whose signatures are those that most requests ask for. */
const signatureTypes = [
  'ED448',
  'ECDSAP256DER',
  'ECDSAP384DER',
  'ECDSAP521DER',
  'ECDSAP256IEEEP1363',
  'ECDSAP384IEEEP1363',
  'ECDSAP521IEEEP1363',
  'ECDSASecp256k1DER',
  'ECDSASecp256k1IEEEP1363',
  'RSARS256',
  'RSAPS256',
  'ML-DSA-65',
] as const

const aeadTypes = ['AES128GCM', 'AES256GCM', 'AES256GCMNoPrefix', 'ChaCha20Poly1305', 'XChaCha20Poly1305'] as const

const agreementTypes = Object.keys(agreementCurves) as AgreementTypeName[]

/** What most requests are, and what they may take beyond their floors. */
const light = [
  sign('ED25519'),
  sign('ECDSAP256DER'),
  verify('ED25519'),
  encrypt('AES256GCM'),
  decrypt('AES256GCM'),
  computeMac('HMACSHA256Tag256'),
  wrap('NISTP256ECDHKW'),
].map(operation => ({ ...operation, judged: true }) as const)

const proofs = ['none', 'root', 'delegated'] as const

/** What else there is is measured where nobody has to prove anything. */
const others: readonly Operation[] = [
  ...signatureTypes.flatMap(keyType => [sign(keyType), verify(keyType)]),
  ...aeadTypes.flatMap(keyType => [encrypt(keyType), decrypt(keyType)]),
  ...agreementTypes.flatMap(keyType => [wrap(keyType), unwrap(keyType)]),
  encapsulate('ML-KEM-768'),
  signMulti('BLS12381G2'),
  signMulti('BLS12381G2-SHA-256'),
  createKey('ED25519'),
  createKey('AES256GCM'),
].filter(({ name, keyType }) => !light.some(each => each.name === name && each.keyType === keyType))

export const operations: readonly Operation[] = [
  ...light.flatMap(operation => proofs.map(proof => ({ ...operation, proof }))),
  { ...sign('ED25519'), proof: 'session', judged: true },
  { ...encrypt('AES256GCM'), proof: 'session', judged: true },
  { ...sign('ED25519'), proof: 'gnap' },
  ...[sign('ED25519'), encrypt('AES256GCM')].flatMap(operation => {
    const batch = batchOf(operation, 100)
    return [batch, { ...batch, proof: 'root' } as const]
  }),
  ...others,
]

function sign(keyType: string): Operation {
  return ofKey('sign', keyType, async () => ({ message: base64(randomBytes(fewBytes)) }))
}

function verify(keyType: string): Operation {
  const operation = ofKey('verify', keyType, async ({ key }, ask) => {
    const message = base64(randomBytes(fewBytes))
    return { message, ...(await ask(`${key}/sign`, { message })) }
  })
  return { ...operation, actions: ['verify', 'sign'] }
}

function encrypt(keyType: string): Operation {
  return ofKey('encrypt', keyType, async () => plaintext())
}

function decrypt(keyType: string): Operation {
  const operation = ofKey('decrypt', keyType, async ({ key }, ask) => {
    const { message, associated_data } = plaintext()
    return { associated_data, ...(await ask(`${key}/encrypt`, { message, associated_data })) }
  })
  return { ...operation, actions: ['decrypt', 'encrypt'] }
}

/** So many items in each request. */
function batchOf(operation: Operation, items: number): Operation {
  return {
    ...operation,
    name: `${operation.name}-batch`,
    items,
    judged: true,
    path: address => `${operation.path(address)}/batch`,
    bodies: (address, ask, count) =>
      several(count, async () => ({ items: await operation.bodies(address, ask, items) })),
  }
}

function plaintext() {
  return { message: base64(randomBytes(manyBytes)), associated_data: base64(randomBytes(32)) }
}

function computeMac(keyType: string): Operation {
  const operation = ofKey('computemac', keyType, async () => ({ data: base64(randomBytes(fewBytes)) }))
  return { ...operation, actions: ['computeMAC'] }
}

/** As the sender, for somebody else. */
function wrap(keyType: AgreementTypeName): Operation {
  const recipient_pub_key = sentKey(agreementCurves[keyType]().publicKey)
  return ofKey('wrap', keyType, async () => ({ cek: base64(randomBytes(32)), recipient_pub_key }))
}

/** What was wrapped anonymously; a floor's key has nobody asked for, and wraps for itself. */
function unwrap(keyType: AgreementTypeName): Operation {
  const nobodys = sentKey(agreementCurves[keyType]().publicKey)
  return ofKey('unwrap', keyType, async ({ keystore, publicKey }, ask) => {
    const recipient_pub_key =
      publicKey === undefined ? nobodys : JSON.parse(Buffer.from(publicKey, 'base64').toString())
    return { wrapped_key: await ask(`${keystore}/wrap`, { cek: base64(randomBytes(32)), recipient_pub_key }) }
  })
}

type AgreementTypeName = keyof typeof agreementCurves

/** Anonymously, for the key itself; a floor's key has nobody asked for. */
function encapsulate(keyType: string): Operation {
  const nobodys = base64(ml_kem768.keygen(randomBytes(64)).publicKey)
  const recipientOf = ({ publicKey = nobodys }: Address) => ({ type: 'AKP', curve: keyType, x: publicKey })
  const body = async (address: Address) => {
    return { cek: base64(randomBytes(32)), recipient_pub_key: recipientOf(address) }
  }
  return { ...ofKey('wrap', keyType, body), path: ({ keystore }) => `${keystore}/wrap` }
}

/** A claim each; the key's generators for so many are made by the first of them. */
function signMulti(keyType: string): Operation {
  const messages = () => Array.from({ length: 10 }, () => base64(randomBytes(32)))
  return ofKey('signmulti', keyType, async () => ({ messages: messages() }))
}

export function createKey(keyType: string): Operation {
  return {
    name: 'create',
    keyType,
    proof: 'none',
    actions: ['createKey'],
    path: ({ keystore }) => `${keystore}/keys`,
    bodies: async () => [{ key_type: keyType }],
  }
}

function ofKey(name: string, keyType: string, body: (address: Address, ask: Ask) => Promise<unknown>): Operation {
  return {
    name,
    keyType,
    proof: 'none',
    actions: [name],
    path: ({ key }) => `${key}/${name}`,
    bodies: (address, ask, count) => several(count, () => body(address, ask)),
  }
}

async function several<T>(count: number, make: () => T | Promise<T>): Promise<T[]> {
  const made: T[] = []
  while (made.length < count) made.push(await make())
  return made
}
