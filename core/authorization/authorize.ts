import { forbidden } from '../errors.ts'
import type { Kms } from '../kms.ts'
import type { Keystore } from '../records/keystore.ts'
import type { Action } from '../zcap/action.ts'
import { checkInvocation, isKeyOf, type Root, type VerifiedChain } from '../zcap/chain.ts'
import type { Caller } from './caller.ts'

/** What a request is about: a keystore, or one of its keys by the id that stands in the request. */
export interface Target {
  readonly keystore: Keystore
  readonly keyId?: string
}

/**
 * The single decision whether a caller may do something with a keystore or key. It is made with the keystore in hand,
 * before its keys are looked at. @throws KmsError FORBIDDEN
 */
export async function authorize(kms: Kms, caller: Caller, action: Action, target: Target): Promise<void> {
  switch (caller.kind) {
    case 'local':
      return
    case 'admitted':
    case 'anonymous':
    case 'signer':
      throw forbidden('the request invokes no capability')
    case 'invoker': {
      const { chains } = kms
      const chain = await chains.verify(caller.invocation, rootOf(target.keystore))
      const invocation = { action: caller.invocation.action, key: caller.key }
      checkInvocation(chain, invocation, action, urlOf(target), chains.policy, kms.ports.clock.now())
      await refuseRevoked(kms, target.keystore, chain)
    }
  }
}

/** Whether a caller may do what is the controller's alone: see a keystore and hand it over. @throws KmsError FORBIDDEN */
export function authorizeController(caller: Caller, keystore: Keystore): void {
  if (caller.kind === 'local') return
  if (!('key' in caller) || !isKeyOf(caller.key, keystore.controller))
    throw forbidden('the signer is not the controller')
}

/** Whether a caller may create a keystore that will belong to `controller`. @throws KmsError FORBIDDEN */
export function authorizeCreation(caller: Caller, controller: string): void {
  if (caller.kind === 'local' || caller.kind === 'admitted') return
  if (!('key' in caller) || !isKeyOf(caller.key, controller)) {
    throw forbidden('the signer is not the controller that is named')
  }
}

export function rootOf({ url, controller }: Keystore): Root {
  return { url, controller }
}

/** A revoked delegation takes everything below it along. Read from the store each time, so it is never stale. */
async function refuseRevoked(kms: Kms, { id }: Keystore, { delegations }: VerifiedChain): Promise<void> {
  for (const delegation of delegations) {
    const revocation = await kms.records.findRevocation(id, delegation.id)
    if (revocation !== undefined) throw forbidden('the capability is revoked')
  }
}

/** The id of a key is one segment, whatever it holds: `1/2` is nothing below key 1. */
function urlOf({ keystore, keyId }: Target): string {
  return keyId === undefined ? keystore.url : `${keystore.url}/keys/${encodeURIComponent(keyId)}`
}
