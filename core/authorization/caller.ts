import type { VerificationKey } from '../dids/verification-key.ts'
import type { AccessToken } from '../ports/index.ts'
import type { Invocation } from '../zcap/invocation.ts'
import type { UserShare } from './user-share.ts'

/** Who makes a request, as far as the edge could prove it, and the share of a user's secret that it brings along. */
export type Caller = Principal & { readonly userShare?: UserShare }

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
  /** Whom an access token was issued to, using it for what it allows. */
  | { readonly kind: 'token'; readonly token: Pick<AccessToken, 'owner' | 'rights'> }
