import { andThen, isTrueOfAny, type Soon } from '../at-once.ts'
import { forbidden } from '../errors.ts'
import type { Kms } from '../kms.ts'
import type { AccessToken, TokenOwner } from '../ports/index.ts'
import type { Keystore } from '../records/keystore.ts'
import type { Action } from '../zcap/action.ts'
import {
  checkInvocation,
  checkInvoker,
  isKeyOf,
  isWithin,
  type NamedKey,
  type Root,
  type VerifiedChain,
} from '../zcap/chain.ts'
import type { TokenAction } from './access-rights.ts'
import type { Caller } from './caller.ts'

/** What a request is about: a keystore, or one of its keys by the id that stands in the request. */
export interface Target {
  readonly keystore: Keystore
  readonly keyId?: string | undefined
}

/**
 * The single decision whether a caller may do something with a keystore or key. It is made with the keystore in hand,
 * before its keys are looked at. @throws KmsError FORBIDDEN
 */
export function authorize(kms: Kms, caller: Caller, action: Action, target: Target): Soon<void> {
  switch (caller.kind) {
    case 'local':
      return
    case 'admitted':
    case 'anonymous':
    case 'signer':
      throw forbidden('the request invokes no capability')
    case 'token':
      checkToken(caller.token, target.keystore, action, urlOf(target))
      return
    case 'invoker': {
      const { invocation, key } = caller
      return andThen(kms.chains.verify(invocation, rootOf(target.keystore)), chain =>
        checkChain(kms, chain, { action: invocation.action, key }, action, target),
      )
    }
    case 'session': {
      const { keystoreId, controller, chain, key } = caller.session
      // The chain was verified under this root; under another one it would have to be verified anew.
      const isSameRoot = keystoreId === target.keystore.id && controller === target.keystore.controller
      if (!isSameRoot) throw forbidden('the session belongs to another controller or keystore')
      return checkChain(kms, chain, { action, key }, action, target)
    }
  }
}

/** What is checked of a verified chain on every request. */
function checkChain(
  kms: Kms,
  chain: VerifiedChain,
  invocation: Parameters<typeof checkInvocation>[1],
  action: Action,
  target: Target,
): Soon<void> {
  checkInvocation(chain, invocation, action, urlOf(target), kms.chains.policy, kms.ports.clock.now())
  return refuseRevoked(kms, target.keystore, chain)
}

/** What the header of a request must name that opens a session. No capability lists it: whoever may invoke one may. */
const openingAction = 'openSession'

/**
 * Whether a caller may open a session with a capability: it is its invoker. What the capability allows is looked at when
 * the session is used. Over a session none can be opened, or it would have no end.
 *
 * @throws KmsError FORBIDDEN
 */
export async function authorizeOpening(kms: Kms, caller: Caller, keystore: Keystore): Promise<OpeningFacts> {
  if (caller.kind !== 'invoker') throw forbidden('a session is opened by whoever invokes a capability')
  const { invocation, key } = caller
  const chain = await kms.chains.verify(invocation, rootOf(keystore))
  if (invocation.action !== openingAction) throw forbidden('another action is invoked than the route is for')
  checkInvoker(chain, key, kms.chains.policy, kms.ports.clock.now())
  await refuseRevoked(kms, keystore, chain)
  return { chain, key, capabilityHash: invocation.capabilityHash }
}

/** Whose session it will be, and what it is worth. */
interface OpeningFacts {
  readonly chain: VerifiedChain
  readonly key: NamedKey
  readonly capabilityHash: string
}

/** Whether a caller may do what is the controller's alone: see a keystore and hand it over. @throws KmsError FORBIDDEN */
export function authorizeController(caller: Caller, keystore: Keystore): void {
  if (caller.kind === 'local') return
  if (!('key' in caller) || !isKeyOf(caller.key, keystore.controller))
    throw forbidden('the signer is not the controller')
}

/**
 * Whether a caller may see what a keystore is: its controller, and whoever holds a token for it, whatever that allows
 * there. @throws KmsError FORBIDDEN
 */
export function authorizeDescription(caller: Caller, keystore: Keystore): void {
  if (caller.kind === 'token') checkToken(caller.token, keystore, undefined, keystore.url)
  else authorizeController(caller, keystore)
}

/** Whether a caller may create a keystore under a URL that will belong to a controller. @throws KmsError FORBIDDEN */
export function authorizeCreation(caller: Caller, { url, controller }: Root): void {
  switch (caller.kind) {
    case 'local':
    case 'admitted':
      return
    case 'token':
      checkRights(caller.token, 'createKeyStore', url)
      return
    case 'anonymous':
    case 'session':
      throw forbidden('nobody has proven to be the controller that is named')
    case 'signer':
    case 'invoker':
      if (!isKeyOf(caller.key, controller)) throw forbidden('the signer is not the controller that is named')
  }
}

export function rootOf({ url, controller }: Keystore): Root {
  return { url, controller }
}

/** A revoked delegation takes everything below it along. Read from the store each time, so it is never stale. */
function refuseRevoked(kms: Kms, { id }: Keystore, { delegations }: VerifiedChain): Soon<void> {
  const isRevoked = (delegation: { readonly id: string }) =>
    andThen(kms.records.findRevocation(id, delegation.id), revocation => revocation !== undefined)
  return andThen(isTrueOfAny(delegations, isRevoked), is => {
    if (is) throw forbidden('the capability is revoked')
  })
}

/** The id of a key is one segment, whatever it holds: `1/2` is nothing below key 1. */
function urlOf({ keystore, keyId }: Target): string {
  return keyId === undefined ? keystore.url : `${keystore.url}/keys/${encodeURIComponent(keyId)}`
}

type Token = Pick<AccessToken, 'owner' | 'rights'>

/** A token is good for the keystores of its owner alone, whatever its issuer has said of it. */
function checkToken(token: Token, { owner }: Keystore, action: TokenAction | undefined, url: string): void {
  if (owner === undefined || !isSame(owner, token.owner)) throw forbidden('the keystore does not belong to the token')
  checkRights(token, action, url)
}

function checkRights({ rights }: Token, action: TokenAction | undefined, url: string): void {
  const isAllowed = rights.some(
    ({ actions, locations }) =>
      (action === undefined || actions === undefined || actions.includes(action)) &&
      (locations === undefined || locations.some(location => isWithin(url, location))),
  )
  if (!isAllowed) throw forbidden('the token does not allow this action here')
}

function isSame(one: TokenOwner, other: TokenOwner): boolean {
  if ('thumbprint' in one) return 'thumbprint' in other && one.thumbprint === other.thumbprint
  return 'issuer' in other && one.issuer === other.issuer && one.subject === other.subject
}
