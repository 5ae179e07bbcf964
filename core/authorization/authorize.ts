import type { Keystore } from '../records/keystore.ts'
import type { Action } from './action.ts'

/**
 * Who makes a request, as far as the edge could prove it. `local` is whoever reaches a server that listens on the
 * loopback address alone and asks for no proof.
 */
export type Caller = { readonly kind: 'local' }

/** What a request is about: an action on a keystore or on one of its keys. */
export interface Target {
  readonly keystore: Keystore
  /** The id as it stands in the request, if the request names a key. */
  readonly keyId?: string
}

/**
 * The single decision whether a caller may do something. It is made with the keystore in hand, before its keys are
 * looked at. @throws KmsError FORBIDDEN
 */
export function authorize(caller: Caller, _action: Action, _target: Target): void {
  switch (caller.kind) {
    case 'local':
      return
  }
}

/** Whether a caller may create a keystore that will belong to `controller`. @throws KmsError FORBIDDEN */
export function authorizeCreation(caller: Caller, _controller: string): void {
  switch (caller.kind) {
    case 'local':
      return
  }
}
