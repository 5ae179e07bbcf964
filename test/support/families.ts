import { randomBytes } from 'node:crypto'
import { inThisThread, type KeyTypeName, keyTypeNames } from '@keyhold/core'
import { keyTypes } from '@keyhold/core/algorithms/index.js'
import type { Family } from '@keyhold/core/algorithms/key-type.js'
import { ml_dsa65 } from '@noble/post-quantum/ml-dsa.js'
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js'
import { base64, keystoreOf, type Request, type TestApp } from './build-app.ts'
import { oid, seedPkcs8 } from './der.ts'
import { foreignAgreementKey } from './foreign-agreement-key.ts'
import { foreignSignatureKey } from './foreign-key.ts'

/** Every family that a key type of the table belongs to. */
export const families = [...new Set(keyTypeNames.map(name => keyTypes[name].family))]

export function familyOf(type: KeyTypeName): Family {
  return keyTypes[type].family
}

export function typesOf(family: Family): KeyTypeName[] {
  return keyTypeNames.filter(name => familyOf(name) === family)
}

/** Uses a key in the way of its family, and answers the request that shows whether a key accepts the result. */
type Use = (app: TestApp, keyPath: string, text: string) => Promise<(keyPath: string) => Request>

export const use: Readonly<Record<Family, Use>> = {
  async signature(app, keyPath, text) {
    const message = base64(text)
    const { signature } = await post(app, `${keyPath}/sign`, { message })
    return path => ({ method: 'POST', path: `${path}/verify`, body: { message, signature } })
  },
  async aead(app, keyPath, text) {
    const associated_data = base64('associated')
    const encrypted = await post(app, `${keyPath}/encrypt`, { message: base64(text), associated_data })
    return path => ({ method: 'POST', path: `${path}/decrypt`, body: { ...encrypted, associated_data } })
  },
  async mac(app, keyPath, text) {
    const data = base64(text)
    const { mac } = await post(app, `${keyPath}/computemac`, { data })
    return path => ({ method: 'POST', path: `${path}/verifymac`, body: { data, mac } })
  },
  async 'key-agreement'(app, keyPath, text) {
    const { body } = await app.send({ method: 'GET', path: `${keyPath}/export` })
    const recipient_pub_key = JSON.parse(Buffer.from(body.public_key, 'base64').toString())
    const cek = base64(text.padEnd(8 * Math.ceil(text.length / 8 + 2)))
    const wrapped_key = await post(app, `${keystoreOf(keyPath)}/wrap`, { cek, recipient_pub_key })
    return path => ({ method: 'POST', path: `${path}/unwrap`, body: { wrapped_key } })
  },
  async 'key-encapsulation'(app, keyPath, text) {
    const recipient_pub_key = await encapsulationKey(app, keyPath)
    const cek = base64(text.padEnd(8 * Math.ceil(text.length / 8 + 2)))
    const wrapped_key = await post(app, `${keystoreOf(keyPath)}/wrap`, { cek, recipient_pub_key })
    return path => ({ method: 'POST', path: `${path}/unwrap`, body: { wrapped_key } })
  },
  'bbs-plus': useMulti,
  bbs: useMulti,
}

/** A key as `recipient_pub_key` has it. */
export async function encapsulationKey(app: TestApp, keyPath: string) {
  const { body } = await app.send({ method: 'GET', path: `${keyPath}/export` })
  return { type: 'AKP', curve: body.key_type, x: body.public_key }
}

async function useMulti(app: TestApp, keyPath: string, text: string): Promise<(keyPath: string) => Request> {
  const messages = [base64(text), base64('another message')]
  const { signature } = await post(app, `${keyPath}/signmulti`, { messages })
  return path => ({ method: 'POST', path: `${path}/verifymulti`, body: { messages, signature } })
}

const signMulti = (keyPath: string): Request => ({
  method: 'POST',
  path: `${keyPath}/signmulti`,
  body: { messages: [null] },
})

/** The request that uses the secret of a key of a family. */
export const useRequest: Readonly<Record<Family, (keyPath: string, type: KeyTypeName) => Request>> = {
  signature: keyPath => ({ method: 'POST', path: `${keyPath}/sign`, body: { message: null } }),
  aead: keyPath => ({ method: 'POST', path: `${keyPath}/encrypt`, body: { message: null } }),
  mac: keyPath => ({ method: 'POST', path: `${keyPath}/computemac`, body: { data: null } }),
  'key-agreement': (keyPath, type) => {
    const body = { cek: base64(Buffer.alloc(32)), recipient_pub_key: foreignAgreementKey(type).sent }
    return { method: 'POST', path: `${keyPath}/wrap`, body }
  },
  'key-encapsulation': keyPath => {
    const algorithm = 'ML-KEM-768+A256KW'
    const ek = base64(Buffer.alloc(1088))
    const wrapped_key = { alg: algorithm, ek, encryptedcek: base64(Buffer.alloc(40)) }
    return { method: 'POST', path: `${keyPath}/unwrap`, body: { wrapped_key } }
  },
  'bbs-plus': signMulti,
  bbs: signMulti,
}

/** What it comes to: an encapsulation key makes nothing, and a wrapped key that nobody has wrapped does not open. */
export const useStatus = (type: KeyTypeName) => (familyOf(type) === 'key-encapsulation' ? 400 : 200)

/** Key material of a type as a caller imports it: PKCS#8, as many raw bytes as the type wants, or a scalar. */
export function importableKey(type: KeyTypeName): Buffer {
  switch (familyOf(type)) {
    case 'signature':
      return foreignSignatureKey(type).pkcs8
    case 'aead':
      return Buffer.alloc(secretLengthOf(type), 0x5a)
    case 'mac':
    case 'bbs-plus':
    case 'bbs':
      return Buffer.alloc(32, 0x5a)
    case 'key-agreement':
      return foreignAgreementKey(type).pkcs8
    case 'key-encapsulation':
      return seedPkcs8(oid['ML-KEM-768'], randomBytes(64))
  }
}

/** The JWK of a key of which the seed is kept, as RFC 9964 writes it. */
export function seedJwk(type: KeyTypeName, seed: Uint8Array): Readonly<Record<string, string>> {
  const { publicKey } = (type === 'ML-DSA-65' ? ml_dsa65 : ml_kem768).keygen(seed)
  const url = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url')
  return { kty: 'AKP', alg: type, pub: url(publicKey), priv: url(seed) }
}

function secretLengthOf(type: KeyTypeName): number {
  const material = keyTypes[type].generate(length => new Uint8Array(length), undefined, inThisThread)
  if (material instanceof Promise) throw new Error(`${type} keys are not made of random bytes alone`)
  return material.secret?.length ?? 0
}

async function post(app: TestApp, path: string, body: unknown) {
  const reply = await app.send({ method: 'POST', path, body })
  if (reply.status !== 200) throw new Error(`${path}: ${reply.status} ${reply.text}`)
  return reply.body
}
