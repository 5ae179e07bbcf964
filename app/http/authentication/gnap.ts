import {
  type AccessTokenPort,
  type Clock,
  type MessageSignature,
  type RequestHead,
  readMessageSignature,
  type SignaturePolicy,
  unauthenticated,
  type VerifyMessage,
} from '@keyhold/core'
import { configOf } from '../route-config.ts'
import type { Authenticator, Authenticators } from './authenticator.ts'
import { type BodyDigest, parseContentDigest, parseDigest, requireDigest } from './body-digest.ts'
import { type OpenReplays, ReplayGuard } from './replay-guard.ts'
import { hasBody, headOf, onlyValue } from './signed-head.ts'
import { tokenOf } from './token-text.ts'

export interface GnapOptions {
  readonly clock: Clock
  readonly tokens: AccessTokenPort
  readonly verifyMessage: VerifyMessage
  /** Whether requests must be signed by the key of their token; otherwise whoever has a token can use it. */
  readonly isSigned: boolean
  /** Seconds by which clocks may differ. */
  readonly clockSkew: number
  /** What the URLs of this server begin with, as clients see them. */
  readonly baseUrl: () => string
  /** Where the authorization server is. */
  readonly url: string
  /** What remembers the requests that must not be repeated. Default: this process alone. */
  readonly openReplays?: OpenReplays | undefined
}

/** Seconds for which a signature is good. */
const maximumAge = 60

/** What would be a credential, too. */
const others = ['capability-invocation']

/**
 * Requests with a GNAP token (RFC 9635 section 7.2), signed by the key that the token is bound to (RFC 9421): method, target,
 * token and body are covered. What costs nothing is checked first, then the server is asked about the token.
 */
export function gnapAuthenticators(options: GnapOptions): Authenticators {
  const { clock, tokens, isSigned, clockSkew, baseUrl, url } = options
  const replays = new ReplayGuard(clock, (maximumAge + clockSkew) * 1000, options.openReplays)

  const authenticate: Authenticator = async request => {
    const head = headOf(request)
    const token = tokenOf(head, 'gnap', others)
    const signature = isSigned ? readMessageSignature(head, policyFor(head, clockSkew), clock.now()) : undefined
    const access = await tokens.introspect(token)
    if (access === undefined) throw unauthenticated('the token is not active')
    const caller = { kind: 'token', token: access } as const
    if (signature === undefined) return { caller }
    if (access.key === undefined) throw unauthenticated('the token is bound to no key')
    const message = { method: head.method, url: baseUrl() + head.target, headers: coveredHeaders(head, signature) }
    const text = await options.verifyMessage(message, signature, access.key)
    if (text === undefined) throw unauthenticated('the signature is not one by the key of the token')
    if (configOf(request).once) await replays.check('gnap', text)
    return { caller, digest: signedDigest(head, signature) }
  }

  return {
    admission: authenticate,
    signer: authenticate,
    visitor: authenticate,
    invoker: authenticate,
    challenges: [`GNAP as_uri="${url}/gnap/auth"`],
  }
}

function policyFor(head: RequestHead, clockSkew: number): SignaturePolicy {
  // Drafts of GNAP, and what came before RFC 9530, have the one header in place of the other.
  const digest = head.headers['content-digest'] === undefined ? 'digest' : 'content-digest'
  const coverage = ['@method', '@target-uri', 'authorization', ...(hasBody(head) ? [digest] : [])]
  return { coverage, maximumAge, clockSkew }
}

/** The signature, and what it covers: nothing else is anybody's business. */
function coveredHeaders(head: RequestHead, { covered }: MessageSignature): Record<string, string> {
  const names = ['signature', 'signature-input', ...covered.filter(name => !name.startsWith('@'))]
  return Object.fromEntries(names.map(name => [name, onlyValue(head, name) ?? '']))
}

function signedDigest(head: RequestHead, { covered }: MessageSignature): BodyDigest | undefined {
  if (covered.includes('content-digest')) {
    return requireDigest(head, parseContentDigest(onlyValue(head, 'content-digest') ?? ''))
  }
  if (!covered.includes('digest')) return undefined
  return requireDigest(head, parseDigest(onlyValue(head, 'digest') ?? ''))
}
