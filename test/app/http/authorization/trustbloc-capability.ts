import { type ActorName, actors } from './actors.ts'
import { canonical, created, dateTime, iri, list, literal, type Quad, sec, sha256, type } from './n-quads.ts'

/** JSON of a capability, so that anything can be made of it. */
export type Json = Record<string, unknown>

/** A capability of the TrustBloc dialect with one proof by an actor's key, whomever the proof names. */
export function signTrustbloc(capability: Json, proof: Json, by: ActorName): Json {
  const header = Buffer.from('{"alg":"EdDSA","b64":false,"crit":["b64"]}').toString('base64url')
  const hashes = [sha256(canonical(proofQuads(proof))), sha256(canonical(capabilityQuads(capability)))]
  const signature = actors[by].sign(Buffer.concat([Buffer.from(`${header}.`), ...hashes]))
  return { ...capability, proof: [{ ...proof, jws: `${header}..${signature.toString('base64url')}` }] }
}

/** What an attacker or a client can write that looks like the root of a keystore. */
export function trustblocRoot(url: string, invoker: string, by: ActorName, now: number): Json {
  const capability = {
    '@context': 'https://w3id.org/security/v2',
    id: url,
    invoker,
    allowedAction: ['createKey', 'exportKey', 'importKey', 'rotateKey', 'sign', 'verify', 'encrypt', 'decrypt'],
    invocationTarget: { ID: url, Type: 'urn:kms:keystore' },
    caveats: null,
  }
  return signTrustbloc(capability, trustblocProof(actors[by].url, now), by)
}

export function trustblocProof(verificationMethod: string, time: number): Json {
  return {
    type: 'Ed25519Signature2018',
    created: new Date(time).toISOString(),
    verificationMethod,
    proofPurpose: 'capabilityDelegation',
    nonce: 'BwcHBwcHBwc',
  }
}

/** Under security context v2, in which `ID`, `Type` and `caveats` are unknown and left out. */
function capabilityQuads(capability: Json): Quad[] {
  const id = iri(String(capability['id']))
  const links = ['invoker', 'controller', 'delegator', 'parentCapability']
  const actions = (capability['allowedAction'] ?? []) as string[]
  return [
    ...links
      .filter(name => capability[name] !== undefined)
      .map((name): Quad => [id, sec(name), iri(String(capability[name]))]),
    ...actions.map((action): Quad => [id, sec('allowedAction'), literal(action)]),
    [id, sec('invocationTarget'), '_:target'],
    ...(capability['expires'] === undefined
      ? []
      : [[id, sec('expiration'), literal(String(capability['expires']), dateTime)] as Quad]),
  ]
}

function proofQuads(proof: Json): Quad[] {
  const texts = ['nonce', 'challenge', 'domain'].filter(name => proof[name] !== undefined)
  const chain = proof['capabilityChain'] as string[] | undefined
  const { head, quads } = list('link', (chain ?? []).map(iri))
  return [
    ['_:proof', type, sec('Ed25519Signature2018')],
    ['_:proof', created, literal(String(proof['created']), dateTime)],
    ['_:proof', sec('proofPurpose'), sec('capabilityDelegationMethod')],
    ['_:proof', sec('verificationMethod'), iri(String(proof['verificationMethod']))],
    ...texts.map((name): Quad => ['_:proof', sec(name), literal(String(proof[name]))]),
    ...(chain === undefined ? [] : [['_:proof', sec('capabilityChain'), head] as Quad]),
    ...quads,
  ]
}
