import {
  algorithmOfAries,
  andThen,
  type Clock,
  type Invocation,
  invalidRequest,
  type ParsedSignature,
  parseSignature,
  type RequestHead,
  type ResolveDid,
  readTrustblocCapability,
  type SignaturePolicy,
  type Soon,
  sha256Base64Url,
  unauthenticated,
  type VerificationKey,
  verifySignature,
} from '@keyhold/core'
import type { FastifyRequest } from 'fastify'
import { configOf } from '../route-config.ts'
import type { Authenticator, Authenticators, Proven } from './authenticator.ts'
import { signedDigest } from './body-digest.ts'
import { inflateCapability, parseInvocation } from './capability-text.ts'
import { KnownCapabilities } from './known-capabilities.ts'
import { type OpenReplays, ReplayGuard } from './replay-guard.ts'
import { headOf, ifBody, ifSent, onlyValue, securityHeaders, signatureOf, strictAge } from './signed-head.ts'

export interface ZcapOptions {
  readonly clock: Clock
  readonly resolveDid: ResolveDid
  /** What TrustBloc clients must cover: everything that matters, or the time of the signature alone. */
  readonly coverage: 'strict' | 'legacy'
  /** Seconds by which clocks may differ. */
  readonly clockSkew: number
  /** The authority (RFC 9110 section 7.2) under which clients reach this server. */
  readonly authority: () => string
  /** What remembers the requests that must not be repeated. Default: this process alone. */
  readonly openReplays?: OpenReplays | undefined
}

/** A request's own form decides its dialect; a request of neither form is unauthenticated. */
interface Dialect {
  readonly signature: (head: RequestHead) => ParsedSignature | undefined
  /** @param own whether the route is what belongs to the controller alone, or wants the whole request to be signed */
  readonly policy: (head: RequestHead, own: boolean) => SignaturePolicy
  /** Whether a signature is good that would not be if this server were strict. */
  readonly isLegacy: (head: RequestHead, signature: ParsedSignature) => boolean
  /** Reads what is invoked. */
  readonly invocation: (header: string) => Invocation
}

const legacyAge = 60

/** Requests that are signed by a key of a DID, in both dialects of capabilities. */
export function zcapAuthenticators(options: ZcapOptions): Authenticators {
  const dialects = [trustbloc(options), ccg(options)]
  const replays = new ReplayGuard(options.clock, (strictAge + options.clockSkew) * 1000, options.openReplays)

  function authenticate(request: FastifyRequest, kind: keyof Authenticators): Soon<Proven> {
    const invokes = kind === 'invoker'
    const head = headOf(request)
    for (const name of securityHeaders) onlyValue(head, name)
    const recognised = recognise(dialects, head)
    if (recognised === undefined) {
      if (kind === 'visitor') return { caller: { kind: 'anonymous' } }
      throw unauthenticated('there is no signature of a form that is known here')
    }
    const [dialect, signature] = recognised
    const header = onlyValue(head, 'capability-invocation')
    if (invokes && header === undefined) throw unauthenticated('no capability is invoked')
    const invocation = invokes && header !== undefined ? dialect.invocation(header) : undefined
    const { once, wholly } = configOf(request)
    const policy = dialect.policy(head, wholly === true || kind === 'signer' || kind === 'visitor')
    const verified = verifySignature(head, signature, policy, options.clock.now(), options.resolveDid)
    return andThen(verified, ({ key, text }) =>
      andThen(once ? replays.check(key.id, text) : undefined, () => {
        const legacyCoverage = dialect.isLegacy(head, signature) || undefined
        return { caller: callerOf(key, invocation), digest: signedDigest(head, signature), legacyCoverage }
      }),
    )
  }

  const authenticator = (kind: keyof Authenticators): Authenticator => {
    return request => authenticate(request, kind)
  }
  return {
    admission: authenticator('admission'),
    signer: authenticator('signer'),
    visitor: authenticator('visitor'),
    invoker: authenticator('invoker'),
    challenges: ['Signature realm="keyhold"'],
  }
}

function callerOf(key: VerificationKey, invocation: Invocation | undefined): Proven['caller'] {
  return invocation === undefined ? { kind: 'signer', key } : { kind: 'invoker', key, invocation }
}

