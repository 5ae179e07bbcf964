import { actors } from './actors.ts'
import { invokesCapability, isSignedWhole } from './honest.ts'
import { authority } from './places.ts'
import type { DigestPlan, Moved, Plan } from './plan.ts'
import { algorithmOfAries } from './signature-text.ts'
import type { InvocationForm, SignatureForm } from './text-forms.ts'

const securityHeaders = ['signature', 'authorization', 'capability-invocation', 'digest', 'host']

/** Seconds. */
const maximumAge = { strict: 300, legacy: 60 }
const clockSkew = 30
const maximumLifetime = 600
/** Milliseconds. */
const honestRepetition = 1000

/** Whether it is proven who has made exactly this request, and when, and what it invokes can be read. */
export function isProven(plan: Plan): boolean {
  return (
    plan.twice.every(({ header }) => !securityHeaders.includes(header) && !plan.signature.covered.includes(header)) &&
    isSignatureWellFormed(plan) &&
    isSignersKey(plan) &&
    isInTime(plan) &&
    isCovered(plan) &&
    plan.signedFor.every(moved => !plan.signature.covered.includes(partOf[moved])) &&
    isDigestOfBody(plan) &&
    (plan.dialect === 'trustbloc' || plan.host === authority) &&
    (!invokesCapability(plan.route) || (isInvocationWellFormed(plan) && isReadable(plan))) &&
    !isReplay(plan)
  )
}

/** Whether nothing that is sent looks like a signature, and no header that could have held one is sent twice. */
export function isUnsigned({ dialect, signature: { form }, twice }: Plan): boolean {
  const hasNone = form === 'absent' || (dialect === 'ccg' && ['empty', 'other scheme'].includes(form))
  // The second line of a header that was not sent is its only one.
  const isAmbiguous = twice.some(({ header }) => securityHeaders.includes(header))
  return hasNone && !isAmbiguous
}

/** Where the dialects leave a choice. */
const acceptedForms: readonly SignatureForm[] = ['plain', 'keyId last', 'lower-case scheme']

function isSignatureWellFormed({ dialect, signature }: Plan): boolean {
  const { form, flaw, algorithm, covered } = signature
  const isKnown = algorithm === undefined || (dialect === 'trustbloc' && algorithm === algorithmOfAries)
  return acceptedForms.includes(form) && flaw === 'none' && isKnown && covered.length > 0
}

function isSignersKey({ signature: { keyId, by } }: Plan): boolean {
  return 'of' in keyId && (keyId.form === 'url' || keyId.form === 'did') && actors[keyId.of] === actors[by]
}

function isInTime(plan: Plan): boolean {
  const { signature, later, repeatedAfter = 0 } = plan
  const { created, expires, covered } = signature
  const now = (later + repeatedAfter) / 1000
  if (created === undefined) return false
  const age = now - created
  const oldest = isLegacy(plan) ? maximumAge.legacy : maximumAge.strict
  if (age > oldest || age < -clockSkew) return false
  if (expires === undefined) return true
  const lifetime = expires - created
  const isAlive = now - expires <= clockSkew && lifetime >= 0 && lifetime <= maximumLifetime
  return isAlive && covered.includes('(expires)')
}

/**
 * Legacy is for the clients that there are, none of which knows what belongs to the controller alone: a signature of the
 * time alone, made for any other server, must not give a keystore away.
 */
function isLegacy({ dialect, setting, route }: Plan): boolean {
  return dialect === 'trustbloc' && setting.coverage === 'legacy' && !isSignedWhole(route)
}

/** Everything that must be covered is, and everything that is covered is there. */
function isCovered(plan: Plan): boolean {
  const { dialect, route, signature, invocation, digest, besides } = plan
  const hasBody = route.body !== undefined && plan.body === 'honest'
  const sent = invocation.form === 'absent' ? [] : ['capability-invocation']
  const strict = ['(request-target)', '(created)', ...sent, ...(hasBody ? ['digest'] : [])]
  const required =
    dialect === 'ccg'
      ? [...strict, '(key-id)', '(expires)', 'host', ...(hasBody ? ['content-type'] : [])]
      : isLegacy(plan)
        ? ['(created)']
        : strict
  const isThere = (name: string): boolean => {
    switch (name) {
      case '(expires)':
        return signature.expires !== undefined
      case 'capability-invocation':
        return invocation.form !== 'absent'
      case 'digest':
        return digest.header !== 'absent'
      case 'content-type':
        return hasBody
      case '(request-target)':
      case '(created)':
      case '(key-id)':
      case 'host':
        return true
      default:
        return name in besides
    }
  }
  return required.every(name => signature.covered.includes(name)) && signature.covered.every(isThere)
}

/** What of a request is not as it was when it was signed. */
const partOf: Readonly<Record<Moved, string>> = {
  'another method': '(request-target)',
  'another path': '(request-target)',
  'another keystore': '(request-target)',
  'another key': '(request-target)',
  'no query': '(request-target)',
  'another query': '(request-target)',
  'another digest': 'digest',
  'another action': 'capability-invocation',
  'another capability': 'capability-invocation',
  'another host': 'host',
  'another content type': 'content-type',
  'another time': '(created)',
  'another expiry': '(expires)',
  'another form of the keyId': '(key-id)',
}

const acceptedDigests: readonly DigestPlan['header'][] = ['SHA-256', 'SHA-512', 'mh', 'sha-256']

function isDigestOfBody({ route, signature, digest, body }: Plan): boolean {
  if (!signature.covered.includes('digest')) return true
  const hasBody = route.body !== undefined && body === 'honest'
  // Where a route has no body, its body and no bytes are the same.
  const isOfThis = hasBody
    ? digest.of === 'body'
    : digest.of === 'no bytes' || (digest.of === 'body' && route.body === undefined)
  return acceptedDigests.includes(digest.header) && isOfThis
}

const acceptedInvocations: readonly InvocationForm[] = ['plain', 'upper-case scheme']

function isInvocationWellFormed({ dialect, invocation }: Plan): boolean {
  if (!acceptedInvocations.includes(invocation.form)) return false
  if (invocation.by === 'id') return dialect === 'ccg'
  return invocation.text === 'plain' || invocation.text === 'other padding'
}

/** Members that a capability of the TrustBloc dialect can have, beside those that a plan names: anything else is no capability. */
const knownMembers = [
  'id',
  'invoker',
  'controller',
  'delegator',
  'parentCapability',
  'invocationTarget.Type',
  'proof.0.nonce',
  'proof.0.challenge',
  'proof.0.domain',
  'proof.0.capabilityChain',
]

/** Whether the capability is of the shape of its dialect. In CCG any JSON object is, and judged as a whole later. */
export function isReadable({ capability, capabilityDialect, invocation }: Plan): boolean {
  if (capabilityDialect === 'ccg') return true
  if (capability.kind === 'none') return false
  if (capability.kind === 'root') {
    return !['with an unknown member', 'without an id', 'without a proof'].includes(capability.looks)
  }
  return (
    invocation.by === 'capability' &&
    capability.links.every(
      ({ proof, rewritten }) =>
        !['not a signature', 'two proofs', 'no proof'].includes(proof) &&
        Object.keys(rewritten.members ?? {}).every(path => knownMembers.includes(path)),
    )
  )
}

/** Whatever must happen once only happens once, but for those who do the same thing twice within a second. */
function isReplay({ route, repeatedAfter }: Plan): boolean {
  return repeatedAfter !== undefined && route.repeated !== undefined && repeatedAfter > honestRepetition
}
