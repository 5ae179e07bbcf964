import { forbidden, isIri } from '@keyhold/core'

/** One delegation of a chain, as it says itself. */
export interface Link {
  /** The delegated capability itself. */
  readonly json: object
  readonly id: string
  /** DIDs, or URLs of their keys. */
  readonly controllers: readonly string[]
  readonly parent: string
  /** Undefined: everything. */
  readonly actions?: readonly string[]
  readonly target: string
  /** Unix times, milliseconds. */
  readonly created: number
  readonly expires: number
  /** The DID URL of the key that its proof names. */
  readonly signer: string
  /** The ids of everything above it, the root first. */
  readonly above: readonly string[]
}

/** On one chain, the root not counted. */
export const maximumDelegations = 5
const maximumEntries = 16

const capabilityContext = 'https://w3id.org/zcap/v1'

/** The proofs that are known, each with the context that defines it and what it has besides what all of them have. */
const suites = [
  { type: 'Ed25519Signature2020', context: 'https://w3id.org/security/suites/ed25519-2020/v1' },
  {
    type: 'DataIntegrityProof',
    context: 'https://w3id.org/security/data-integrity/v2',
    cryptosuite: 'eddsa-rdfc-2022',
  },
]

const capabilityMembers = [
  '@context',
  'id',
  'controller',
  'parentCapability',
  'invocationTarget',
  'allowedAction',
  'expires',
  'proof',
]

const proofMembers = [
  'type',
  'cryptosuite',
  'created',
  'verificationMethod',
  'proofPurpose',
  'capabilityChain',
  'proofValue',
]

type Members = Readonly<Record<string, unknown>>

/**
 * Reads a delegated capability (W3C CCG Authorization Capabilities, section 3) and those that are embedded in it, the
 * one below the root first. Of several ways to write the same, one is accepted: the one that the published libraries
 * write. Then no text can be changed without changing what was signed.
 *
 * @throws KmsError FORBIDDEN
 */
export function readChain(capability: unknown): Link[] {
  const links: Link[] = []
  let next: unknown = capability
  do {
    if (links.length === maximumDelegations) throw forbidden('the chain of capabilities is too long')
    const [link, embedded] = readDelegation(next)
    links.unshift(link)
    next = embedded
  } while (next !== undefined)
  return links
}

/** A delegation, and the one above it unless that is the root. */
function readDelegation(json: unknown): [Link, Members | undefined] {
  if (!hasOnly(json, capabilityMembers)) throw forbidden('a capability has members that are not known here')
  const { id, parentCapability: parent, invocationTarget: target, proof } = json
  if (!hasOnly(proof, proofMembers)) throw forbidden('a capability has no proof, several, or one with unknown members')
  checkSuite(json['@context'], proof)
  const { verificationMethod: signer } = proof
  if (!isIri(id) || !isIri(parent) || !isIri(target) || !isIri(signer)) throw forbidden('an id or URL is malformed')
  const [above, embedded] = readAbove(proof['capabilityChain'])
  const link = {
    json,
    id,
    parent,
    target,
    signer,
    above,
    controllers: readTexts(json['controller'], isDid, 'controllers'),
    created: readTime(proof['created']),
    expires: readTime(json['expires']),
    ...(json['allowedAction'] !== undefined && { actions: readTexts(json['allowedAction'], isActionName, 'actions') }),
  }
  return [link, embedded]
}

function checkSuite(context: unknown, proof: Members): void {
  const suite = suites.find(({ type }) => type === proof['type'])
  if (suite === undefined || suite.cryptosuite !== proof['cryptosuite'])
    throw forbidden('a proof is of an unknown kind')
  const isKnownContext =
    isArray(context) && context.length === 2 && context[0] === capabilityContext && context[1] === suite.context
  if (!isKnownContext) throw forbidden('a context is not known here')
  if (proof['proofPurpose'] !== 'capabilityDelegation') throw forbidden('a proof is for another purpose')
  const { proofValue } = proof
  const isSignature = typeof proofValue === 'string' && /^z[1-9A-HJ-NP-Za-km-z]{64,88}$/.test(proofValue)
  if (!isSignature) throw forbidden('a proof has no signature')
}

/** A chain names everything above by its id, and embeds what is directly above unless that is the root. */
function readAbove(chain: unknown): [string[], Members | undefined] {
  if (!isArray(chain) || chain.length === 0) throw forbidden('a proof has no chain of capabilities')
  const last = chain.at(-1)
  const embedded = chain.length > 1 && isObject(last) ? last : undefined
  const above = [...chain.slice(0, -1), embedded === undefined ? last : embedded['id']]
  if ((chain.length > 1 && embedded === undefined) || !above.every(isIri)) {
    throw forbidden('a chain of capabilities is malformed')
  }
  return [above, embedded]
}

/** A text, or several different ones. */
function readTexts(value: unknown, is: (text: unknown) => text is string, what: string): readonly string[] {
  const texts = isArray(value) ? value : [value]
  const isWellFormed = texts.length > 0 && texts.every(is) && new Set(texts).size === texts.length
  if (!isWellFormed) throw forbidden(`the ${what} of a capability are malformed`)
  return texts
}

/** An XML Schema dateTimeStamp. */
function readTime(value: unknown): number {
  const isTime =
    typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.test(value)
  const time = isTime ? Date.parse(value) : Number.NaN
  if (Number.isNaN(time)) throw forbidden('a time is missing or malformed')
  return time
}

function isDid(value: unknown): value is string {
  return isIri(value) && value.startsWith('did:')
}

function isActionName(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z]{1,64}$/.test(value)
}

function isArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length <= maximumEntries
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function hasOnly(value: unknown, names: readonly string[]): value is Members {
  return isObject(value) && Object.keys(value).every(name => names.includes(name))
}