function recognise(dialects: readonly Dialect[], head: RequestHead): [Dialect, ParsedSignature] | undefined {
  for (const dialect of dialects) {
    const signature = dialect.signature(head)
    if (signature !== undefined) return [dialect, signature]
  }
  return undefined
}

/** What Aries and TrustBloc clients send: `Signature`, with times that are not quoted, and the capability itself. */
function trustbloc({ coverage, clockSkew }: ZcapOptions): Dialect {
  const strict = (head: RequestHead): SignaturePolicy => ({
    coverage: ['(request-target)', '(created)', ...ifSent(head, 'capability-invocation'), ...ifBody(head, 'digest')],
    maximumAge: strictAge,
    clockSkew,
  })
  const known = new KnownCapabilities(text => {
    const { json, length } = inflateCapability(text)
    const capability = readTrustblocCapability(json)
    if (capability === undefined) throw unauthenticated('the capability is not well-formed')
    return { capability, length }
  })
  const legacy: SignaturePolicy = { coverage: ['(created)'], maximumAge: legacyAge, clockSkew }
  return {
    signature(head) {
      const header = onlyValue(head, 'signature')
      if (header === undefined) return undefined
      const signature = parseSignature(header, 'number')
      if (signature === undefined) throw unauthenticated('the signature cannot be parsed')
      const { algorithm = algorithmOfAries } = signature
      if (algorithm !== algorithmOfAries) throw unauthenticated('the algorithm is not known')
      return signature
    },
    // A signature of the time alone, made for whatever other server, must not hand a keystore over; and no client of the
    // reference knows the routes that could.
    policy: (head, own) => (coverage === 'strict' || own ? strict(head) : legacy),
    isLegacy: (head, { covered }) =>
      coverage === 'legacy' && strict(head).coverage.some(name => !covered.includes(name)),
    invocation(header) {
      const { action, capability: text } = parseInvocation(header)
      if (text === undefined) throw unauthenticated('the capability is not well-formed')
      const { capability, capabilityHash } = known.read(text)
      return { dialect: 'trustbloc', action, capability, capabilityHash }
    },
  }
}

/** What Digital Bazaar's clients send: `Authorization: Signature`, with quoted times, and a root by its id. */
function ccg({ clockSkew, authority }: ZcapOptions): Dialect {
  const always = ['(key-id)', '(created)', '(expires)', '(request-target)', 'host']
  return {
    signature(head) {
      const text = signatureOf(head)
      if (text === undefined) return undefined
      const signature = parseSignature(text, 'quoted')
      if (signature === undefined) throw unauthenticated('the signature cannot be parsed')
      if (signature.algorithm !== undefined) throw unauthenticated('the algorithm is not known')
      return signature
    },
    policy(head) {
      // A signature that was made for another server must not work here.
      if (onlyValue(head, 'host') !== authority()) throw unauthenticated('the request is signed for another host')
      const coverage = [
        ...always,
        ...ifSent(head, 'capability-invocation'),
        ...ifBody(head, 'content-type'),
        ...ifBody(head, 'digest'),
      ]
      return { coverage, maximumAge: strictAge, clockSkew }
    },
    isLegacy: () => false,
    invocation(header) {
      const { action, capability: text, rootId } = parseInvocation(header)
      if (rootId !== undefined) {
        return { dialect: 'ccg', action, capability: { rootId }, capabilityHash: sha256Base64Url(rootId) }
      }
      const json = text === undefined ? undefined : inflateCapability(text).json
      const isObject = typeof json === 'object' && json !== null && !Array.isArray(json)
      if (text === undefined || !isObject) throw unauthenticated('the capability is not well-formed')
      const delegated = json as Record<string, unknown>
      return { dialect: 'ccg', action, capability: { delegated }, capabilityHash: sha256Base64Url(text) }
    },
  }
}

/** A delegated capability in the body of a request, of whichever dialect it is. @throws KmsError INVALID_REQUEST */
export function readDelegated(json: object): Omit<Invocation, 'action' | 'capabilityHash'> {
  const delegated = json as Record<string, unknown>
  if (typeof delegated['@context'] !== 'string') return { dialect: 'ccg', capability: { delegated } }
  const capability = readTrustblocCapability(json)
  if (capability === undefined) throw invalidRequest('body: not a delegated capability')
  return { dialect: 'trustbloc', capability }
}
