import type { VerificationKey } from '../dids/verification-key.ts'
import { forbidden } from '../errors.ts'
import type { Action } from './action.ts'

/** What the root of a keystore is: decided by the store, never by what is submitted. */
export interface Root {
  /** The keystore's URL: what every capability below it is about. */
  readonly url: string
  readonly controller: string
}

export interface ChainPolicy {
  /** Seconds for which a delegation may live at most. */
  readonly maximumTtl: number
  /** Seconds by which clocks may differ. */
  readonly clockSkew: number
}

/** What is left to check of a chain of capabilities whose proofs are verified. */
export interface VerifiedChain {
  /** The delegations, the first one directly below the root; empty if the root itself is invoked. */
  readonly delegations: readonly Delegation[]
  /** Any of them may invoke: a DID, or the URL of one of its keys. */
  readonly invokers: readonly string[]
  /** Undefined: everything. */
  readonly actions?: readonly string[]
  /** The URL of the keystore, or of something in it. */
  readonly target: string
  /** Unix time, milliseconds; the earliest end on the chain. */
  readonly expires: number
}

export interface Delegation {
  readonly id: string
  /** Who may invoke, delegate and revoke it. */
  readonly controllers: readonly string[]
}

/** A key of a DID, as it is named. */
export type NamedKey = Pick<VerificationKey, 'id' | 'controller'>

/** Whether a key is of whom a capability names: exactly that key, or, if a bare DID is named, any key of the DID. */
export function isKeyOf(key: NamedKey, named: string): boolean {
  return key.id === named || key.controller === named
}

/**
 * Checks on every request what a verified chain allows, also when the chain was verified before.
 *
 * @param requested the URL of the keystore or key that the request was routed to
 * @throws KmsError FORBIDDEN
 */
export function checkInvocation(
  chain: VerifiedChain,
  invocation: { readonly action: string; readonly key: NamedKey },
  action: Action,
  requested: string,
  policy: ChainPolicy,
  now: number,
): void {
  if (invocation.action !== action) throw forbidden('another action is invoked than the route is for')
  if (chain.actions !== undefined && !chain.actions.includes(action)) throw forbidden('the action is not delegated')
  if (!isWithin(requested, chain.target)) throw forbidden('the request is outside the target of the capability')
  checkInvoker(chain, invocation.key, policy, now)
}

/** Checks that a chain has not ended, and that a key is of those who may invoke it. @throws KmsError FORBIDDEN */
export function checkInvoker(chain: VerifiedChain, key: NamedKey, policy: ChainPolicy, now: number): void {
  if (chain.expires < now - policy.clockSkew * 1000) throw forbidden('the capability has expired')
  if (!chain.invokers.some(named => isKeyOf(key, named))) throw forbidden('the signer is not the invoker')
}

/** Whether a URL is the target or stands below it, at the boundary of a segment. */
export function isWithin(url: string, target: string): boolean {
  return url === target || (url.startsWith(target) && url[target.length] === '/')
}

/** The id of a root capability (W3C CCG Authorization Capabilities, section 3.1): nothing but its target, escaped. */
export function ccgRootId({ url }: Pick<Root, 'url'>): string {
  return `urn:zcap:root:${encodeURIComponent(url)}`
}
