import { type ActorName, actors, multibase58 } from './actors.ts'
import { canonical, created, dateTime, iri, list, literal, type Quad, sec, sha256, type } from './n-quads.ts'
import type { Json } from './trustbloc-capability.ts'

export const ccgContext = ['https://w3id.org/zcap/v1', 'https://w3id.org/security/suites/ed25519-2020/v1']

/** A delegated capability of the CCG dialect with an `Ed25519Signature2020` by an actor's key, whomever it names. */
export function signCcg(capability: Json, proof: Json, by: ActorName): Json {
  const hashes = [sha256(canonical(proofQuads('proof', proof))), sha256(canonical(capabilityQuads(capability)))]
  const proofValue = multibase58(actors[by].sign(Buffer.concat(hashes)))
  return { ...capability, proof: { ...proof, proofValue } }
}

export function ccgProof(verificationMethod: string, time: number, capabilityChain: readonly unknown[]): Json {
  return {
    type: 'Ed25519Signature2020',
    created: writeTime(time),
    verificationMethod,
    proofPurpose: 'capabilityDelegation',
    capabilityChain,
  }
}

/** To the second, as the published libraries write it. */
export function writeTime(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, 'Z')
}

function capabilityQuads(capability: Json): Quad[] {
  const id = iri(String(capability['id']))
  const actions = [capability['allowedAction'] ?? []].flat() as string[]
  const links = ['controller', 'invocationTarget', 'parentCapability'].filter(name => capability[name] !== undefined)
  return [
    ...links.map((name): Quad => [id, sec(name), iri(String(capability[name]))]),
    ...actions.map((action): Quad => [id, sec('allowedAction'), literal(action)]),
    ...(capability['expires'] === undefined
      ? []
      : [[id, sec('expiration'), literal(String(capability['expires']), dateTime)] as Quad]),
  ]
}

/** What a capability is embedded with: its statements, and those of its proof in a graph of their own. */
function embeddedQuads(capability: Json, graph: string | undefined): Quad[] {
  const own = `_:graph of ${capability['id']}`.replace(/[^A-Za-z0-9_:]/g, '_')
  const statements = capabilityQuads(capability).map(
    ([subject, predicate, object]): Quad => [subject, predicate, object, graph],
  )
  const proof = proofQuads(own.slice(2), capability['proof'] as Json, own)
  return [...statements, [iri(String(capability['id'])), sec('proof'), own, graph], ...proof]
}

function proofQuads(name: string, proof: Json, graph?: string): Quad[] {
  const subject = `_:proof_${name}`
  const chain = (proof['capabilityChain'] ?? []) as (string | Json)[]
  const ids = chain.map(entry => iri(typeof entry === 'string' ? entry : String(entry['id'])))
  const { head, quads } = list(`link_${name}_`, ids, graph)
  const value = proof['proofValue']
  const about: [string, string][] = [
    [type, sec('Ed25519Signature2020')],
    [created, literal(String(proof['created']), dateTime)],
    [sec('proofPurpose'), sec('capabilityDelegationMethod')],
    [sec('verificationMethod'), iri(String(proof['verificationMethod']))],
    [sec('capabilityChain'), head],
    ...(value === undefined
      ? []
      : ([[sec('proofValue'), literal(String(value), 'https://w3id.org/security#multibase')]] as [string, string][])),
  ]
  return [
    ...about.map(([predicate, object]): Quad => [subject, predicate, object, graph]),
    ...quads,
    ...chain.flatMap(entry => (typeof entry === 'string' ? [] : embeddedQuads(entry, graph))),
  ]
}
