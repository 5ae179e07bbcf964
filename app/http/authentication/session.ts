import {
  andThen,
  type Kms,
  parseSignature,
  type RequestHead,
  type SignaturePolicy,
  signedText,
  unauthenticated,
  verifySession,
} from '@keyhold/core'
import type { FastifyRequest } from 'fastify'
import { configOf } from '../route-config.ts'
import type { Authenticator, Authenticators } from './authenticator.ts'
import { signedDigest } from './body-digest.ts'
import { type OpenReplays, ReplayGuard } from './replay-guard.ts'
import { headOf, ifBody, onlyValue, securityHeaders, signatureOf, strictAge } from './signed-head.ts'

const algorithm = 'hmac-sha256'

/** Credentials of others, none of which may stand beside the MAC. */
const others = ['signature', 'signature-input', 'capability-invocation']

/** What tells such a request from those of the CCG dialect, whose signatures name no algorithm. */
const form = /^Signature .*algorithm="hmac-sha256"/i

/**
 * Besides what is given takes requests over sessions: `Authorization: Signature` (draft-cavage-http-signatures-12) with
 * `algorithm="hmac-sha256"` and the id of the session as `keyId`. Coverage, age and repetition are those of the signatures
 * of TrustBloc's dialect, in strict coverage whatever is configured. What no capability is invoked for needs a signature
 * all the same: what is proven is who has opened the session, and the core takes that for no signer.
 */
export function withSessions(given: Authenticators, kms: Kms, openReplays?: OpenReplays): Authenticators {
  if (kms.sessions.ttl === 0) return given
  const { clock } = kms.ports
  const { clockSkew } = kms.chains.policy
  const replays = new ReplayGuard(clock, (strictAge + clockSkew) * 1000, openReplays)

  const authenticate: Authenticator = request => {
    const head = headOf(request)
    for (const name of securityHeaders) onlyValue(head, name)
    for (const name of others) {
      if (head.headers[name] !== undefined) throw unauthenticated(`${name} was sent beside the MAC`)
    }
    const signature = parseSignature(signatureOf(head) ?? '', 'number')
    if (signature === undefined) throw unauthenticated('the signature cannot be parsed')
    if (signature.algorithm !== algorithm) throw unauthenticated('the algorithm is not known')
    const text = signedText(head, signature, policyFor(head, clockSkew), clock.now())
    const { keyId: sessionId, signature: mac } = signature
    const keystoreId = keystoreIdOf(request)
    const verified = verifySession(kms, { keystoreId, sessionId, text: Buffer.from(text, 'latin1'), mac })
    const { once } = configOf(request)
    return andThen(verified, session =>
      andThen(once ? replays.check(sessionId, text) : undefined, () => {
        return { caller: { kind: 'session', session }, digest: signedDigest(head, signature) }
      }),
    )
  }
  const beside =
    (other: Authenticator): Authenticator =>
    request =>
      form.test(request.headers.authorization ?? '') ? authenticate(request) : other(request)

  return {
    ...given,
    signer: beside(given.signer),
    visitor: beside(given.visitor),
    invoker: beside(given.invoker),
  }
}

function policyFor(head: RequestHead, clockSkew: number): SignaturePolicy {
  const coverage = ['(key-id)', '(request-target)', '(created)', ...ifBody(head, 'digest')]
  return { coverage, maximumAge: strictAge, clockSkew }
}

/** A session is looked for in the keystore that the request is about, and nowhere else. */
function keystoreIdOf({ params }: FastifyRequest): string {
  return (params as { readonly keystoreId?: string }).keystoreId ?? ''
}
