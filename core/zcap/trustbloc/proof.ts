import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import { base64urlnopad } from '@scure/base'
import type { Signer } from '../../algorithms/key-type.ts'
import type { Random } from '../../ports/index.ts'
import type { DidSigner } from '../did-signer.ts'
import type { TrustblocCapability, TrustblocProof } from './capability.ts'
import { canonicalNQuads, type Literal, type Node, type Quad } from './n-quads.ts'

const security = 'https://w3id.org/security#'
const rdf = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#'
const dateTime = 'http://www.w3.org/2001/XMLSchema#dateTime'

/** The protected header of the detached JWS, as the reference writes it (RFC 7797). */
const jwsHeader = base64urlnopad.encode(utf8ToBytes('{"alg":"EdDSA","b64":false,"crit":["b64"]}'))

/** A capability before it has a proof. */
export type Unsigned = Omit<TrustblocCapability, 'proof'>
/** What a proof says beside its signature. */
export type ProofOptions = Omit<TrustblocProof, 'jws'>

/** What a delegation proof says that a key makes now: when, by which key, and 64 random bytes. */
export function proofOptionsOf({ didUrl }: DidSigner, random: Random, now: number): ProofOptions {
  return {
    type: 'Ed25519Signature2018',
    created: new Date(now).toISOString(),
    verificationMethod: didUrl,
    proofPurpose: 'capabilityDelegation',
    nonce: base64urlnopad.encode(random(64)),
  }
}

/** Adds a proof (`Ed25519Signature2018`, JWS form) to a capability. */
export async function signCapability(
  capability: Unsigned,
  options: ProofOptions,
  signer: Signer,
): Promise<TrustblocCapability> {
  const input = signingInput(jwsHeader, capability, options)
  if (input === undefined) throw new Error('a capability that we wrote ourselves cannot be canonicalised')
  const jws = `${jwsHeader}..${base64urlnopad.encode(await signer.sign(input))}`
  return { ...capability, proof: [{ ...options, jws }] }
}

/** `ASCII(header) ‖ "." ‖ SHA-256(canonical proof options) ‖ SHA-256(canonical capability)`. */
export function signingInput(header: string, capability: Unsigned, options: ProofOptions): Uint8Array | undefined {
  const proofLines = canonicalNQuads(proofQuads(options))
  const capabilityLines = canonicalNQuads(capabilityQuads(capability))
  if (proofLines === undefined || capabilityLines === undefined) return undefined
  const hashOf = (text: string) => sha256(utf8ToBytes(text))
  return concatBytes(utf8ToBytes(`${header}.`), hashOf(proofLines), hashOf(capabilityLines))
}

/** The statements of a capability under security context v2, which knows neither caveats nor the target's members. */
export function capabilityQuads(capability: Unsigned): Quad[] {
  const { id, invoker, controller, delegator, parentCapability, allowedAction = [], expires } = capability
  const subject = { iri: id }
  const links = { invoker, controller, delegator, parentCapability }
  return [
    ...Object.entries(links).flatMap(([name, iri]) => (iri === undefined ? [] : [quad(subject, name, { iri })])),
    ...allowedAction.map(text => quad(subject, 'allowedAction', { text })),
    quad(subject, 'invocationTarget', { blank: 'target' }),
    ...(expires === undefined ? [] : [quad(subject, 'expiration', { text: expires, datatype: dateTime })]),
  ]
}

/** The statements of a proof without its signature. A chain is an RDF list. */
export function proofQuads(options: ProofOptions): Quad[] {
  const { created, verificationMethod, nonce, challenge, domain, capabilityChain } = options
  const subject = { blank: 'proof' }
  const texts = { nonce, challenge, domain }
  return [
    { subject, predicate: `${rdf}type`, object: { iri: `${security}Ed25519Signature2018` } },
    { subject, predicate: 'http://purl.org/dc/terms/created', object: { text: created, datatype: dateTime } },
    quad(subject, 'proofPurpose', { iri: `${security}capabilityDelegationMethod` }),
    quad(subject, 'verificationMethod', { iri: verificationMethod }),
    ...Object.entries(texts).flatMap(([name, text]) => (text === undefined ? [] : [quad(subject, name, { text })])),
    ...(capabilityChain === undefined ? [] : chainQuads(subject, capabilityChain)),
  ]
}

function chainQuads(subject: Node, chain: readonly string[]): Quad[] {
  const nodeAt = (index: number): Node => (index < chain.length ? { blank: `link${index}` } : { iri: `${rdf}nil` })
  return [
    quad(subject, 'capabilityChain', nodeAt(0)),
    ...chain.flatMap((iri, index) => [
      { subject: nodeAt(index), predicate: `${rdf}first`, object: { iri } },
      { subject: nodeAt(index), predicate: `${rdf}rest`, object: nodeAt(index + 1) },
    ]),
  ]
}

function quad(subject: Node, term: string, object: Node | Literal): Quad {
  return { subject, predicate: security + term, object }
}
