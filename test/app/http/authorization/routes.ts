import type { KeyTypeName } from '@keyhold/core'

/** What a request comes to: its status, and the code if it is refused. */
export interface Verdict {
  readonly status: number
  readonly code?: string
}

/** A request body as it is sent; the made parts (ciphertexts, signatures) come from the service's own keys. */
export type Example =
  /** What the server makes of a message with the key, as members of the body. */
  | {
      readonly made: 'signature' | 'ciphertext' | 'mac' | 'multi-signature' | 'proof-request' | 'proof' | 'wrapped key'
    }
  | { readonly fields: Readonly<Record<string, unknown>> }
  /** Names the caller as the controller. */
  | { readonly made: 'creation' | 'hand-over' }
  /** The delegated capability. */
  | { readonly made: 'revoked' }

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  /**
   * How its callers prove that they may: by the admission, as the controller, as whoever controls a link, by
   * capability, as the invoker of a capability whatever that allows.
   */
  readonly proof: 'admission' | 'controller' | 'revocation' | 'capability' | 'opening'
  /** What is invoked. */
  readonly action?: string
  /** What a capability must allow, if that is something else. */
  readonly does?: string
  /** The type of the key that it needs, if it is about a key. */
  readonly keyType?: KeyTypeName
  readonly body?: Example
  /** Whether that is an item of the body: many can be asked for at once. */
  readonly batch?: true
  /** Whether the body names the key, and not the path. */
  readonly namesKey?: true
  /** What an allowed request comes to, if it is not 200: nothing here has a vault, or makes CL signatures. */
  readonly allowed?: Verdict
  /** Whether the keystore must be active, as for everything that a capability allows. */
  readonly needsActive?: boolean
  /** What a request comes to that nobody has signed, if nobody has to. */
  readonly unsigned?: Verdict
  /** What an allowed repetition comes to; undefined if it is not refused as a replay at all. */
  readonly repeated?: Verdict
}

const keystores = '/v1/keystores'
const keystore = `${keystores}/:keystoreId`
const key = `${keystore}/keys/:keyId`
const message = 'aGVsbG8='
const ok: Verdict = { status: 200 }
const noVault: Verdict = { status: 422, code: 'OPERATION_UNSUPPORTED' }
const noSession: Verdict = { status: 404, code: 'SESSION_NOT_FOUND' }
const noCl: Verdict = { status: 501, code: 'NOT_IMPLEMENTED' }
const secret = Buffer.alloc(32, 7).toString('base64')
/** RFC 7748 section 6.1. */
const bob = { type: 'OKP', curve: 'X25519', x: '3p7bfXt9wbTTW2HC7OQ1Nz+DQ8hbeGdNrfx+FG+IK08=' }
const wrapping = { fields: { cek: secret, recipient_pub_key: bob } }

