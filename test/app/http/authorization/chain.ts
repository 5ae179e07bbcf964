import { actors } from './actors.ts'
import { ccgContext, ccgProof, signCcg, writeTime } from './ccg-capability.ts'
import { fillTarget, type Places } from './places.ts'
import type { Dialect, LinkPlan, Rewritten } from './plan.ts'
import { type Json, signTrustbloc, trustblocProof } from './trustbloc-capability.ts'

/** Makes a chain of delegations below the root of a keystore; the one below the root first. */
export function makeChain(dialect: Dialect, links: readonly LinkPlan[], places: Places, now: number): Json[] {
  const made: Json[] = []
  for (const link of links) made.push(makeLink(dialect, link, made, places, now))
  return made
}

function makeLink(dialect: Dialect, link: LinkPlan, above: readonly Json[], places: Places, now: number): Json {
  const rootId = rootIdOf(dialect, places.keystore)
  const id = { own: `urn:uuid:${places.fresh()}`, 'of the root': rootId, 'of the link above': aboveId(above, rootId) }[
    link.id
  ]
  const parent = {
    above: aboveId(above, rootId),
    sibling: rootIdOf(dialect, places.sibling),
    "stranger's": rootIdOf(dialect, places.strangers),
    itself: id,
    unknown: 'urn:uuid:00000000-0000-4000-8000-000000000000',
    absent: undefined,
  }[link.parent]
  const chain = chainOf(dialect, link, above, places, id)
  const unsigned = withoutUndefined(
    dialect === 'trustbloc'
      ? trustblocMembers(link, id, parent, places, now)
      : ccgMembers(link, id, parent, places, now),
  )
  const time = now + link.created * 1000
  const method = actors[link.names].url
  const sign = (document: Json): Json =>
    dialect === 'trustbloc'
      ? signTrustbloc(document, withoutUndefined({ ...trustblocProof(method, time), capabilityChain: chain }), link.by)
      : signCcg(document, withoutUndefined(ccgProof(method, time, chain ?? [])), link.by)
  const capability =
    link.proof === 'of another capability'
      ? { ...unsigned, proof: sign({ ...unsigned, id: 'urn:uuid:x' })['proof'] }
      : sign(unsigned)
  return rewrite(dialect, spoil(dialect, capability, link), link.rewritten, places, now)
}

function trustblocMembers(link: LinkPlan, id: string, parent: string | undefined, places: Places, now: number): Json {
  return {
    '@context': 'https://w3id.org/security/v2',
    id,
    invoker: actors[link.to][link.form],
    parentCapability: parent,
    allowedAction: link.actions,
    invocationTarget: { ID: fillTarget(link.target, places), Type: 'urn:kms:keystore' },
    caveats: caveats(link.caveat),
    expires: link.expires === undefined ? undefined : new Date(now + link.expires * 1000).toISOString(),
  }
}

function ccgMembers(link: LinkPlan, id: string, parent: string | undefined, places: Places, now: number): Json {
  return {
    '@context': ccgContext,
    id,
    controller: actors[link.to][link.form],
    parentCapability: parent,
    invocationTarget: fillTarget(link.target, places),
    allowedAction: link.actions,
    expires: link.expires === undefined ? undefined : writeTime(now + link.expires * 1000),
  }
}

/** In this order: the root by its id, what is between by its id, and in CCG the one directly above whole. */
function chainOf(
  dialect: Dialect,
  link: LinkPlan,
  above: readonly Json[],
  places: Places,
  id: string,
): unknown[] | undefined {
  const rootId = rootIdOf(dialect, places.keystore)
  const direct = above.at(-1)
  const ids = [rootId, ...above.map(each => each['id'])]
  const whole = dialect === 'ccg' && direct !== undefined ? [...ids.slice(0, -1), direct] : ids
  return {
    above: whole,
    absent: undefined,
    empty: [],
    sibling: [rootIdOf(dialect, places.sibling)],
    'with itself': [...whole, id],
    reversed: [...ids].reverse(),
  }[link.chain]
}

/** What is wrong with the proof itself. */
function spoil(dialect: Dialect, capability: Json, { proof }: LinkPlan): Json {
  const member = dialect === 'trustbloc' ? 'jws' : 'proofValue'
  const only = [capability['proof']].flat()[0] as Json
  const put = (proofs: readonly Json[]): Json => ({
    ...capability,
    proof: dialect === 'trustbloc' ? proofs : proofs[0],
  })
  const text = String(only[member])
  switch (proof) {
    case 'bit flipped': {
      // Not the last character, some bits of which stand for nothing.
      const [place, other] = [text.length - 20, text.at(-20) === 'B' ? 'C' : 'B']
      return put([{ ...only, [member]: text.slice(0, place) + other + text.slice(place + 1) }])
    }
    case 'not a signature':
      return put([{ ...only, [member]: 'x..y' }])
    case 'two proofs':
      return { ...capability, proof: [only, only] }
    case 'no proof':
      return put([])
    case 'none':
    case 'of another capability':
      return capability
  }
}

/** Changes members after the proof was made. */
function rewrite(dialect: Dialect, capability: Json, changed: Rewritten, places: Places, now: number): Json {
  const trustbloc = dialect === 'trustbloc'
  const proof = trustbloc ? 'proof.0' : 'proof'
  const time = (seconds: number) => new Date(now + seconds * 1000).toISOString()
  const members: [string, unknown][] = []
  if ('actions' in changed) members.push(['allowedAction', changed.actions])
  if (changed.target !== undefined) {
    members.push([trustbloc ? 'invocationTarget.ID' : 'invocationTarget', fillTarget(changed.target, places)])
  }
  if ('expires' in changed) members.push(['expires', changed.expires === undefined ? undefined : time(changed.expires)])
  if ('caveat' in changed) members.push(['caveats', caveats(changed.caveat)])
  if (changed.created !== undefined) members.push([`${proof}.created`, time(changed.created)])
  if (changed.to !== undefined) members.push([trustbloc ? 'invoker' : 'controller', actors[changed.to].url])
  if (changed.names !== undefined) members.push([`${proof}.verificationMethod`, actors[changed.names].url])
  members.push(...Object.entries(changed.members ?? {}))
  const copy = structuredClone(capability)
  for (const [path, value] of members) setMember(copy, trustbloc ? path : path.replace('proof.0', 'proof'), value)
  return copy
}

function setMember(json: Json, path: string, value: unknown): void {
  const names = path.split('.')
  const last = names.pop() ?? ''
  const owner = names.reduce<Json>((inner, name) => inner[name] as Json, json)
  if (value === undefined) delete owner[last]
  else owner[last] = value
}

function caveats(duration: number | undefined): unknown {
  return duration === undefined ? null : [{ type: 'expiry', duration }]
}

export function rootIdOf(dialect: Dialect, url: string): string {
  return dialect === 'trustbloc' ? url : `urn:zcap:root:${encodeURIComponent(url)}`
}

function aboveId(above: readonly Json[], rootId: string): string {
  return String(above.at(-1)?.['id'] ?? rootId)
}

function withoutUndefined(json: Json): Json {
  return Object.fromEntries(Object.entries(json).filter(([, value]) => value !== undefined))
}
