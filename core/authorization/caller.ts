import type { VerificationKey } from '../dids/verification-key.ts'
import { forbidden } from '../errors.ts'
import type { AccessToken } from '../ports/index.ts'
import type { Session } from '../records/session.ts'
import type { Action } from '../zcap/action.ts'
import type { Invocation } from '../zcap/invocation.ts'
import type { UserShare } from './user-share.ts'

/**
 * Who makes a request, as far as the edge could prove it, the share of a user's secret that it brings along, and where
 * it is noted what the request is about.
 */
export type Caller = Principal & { readonly userShare?: UserShare; readonly trail?: Trail }

/** What a request was about, as far as it got. The core fills it in; whoever handed it in reads it. */
export interface Trail {
  /** The id of a keystore that there is. */
  keystore?: string
  /** The first id of a key that there is. */
  key?: string
  /** The number of the version that was used last, or else of the newest one. */
  version?: number
}

type Principal =
  /** Whoever reaches a server that listens on the loopback address alone and asks for no proof. */
  | { readonly kind: 'local' }
  /** Whoever may create keystores without saying who it is: it holds a token for that, or needs none. */
  | { readonly kind: 'admitted' }
  /** Whoever asks for what may be public, and says nothing of itself. */
  | { readonly kind: 'anonymous' }
  /** The holder of a key, who has signed the request. */
  | { readonly kind: 'signer'; readonly key: VerificationKey }
  /** The same, invoking a capability. */
  | { readonly kind: 'invoker'; readonly key: VerificationKey; readonly invocation: Invocation }
  /** Whoever has opened a session with a capability, making a request over it. */
  | { readonly kind: 'session'; readonly session: Session }
  /** Whom an access token was issued to, using it for what it allows. */
  | { readonly kind: 'token'; readonly token: Pick<AccessToken, 'owner' | 'rights'> }

/** What a request invokes that asks for several actions: each is decided about as if it were asked for alone. */
export const batchAction = 'batch'

/**
 * Who asks for one of the actions of a batch. What a capability or token allows is looked at for each, and this says nothing
 * of it: a capability need not name `batch`, and one that does has not named the others.
 *
 * @throws KmsError FORBIDDEN if it is another action that the request invokes
 */
export function inBatch(caller: Caller, action: Action): Caller {
  if (caller.kind !== 'invoker') return caller
  const { invocation } = caller
  if (invocation.action !== batchAction) throw forbidden('another action is invoked than the route is for')
  return { ...caller, invocation: { ...invocation, action } }
}
