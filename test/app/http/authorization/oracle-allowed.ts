import { type ActorName, actors } from './actors.ts'
import { baseUrl, fillTarget } from './places.ts'
import type { Dialect, LinkPlan, Plan } from './plan.ts'

/** Seconds. */
const maximumTtl = 7_776_000
const clockSkew = 30

/** Whether the caller, who is proven, may do what is asked. */
export function isAllowed(plan: Plan): boolean {
  const { route, signature, names } = plan
  // Whoever names nobody is asked for nothing but to sign.
  if (route.proof === 'admission' && route.body === undefined) return true
  if (route.proof === 'admission') return names.who === signature.by && names.form !== 'other fragment'
  // Nobody controls what is not there.
  if (plan.keystore.state === 'unknown') return false
  const controller = controllerOf(plan)
  switch (route.proof) {
    case 'controller':
      return signature.by === controller
    case 'revocation':
      return mayRevoke(plan, controller)
    case 'capability':
    case 'opening':
      return mayInvoke(plan, controller)
  }
}

export function isSuspended({ keystore }: Plan): boolean {
  return keystore.state === 'suspended'
}

/** Whoever it was handed over to last. */
function controllerOf({ keystore, events }: Plan): ActorName {
  return events.reduce(
    (controller, event) => (event.what === 'handed over' ? event.to : controller),
    keystore.controller,
  )
}

function mayRevoke({ capability, capabilityDialect, signature, later }: Plan, controller: ActorName): boolean {
  if (capability.kind === 'none') return false
  if (capability.kind === 'root') return capability.of === 'this' && signature.by === controller
  const links = effective(capabilityDialect, capability.links, controller, later / 1000)
  if (links === undefined) return false
  return [controller, ...links.map(link => link.to)].includes(signature.by)
}

function mayInvoke(plan: Plan, controller: ActorName): boolean {
  const { route, capability, capabilityDialect, invocation, signature, key, events } = plan
  if (invocation.action !== route.action) return false
  if (capability.kind === 'none') return false
  if (capability.kind === 'root') {
    // A root is what the server knows of it: what is sent may only name it, and in CCG not even as an object.
    const isNamed =
      capability.of === 'this' &&
      (capabilityDialect === 'trustbloc' ? capability.looks !== 'with a parent' : invocation.by === 'id')
    return isNamed && signature.by === controller
  }
  const now = (plan.later + (plan.repeatedAfter ?? 0)) / 1000
  const links = effective(capabilityDialect, capability.links, controller, now)
  const leaf = links?.at(-1)
  if (links === undefined || leaf === undefined) return false
  const asked = [...segments('{ks}'), ...(route.keyType === undefined ? [] : ['keys', key.routed])]
  return (
    leaf.to === signature.by &&
    // What a capability allows is looked at when its session is used.
    (route.proof === 'opening' || isForAction(leaf, route.does ?? invocation.action)) &&
    (route.proof === 'opening' || isPrefix(segments(leaf.target), asked)) &&
    links.every(link => endOf(capabilityDialect, link) + clockSkew >= now) &&
    !events.some(event => event.what === 'revoked')
  )
}

function isForAction({ actions }: LinkPlan, action: string): boolean {
  return actions === undefined || actions.includes(action)
}

/** The links as they count, if every proof and every rule of delegation holds; otherwise nothing. */
function effective(
  dialect: Dialect,
  links: readonly LinkPlan[],
  controller: ActorName,
  now: number,
): readonly LinkPlan[] | undefined {
  if (links.length === 0 || links.length > { trustbloc: 1, ccg: 5 }[dialect]) return undefined
  const changed = links.map(link => ({ ...link, ...link.rewritten }))
  const hold = links.every((link, index) => {
    const above = changed[index - 1]
    return (
      isInPlace(link) &&
      isProofValid(dialect, link) &&
      link.names === (above?.to ?? controller) &&
      isNarrower(changed[index] ?? link, above) &&
      isTimely(dialect, changed[index] ?? link, above, now) &&
      (dialect === 'trustbloc' || isReadInOneWay(changed[index] ?? link))
    )
  })
  return hold ? changed : undefined
}

function isInPlace({ parent, chain, id }: LinkPlan): boolean {
  return parent === 'above' && chain === 'above' && id === 'own'
}

/** Ed25519 alone signs delegations. */
function isProofValid(dialect: Dialect, link: LinkPlan): boolean {
  const { by, names, proof } = link
  const { kind, did } = actors[by]
  const canSign = kind === 'Ed25519' && (dialect === 'trustbloc' || did.startsWith('did:key:'))
  return proof === 'none' && by === names && canSign && !isShown(dialect, link)
}

/**
 * Whether the proof shows what was rewritten. In TrustBloc it covers neither the target nor a caveat, and no list of
 * actions is to it what an empty one is.
 */
function isShown(dialect: Dialect, link: LinkPlan): boolean {
  const { actions = [], rewritten } = link
  const { members = {}, ...fields } = rewritten
  // What is written as it was is no change.
  const isOther = ([name, value]: [string, unknown]) =>
    JSON.stringify(value) !== JSON.stringify(link[name as keyof LinkPlan])
  if (dialect === 'ccg') return Object.entries(rewritten).some(isOther)
  const covered = Object.keys(fields).filter(name => !['target', 'caveat', 'actions'].includes(name))
  const isOtherList = 'actions' in rewritten && (rewritten.actions ?? []).join() !== actions.join()
  const isOtherMember = Object.keys(members).some(path => path !== 'invocationTarget.Type')
  return covered.length > 0 || isOtherList || isOtherMember
}

function isNarrower({ target, actions }: LinkPlan, above: LinkPlan | undefined): boolean {
  const isTargetNarrower = isPrefix(segments(above?.target ?? '{ks}'), segments(target))
  const bound = above?.actions
  return isTargetNarrower && (bound === undefined || (actions?.every(action => bound.includes(action)) ?? false))
}

/** A list that is none is no list, and a path is one of which nobody can read another one. */
function isReadInOneWay({ target, actions }: LinkPlan): boolean {
  const [, ...below] = segments(target).slice(segments('{ks}').length - 1)
  return actions?.length !== 0 && below.every(segment => /^[\w~-][\w.~-]*$/.test(segment))
}

/** In TrustBloc a long life is cut short; in CCG an end must be said, and not be too far away. */
function isTimely(dialect: Dialect, link: LinkPlan, above: LinkPlan | undefined, now: number): boolean {
  if (link.created > now + clockSkew) return false
  if (dialect === 'trustbloc') return true
  if (link.expires === undefined || link.expires + clockSkew < now) return false
  const life = link.expires - link.created
  const isWithinParent = above === undefined || (link.created >= above.created && link.expires <= (above.expires ?? 0))
  return life >= 0 && life <= maximumTtl && isWithinParent
}

function endOf(dialect: Dialect, { created, expires = Number.POSITIVE_INFINITY, caveat }: LinkPlan): number {
  if (dialect === 'ccg') return expires
  return Math.min(expires, created + maximumTtl, created + (caveat ?? maximumTtl))
}

/** A path is compared segment by segment, and none of them is read in another way than it is written. */
function segments(target: string): string[] {
  const places = { keystore: `${baseUrl}/KS`, sibling: `${baseUrl}/SIBLING`, strangers: `${baseUrl}/STRANGERS` }
  return fillTarget(target, places).split('/')
}

function isPrefix(prefix: readonly string[], list: readonly string[]): boolean {
  return prefix.every((segment, index) => list[index] === segment)
}
