import type { DidSigner } from '@keyhold/core/wire'
import { signMessage } from './signed-message.ts'
import { type RequestHeaders, signCcg, signTrustbloc, type UnsignedRequest } from './signed-request.ts'
import type { Signer } from './signer.ts'

/** A request that is to be authorized. */
export interface AuthorizedRequest extends UnsignedRequest {
  /** What it asks to be allowed; undefined where a proof of who asks is enough. */
  readonly action?: string
  /** What it invokes, root or delegated, if that is known. */
  readonly capability?: object
}

/** How requests prove what they may do. */
export interface Authorization {
  /** Whom new keystores belong to, unless it is said: the DID URL of a key. */
  readonly controller?: string

  /** The headers of one request. They are asked for anew whenever it is sent again, since signatures grow old. */
  headersOf(request: AuthorizedRequest): RequestHeaders | Promise<RequestHeaders>
}

/**
 * Signs as the holder of a key and invokes capabilities, as clients of TrustBloc and Aries do (`trustbloc`) or as those
 * of today's CCG specification (`ccg`), which name the root of a keystore by its URL.
 */
export function zcap(signer: DidSigner, dialect: 'trustbloc' | 'ccg' = 'trustbloc'): Authorization {
  const headersOf = dialect === 'ccg' ? ccgHeaders : trustblocHeaders
  return { controller: signer.didUrl, headersOf: request => headersOf(request, signer) }
}

/** A token, or what answers the one to use now, for tokens that end. */
export type Token = string | (() => string | Promise<string>)

/** Sends an access token of an OAuth 2.0 issuer (RFC 6750): whoever has it can use it. */
export function bearer(token: Token): Authorization {
  return { headersOf: async () => ({ authorization: `Bearer ${await current(token)}` }) }
}

/**
 * Sends a token of a GNAP authorization server, in requests that are signed by the key that it is bound to (RFC 9635).
 *
 * @param keyId as the authorization server knows the key; need not be given
 */
export function gnap(token: Token, signer: Signer, keyId?: string): Authorization {
  return {
    headersOf: async request => signMessage(request, `GNAP ${await current(token)}`, signer, keyId, Date.now()),
  }
}

async function current(token: Token): Promise<string> {
  return typeof token === 'string' ? token : token()
}

function trustblocHeaders({ action, capability, ...request }: AuthorizedRequest, signer: DidSigner) {
  const invoked = action === undefined || capability === undefined ? undefined : { action, capability }
  return signTrustbloc(request, invoked, signer, Date.now())
}

async function ccgHeaders({ action, capability, ...request }: AuthorizedRequest, signer: DidSigner) {
  const invoked = action === undefined ? undefined : { action, ...ccgInvoked(request.url, capability) }
  // Who sends the request writes the host itself, as the URL has it.
  const { host: _host, ...headers } = await signCcg(request, invoked, signer, Date.now())
  return headers
}

/** The root of a keystore is invoked by its URL, whatever form of it was answered. */
function ccgInvoked(url: string, capability: object | undefined) {
  if (capability !== undefined && 'parentCapability' in capability) return { capability }
  const { origin, pathname } = new URL(url)
  const [path = pathname] = /^.*\/keystores\/[^/]+/.exec(pathname) ?? []
  return { keystoreUrl: origin + path }
}
