/**
 * A capability as TrustBloc's Go code writes it: security context v2, one `Ed25519Signature2018` proof, members of the
 * target capitalised because the Go struct has no JSON names for them.
 */
export interface TrustblocCapability {
  readonly '@context': typeof contextUrl
  readonly id: string
  readonly invoker?: string
  readonly controller?: string
  readonly delegator?: string
  readonly parentCapability?: string
  readonly allowedAction?: readonly string[]
  readonly invocationTarget: { readonly ID: string; readonly Type: string }
  /** Not covered by the proof (the context does not know the term): they can only be honoured, never relied on. */
  readonly caveats?: readonly ExpiryCaveat[] | null
  /** RFC 3339; covered by the proof. An extension: the reference cannot read it. */
  readonly expires?: string
  readonly proof: readonly [TrustblocProof]
}

export interface ExpiryCaveat {
  readonly type: 'expiry'
  /** Seconds from the proof's creation. */
  readonly duration: number
}

export interface TrustblocProof {
  readonly type: 'Ed25519Signature2018'
  /** RFC 3339, up to 9 fraction digits. */
  readonly created: string
  readonly verificationMethod: string
  readonly proofPurpose: 'capabilityDelegation'
  readonly nonce?: string
  readonly challenge?: string
  readonly domain?: string
  readonly capabilityChain?: readonly string[]
  /** Detached JWS (RFC 7797): header and signature around an empty payload. */
  readonly jws: string
}

export const contextUrl = 'https://w3id.org/security/v2'

type Members = Readonly<Record<string, unknown>>

/** Reads the JSON of a capability. Undefined if it is not exactly of the shape, an unknown member included. */
export function readTrustblocCapability(json: unknown): TrustblocCapability | undefined {
  const capability = json as Members
  const wellFormed =
    hasOnly(json, capabilityMembers) &&
    capability['@context'] === contextUrl &&
    isIri(capability['id']) &&
    ['invoker', 'controller', 'delegator', 'parentCapability'].every(name => isOptional(capability[name], isIri)) &&
    isOptional(capability['allowedAction'], value => isDistinct(value, isActionName)) &&
    isTarget(capability['invocationTarget']) &&
    (capability['caveats'] === null || isOptional(capability['caveats'], value => isListOf(value, isCaveat))) &&
    isOptional(capability['expires'], isTime) &&
    isListOf(capability['proof'], isProof) &&
    capability['proof'].length === 1
  return wellFormed ? (capability as unknown as TrustblocCapability) : undefined
}

const capabilityMembers = [
  '@context',
  'id',
  'invoker',
  'controller',
  'delegator',
  'parentCapability',
  'allowedAction',
  'invocationTarget',
  'caveats',
  'expires',
  'proof',
]

const proofMembers = [
  'type',
  'created',
  'verificationMethod',
  'proofPurpose',
  'nonce',
  'challenge',
  'domain',
  'capabilityChain',
  'jws',
]

function isProof(value: unknown): boolean {
  const proof = value as Members
  return (
    hasOnly(value, proofMembers) &&
    proof['type'] === 'Ed25519Signature2018' &&
    isTime(proof['created']) &&
    isIri(proof['verificationMethod']) &&
    proof['proofPurpose'] === 'capabilityDelegation' &&
    ['nonce', 'challenge', 'domain'].every(name => isOptional(proof[name], isPlainText)) &&
    isOptional(proof['capabilityChain'], chain => isDistinct(chain, isIri)) &&
    typeof proof['jws'] === 'string' &&
    // The last character holds two bits: with more there would be several texts for one signature.
    /^[A-Za-z0-9_-]{1,256}\.\.[A-Za-z0-9_-]{85}[AQgw]$/.test(proof['jws'])
  )
}

function isTarget(value: unknown): boolean {
  return hasOnly(value, ['ID', 'Type']) && typeof value['ID'] === 'string' && typeof value['Type'] === 'string'
}

function isCaveat(value: unknown): boolean {
  return hasOnly(value, ['type', 'duration']) && value['type'] === 'expiry' && Number.isSafeInteger(value['duration'])
}

/**
 * An absolute IRI in ASCII that can be written between `<` and `>` as it is (RFC 3987, N-Quads section 3): anything
 * else could make a statement that the proof was never made over.
 */
export function isIri(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 2048 && /^[a-z][a-z0-9+.-]*:[!#-;=?-[\]_a-z~]+$/.test(value)
}

/** RFC 3339 section 5.6. The text itself is signed, so it is never rewritten. */
function isTime(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.test(value) &&
    !Number.isNaN(Date.parse(value))
  )
}

function isActionName(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z]{1,64}$/.test(value)
}

/** Text that N-Quads writes without an escape. */
function isPlainText(value: unknown): value is string {
  return typeof value === 'string' && /^[ !#-[\]-~]{1,512}$/.test(value)
}

function hasOnly(value: unknown, names: readonly string[]): value is Members {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.keys(value).every(name => names.includes(name))
  )
}

function isOptional(value: unknown, is: (value: unknown) => boolean): boolean {
  return value === undefined || is(value)
}

function isListOf(value: unknown, is: (value: unknown) => boolean): value is readonly unknown[] {
  return Array.isArray(value) && value.length <= 64 && value.every(is)
}

function isDistinct(value: unknown, is: (value: unknown) => boolean): boolean {
  return isListOf(value, is) && new Set(value).size === value.length
}