const single: readonly Route[] = [
  { method: 'POST', path: keystores, proof: 'admission', body: { made: 'creation' }, repeated: ok },
  { method: 'POST', path: `${keystores}/did`, proof: 'admission' },
  { method: 'GET', path: keystore, proof: 'controller' },
  {
    method: 'POST',
    path: keystore,
    proof: 'controller',
    body: { made: 'hand-over' },
    // The revision that it asks for is taken by then.
    repeated: { status: 409, code: 'CONFLICT' },
  },
  {
    method: 'GET',
    path: `${keystore}/jwks`,
    proof: 'controller',
    needsActive: true,
    // That of a keystore whose keys are public is allowed to everyone, and not in this table.
    unsigned: { status: 404, code: 'KEYSTORE_NOT_FOUND' },
  },
  { method: 'GET', path: `${keystore}/log`, proof: 'controller' },
  { method: 'GET', path: `${keystore}/zcaps/revocations`, proof: 'controller' },
  {
    method: 'POST',
    path: `${keystore}/zcaps/revocations/:capabilityId`,
    proof: 'revocation',
    body: { made: 'revoked' },
    repeated: { status: 409, code: 'ALREADY_EXISTS' },
  },
  {
    method: 'POST',
    path: `${keystore}/sessions`,
    proof: 'opening',
    action: 'openSession',
    body: {
      fields: { public_key: { kty: 'OKP', crv: 'X25519', x: Buffer.from(bob.x, 'base64').toString('base64url') } },
    },
    repeated: ok,
  },
  { method: 'GET', path: `${keystore}/sessions`, proof: 'controller' },
  // There is none that the key of some other caller has opened.
  {
    method: 'DELETE',
    path: `${keystore}/sessions/:sessionId`,
    proof: 'controller',
    allowed: noSession,
    repeated: noSession,
  },
  capability('POST', `${keystore}/keys`, 'createKey', { fields: { key_type: 'AES256GCM' } }, { repeated: ok }),
  capability(
    'PUT',
    `${keystore}/keys`,
    'importKey',
    { fields: { key_type: 'AES256GCM', key: secret } },
    { repeated: ok },
  ),
  capability(
    'POST',
    `${keystore}/edv`,
    'updateEDVCapability',
    { fields: { capability: 'e30=' } },
    { allowed: noVault, repeated: noVault },
  ),
  capability('GET', `${key}/export`, 'exportKey', undefined, { keyType: 'ED25519' }),
  capability(
    'POST',
    `${key}/rotate`,
    'rotateKey',
    { fields: { key_type: 'AES256GCM' } },
    { keyType: 'AES256GCM', repeated: ok },
  ),
  capability('POST', `${key}/sign`, 'sign', { fields: { message } }, { keyType: 'ED25519' }),
  capability('POST', `${key}/verify`, 'verify', { made: 'signature' }, { keyType: 'ED25519' }),
  capability('POST', `${key}/encrypt`, 'encrypt', { fields: { message } }, { keyType: 'AES256GCM' }),
  capability('POST', `${key}/decrypt`, 'decrypt', { made: 'ciphertext' }, { keyType: 'AES256GCM' }),
  capability('POST', `${key}/signmulti`, 'signMulti', { fields: { messages: [message] } }, { keyType: 'BLS12381G2' }),
  capability('POST', `${key}/verifymulti`, 'verifyMulti', { made: 'multi-signature' }, { keyType: 'BLS12381G2' }),
  capability('POST', `${key}/deriveproof`, 'deriveProof', { made: 'proof-request' }, { keyType: 'BLS12381G2' }),
  capability('POST', `${key}/verifyproof`, 'verifyProof', { made: 'proof' }, { keyType: 'BLS12381G2' }),
  capability('POST', `${key}/computemac`, 'computeMAC', { fields: { data: message } }, { keyType: 'HMACSHA256Tag256' }),
  capability('POST', `${key}/verifymac`, 'verifyMAC', { made: 'mac' }, { keyType: 'HMACSHA256Tag256' }),
  capability('POST', `${key}/blind`, 'blind', { fields: {} }, { keyType: 'BLS12381G2', allowed: noCl }),
  capability('GET', `${key}/correctnessproof`, 'correctnessProof', undefined, { keyType: 'BLS12381G2', allowed: noCl }),
  capability(
    'POST',
    `${key}/signwithsecrets`,
    'signWithSecrets',
    { fields: { did: 'did:example:holder' } },
    { keyType: 'BLS12381G2', allowed: noCl },
  ),
  capability('POST', `${keystore}/wrap`, 'wrap', wrapping, {}),
  {
    ...capability(
      'POST',
      `${keystore}/batch`,
      'batch',
      { fields: { operation: 'sign', message } },
      { keyType: 'ED25519' },
    ),
    does: 'sign',
    batch: true,
    namesKey: true,
  },
  capability('POST', `${key}/wrap`, 'wrap', wrapping, { keyType: 'X25519ECDHKW' }),
  capability('POST', `${key}/unwrap`, 'unwrap', { made: 'wrapped key' }, { keyType: 'X25519ECDHKW' }),
]

/** What can be asked of a key many times at once. */
const many = ['sign', 'verify', 'encrypt', 'decrypt', 'computeMAC', 'verifyMAC', 'wrap', 'unwrap']

const batches = single
  .filter(({ path, action = '' }) => path.startsWith(`${key}/`) && many.includes(action))
  .map((route): Route => ({ ...route, path: `${route.path}/batch`, batch: true }))

/** Every route that needs a caller. A test holds the table and the server together. */
export const routes: readonly Route[] = [...single, ...batches]

/** The only other routes: they need no caller. */
export const openRoutes = [
  'GET /healthcheck',
  'GET /health/live',
  'GET /health/ready',
  'GET /openapi.json',
  'GET /docs',
  'GET /docs/*',
]

function capability(
  method: Route['method'],
  path: string,
  action: string,
  body: Example | undefined,
  rest: Pick<Route, 'keyType' | 'allowed' | 'repeated'>,
): Route {
  return { method, path, proof: 'capability', action, ...(body && { body }), ...rest }
}
