import type { Method } from './build-app.ts'

/** A route of the service, with a body that is well-formed. */
export interface Route {
  readonly method: Method
  /** The path, with `:keystoreId` and `:keyId` where ids stand. */
  readonly url: string
  readonly body?: Readonly<Record<string, unknown>>
  /** The members of the body that hold bytes as base64. */
  readonly bytes?: readonly string[]
  /** The members of the body that hold any other text. */
  readonly texts?: readonly string[]
}

const keystoreUrl = '/v1/keystores/:keystoreId'
const keyUrl = `${keystoreUrl}/keys/:keyId`
const some = 'c29tZSBieXRlcw=='
/** The public key of RFC 7748 section 6.1, and half a wrapped key. */
const publicKey = { x: 'hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=', curve: 'X25519', type: 'OKP' }
const wrapped = { encryptedcek: 'c29tZSBieXRlcyB0aGF0IGFyZSBubyBrZXk=', epk: publicKey, apu: some, apv: some }

const single = {
  createKeystore: {
    method: 'POST',
    url: '/v1/keystores',
    body: { controller: 'did:example:a' },
    texts: ['controller'],
  },
  updateVault: { method: 'POST', url: `${keystoreUrl}/edv`, body: { capability: some }, bytes: ['capability'] },
  jwks: { method: 'GET', url: `${keystoreUrl}/jwks` },
  log: { method: 'GET', url: `${keystoreUrl}/log` },
  createKey: { method: 'POST', url: `${keystoreUrl}/keys`, body: { key_type: 'ED25519' }, texts: ['key_type'] },
  importKey: {
    method: 'PUT',
    url: `${keystoreUrl}/keys`,
    body: { key_type: 'HMACSHA256Tag256', key: Buffer.alloc(32, 7).toString('base64'), key_id: 'imported' },
    bytes: ['key', 'public_key'],
    texts: ['key_type', 'key_id', 'jwk'],
  },
  exportKey: { method: 'GET', url: `${keyUrl}/export` },
  rotateKey: { method: 'POST', url: `${keyUrl}/rotate`, body: { key_type: 'ED25519' }, texts: ['key_type'] },
  sign: { method: 'POST', url: `${keyUrl}/sign`, body: { message: some }, bytes: ['message'] },
  verify: {
    method: 'POST',
    url: `${keyUrl}/verify`,
    body: { message: some, signature: some },
    bytes: ['message', 'signature'],
  },
  encrypt: {
    method: 'POST',
    url: `${keyUrl}/encrypt`,
    body: { message: some, associated_data: some },
    bytes: ['message', 'associated_data'],
  },
  decrypt: {
    method: 'POST',
    url: `${keyUrl}/decrypt`,
    body: { ciphertext: some, associated_data: some, nonce: some },
    bytes: ['ciphertext', 'associated_data', 'nonce'],
  },
  computeMac: { method: 'POST', url: `${keyUrl}/computemac`, body: { data: some }, bytes: ['data'] },
  signMulti: {
    method: 'POST',
    url: `${keyUrl}/signmulti`,
    body: { messages: [some], header: some },
    bytes: ['header'],
  },
  verifyMulti: {
    method: 'POST',
    url: `${keyUrl}/verifymulti`,
    body: { messages: [some], header: some, signature: some },
    bytes: ['signature', 'header'],
  },
  deriveProof: {
    method: 'POST',
    url: `${keyUrl}/deriveproof`,
    body: { messages: [some, some], header: some, signature: some, nonce: some, revealed_indexes: [1] },
    bytes: ['signature', 'nonce', 'header'],
  },
  verifyProof: {
    method: 'POST',
    url: `${keyUrl}/verifyproof`,
    body: { messages: [some], header: some, proof: some, nonce: some, revealed_indexes: [1] },
    bytes: ['proof', 'nonce', 'header'],
  },
  blind: { method: 'POST', url: `${keyUrl}/blind`, body: { values: [{ name: 'Alice' }] } },
  correctnessProof: { method: 'GET', url: `${keyUrl}/correctnessproof` },
  signWithSecrets: {
    method: 'POST',
    url: `${keyUrl}/signwithsecrets`,
    body: { values: { age: 18 }, secrets: some, correctness_proof: some, nonces: [some, some], did: 'did:example:a' },
  },
  verifyMac: { method: 'POST', url: `${keyUrl}/verifymac`, body: { mac: some, data: some }, bytes: ['mac', 'data'] },
  wrapAnonymously: {
    method: 'POST',
    url: `${keystoreUrl}/wrap`,
    body: { cek: some, apu: some, apv: some, recipient_pub_key: publicKey },
    bytes: ['cek', 'apu', 'apv'],
    texts: ['alg'],
  },
  wrap: {
    method: 'POST',
    url: `${keyUrl}/wrap`,
    body: { cek: some, apu: some, apv: some, tag: some, recipient_pub_key: publicKey },
    bytes: ['cek', 'apu', 'apv', 'tag'],
    texts: ['alg'],
  },
  unwrap: {
    method: 'POST',
    url: `${keyUrl}/unwrap`,
    body: { wrapped_key: { ...wrapped, alg: 'ECDH-ES+A256KW' }, tag: some },
    bytes: ['tag'],
  },
} as const satisfies Record<string, Route>

/** Many at once: an item is what is the body otherwise. */
function batchOf({ url, body }: { readonly url: string; readonly body: Route['body'] }) {
  return { method: 'POST', url: `${url}/batch`, body: { items: [body] } } as const satisfies Route
}

export const routes = {
  ...single,
  signBatch: batchOf(single.sign),
  verifyBatch: batchOf(single.verify),
  encryptBatch: batchOf(single.encrypt),
  decryptBatch: batchOf(single.decrypt),
  computeMacBatch: batchOf(single.computeMac),
  verifyMacBatch: batchOf(single.verifyMac),
  wrapBatch: batchOf(single.wrap),
  unwrapBatch: batchOf(single.unwrap),
  // Of what has no key in its path nothing but the keystore is looked for; what items are about: `batch/keystore-batch.test.ts`.
  batch: {
    method: 'POST',
    url: `${keystoreUrl}/batch`,
    body: { items: [{ operation: 'wrap', cek: some, recipient_pub_key: publicKey }] },
  },
} as const satisfies Record<string, Route>

/** A route's path with ids in it, which stand there as they are. */
export function fill(url: string, ids: { readonly keystoreId?: string; readonly keyId?: string }): string {
  return url
    .replace(':keystoreId', () => ids.keystoreId ?? 'no-keystore')
    .replace(':keyId', () => ids.keyId ?? 'no-key')
}
