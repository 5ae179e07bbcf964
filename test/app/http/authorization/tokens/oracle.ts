import type { Verdict } from '../routes.ts'
import type { Owner, RightPlan, SignatureForm, TokenPlan } from './plan.ts'

const unauthenticated: Verdict = { status: 401, code: 'UNAUTHENTICATED' }
const forbidden: Verdict = { status: 403, code: 'FORBIDDEN' }
const malformed: Verdict = { status: 400, code: 'INVALID_REQUEST' }
const notActive: Verdict = { status: 409, code: 'NOT_ACTIVE' }

/** Seconds. */
const maximumAge = 60
const clockSkew = 30
const maximumLifetime = 600
/** Milliseconds. */
const honestRepetition = 1000

/** What a request with a token must come to, by the rules alone. */
export function judgeToken(plan: TokenPlan): Verdict {
  const { route, body, keystore, repeatedAfter } = plan
  if (route.unsigned !== undefined && saysNothing(plan)) return route.unsigned
  if (!isProven(plan)) return unauthenticated
  if (body === 'absent' && route.body !== undefined) return malformed
  if (!isAllowed(plan)) return forbidden
  if (route.proof === 'capability' && keystore.state === 'suspended') return notActive
  return (repeatedAfter === undefined ? undefined : route.repeated) ?? route.allowed ?? { status: 200 }
}

function isProven(plan: TokenPlan): boolean {
  const { method, setting, route } = plan
  if (!isTokenSent(plan) || !isInTokenTime(plan)) return false
  if (method === 'gnap') return isGnapTokenGood(plan) && (!setting.signed || isSigned(plan))
  const isHere = setting.bearer === 'all' || route.proof === 'admission'
  return isHere && isBearerTokenGood(plan)
}

/** Neither a token of a scheme that is taken for what is asked, nor a signature. */
function saysNothing({ authorization, twice, setting, signature, besides }: TokenPlan): boolean {
  const [line = '', ...others] = authorization
  const [, scheme] = /^([a-z]+) /i.exec(line) ?? []
  const taken = ['gnap', 'signature', ...(setting.bearer === 'all' ? ['bearer'] : [])]
  const isOnce = others.length === 0 && !twice.includes('authorization')
  const isSigned = signature.form !== 'neither' || 'signature' in besides
  return isOnce && !isSigned && !taken.includes(scheme?.toLowerCase() ?? '')
}

/** Once, in the one header, under its scheme; and no other credential beside it. */
function isTokenSent({ method, authorization, besides, twice }: TokenPlan): boolean {
  const [line = '', ...others] = authorization
  const [scheme = '', token, ...rest] = line.split(' ')
  const isOnce = others.length === 0 && rest.length === 0 && !twice.includes('authorization')
  const foreign = ['capability-invocation', ...(method === 'gnap' ? [] : ['signature', 'signature-input'])]
  const isAlone = foreign.every(name => !(name in besides))
  return isOnce && isAlone && scheme.toLowerCase() === (method === 'gnap' ? 'gnap' : 'bearer') && token === 'TOKEN'
}

function isInTokenTime({ token: { expires, begins }, later, repeatedAfter = 0 }: TokenPlan): boolean {
  const now = (later + repeatedAfter) / 1000
  return (expires === undefined || expires > now) && (begins === undefined || begins <= now + clockSkew)
}

/** Of somebody, and of a key if requests are signed by it; for this service unless the server does not say. */
function isGnapTokenGood({ token, setting }: TokenPlan): boolean {
  const { known, subject, key, audience } = token
  const isSomebodys = subject !== undefined || key !== undefined
  return known === 'active' && audience !== 'another' && isSomebodys && (!setting.signed || key !== undefined)
}

/** Of a subject, for this service, of the one issuer, and nothing but a bearer token. */
function isBearerTokenGood({ method, token }: TokenPlan): boolean {
  const { known, subject, audience, issuer, flaw, expires } = token
  const isJwtWhole = method !== 'jwt' || (issuer === 'this' && expires !== undefined)
  const isForThis = audience === 'this' || audience === 'this and another'
  // Of a JWT nobody is asked whether it is active.
  const isKnown = method === 'jwt' || known === 'active'
  return isKnown && subject !== undefined && isForThis && issuer !== 'another' && flaw === 'none' && isJwtWhole
}

const acceptedForms: readonly SignatureForm[] = ['plain', 'another label']
const acceptedParameters = ['', ';nonce="abc"', ';tag="gnap"', ';alg="ecdsa-p256-sha256"']

/** By the key of the token, over everything that matters and nothing that is not there, now, and once. */
function isSigned(plan: TokenPlan): boolean {
  const { signature, token, twice, signedFor } = plan
  const { by, keyId, form, flaw, covered, parameters } = signature
  return (
    acceptedForms.includes(form) &&
    flaw === 'none' &&
    acceptedParameters.includes(parameters) &&
    by === token.key &&
    keyId !== "another's" &&
    isInTime(plan) &&
    new Set(covered).size === covered.length &&
    required(plan).every(name => covered.includes(name)) &&
    covered.every(name => isThere(plan, name)) &&
    !twice.some(header => [...covered, 'signature', 'signature-input'].includes(header)) &&
    signedFor.every(moved => !covered.includes(partOf[moved])) &&
    isDigestOfBody(plan) &&
    !isReplay(plan)
  )
}

function isInTime({ signature: { created, expires }, later, repeatedAfter = 0 }: TokenPlan): boolean {
  const now = (later + repeatedAfter) / 1000
  if (created === undefined || now - created > maximumAge || created - now > clockSkew) return false
  return (
    expires === undefined || (now - expires <= clockSkew && expires >= created && expires - created <= maximumLifetime)
  )
}

const sendsBody = ({ route, body }: TokenPlan) => route.body !== undefined && body === 'honest'

function required(plan: TokenPlan): string[] {
  const digest = plan.digest.header === 'digest' || plan.digest.header === 'absent' ? 'digest' : 'content-digest'
  return ['@method', '@target-uri', 'authorization', ...(sendsBody(plan) ? [digest] : [])]
}

function isThere(plan: TokenPlan, name: string): boolean {
  const { digest, besides } = plan
  switch (name) {
    case 'content-digest':
      return digest.header !== 'absent' && digest.header !== 'digest'
    case 'digest':
      return digest.header === 'digest'
    case 'content-type':
      return sendsBody(plan)
    case 'host':
    case 'authorization':
      return true
    default:
      return name in besides || ['@method', '@target-uri', '@authority', '@path', '@query', '@scheme'].includes(name)
  }
}

const partOf = {
  'another method': '@method',
  'another path': '@target-uri',
  'another keystore': '@target-uri',
  'no query': '@target-uri',
  'another query': '@target-uri',
  'another host': '@target-uri',
  http: '@target-uri',
  'another token': 'authorization',
  'another digest': 'content-digest',
} as const

function isDigestOfBody(plan: TokenPlan): boolean {
  const { digest, signature, route } = plan
  if (!signature.covered.some(name => name === 'digest' || name === 'content-digest')) return true
  const isKnown = ['content-digest', 'content-digest sha-512', 'digest'].includes(digest.header)
  const isOfNothing = digest.of === 'no bytes' || (digest.of === 'body' && route.body === undefined)
  return isKnown && (sendsBody(plan) ? digest.of === 'body' : isOfNothing)
}

/** What is signed happens once only, but for those who do the same thing twice within a second. */
function isReplay({ route, repeatedAfter = 0 }: TokenPlan): boolean {
  return route.repeated !== undefined && repeatedAfter > honestRepetition
}

/** Whether the token's owner may do what is asked, with this token. */
function isAllowed(plan: TokenPlan): boolean {
  const { route, keystore, token } = plan
  // Whoever asks for the name of the service asks for nothing.
  if (route.proof === 'admission' && route.body === undefined) return true
  if (route.proof === 'admission') return hasRight(plan, 'createKeyStore', 'new')
  const own: Owner = token.subject === undefined ? { keyOf: token.key ?? 'bob' } : { subject: token.subject }
  if (keystore.state === 'unknown' || JSON.stringify(own) !== JSON.stringify(keystore.owner)) return false
  if (route.proof === 'capability') return hasRight(plan, actionOf(route), route.keyType === undefined ? 'ks' : 'key')
  // Nothing else of what is the controller's.
  return (
    route.proof === 'controller' &&
    route.method === 'GET' &&
    /:keystoreId(\/log)?$/.test(route.path) &&
    hasRight(plan, undefined, 'ks')
  )
}

type Place = 'new' | 'ks' | 'key'

/** Which places are at or below a location. */
const below: Readonly<Record<string, readonly Place[]>> = {
  'https://kms.example': ['new', 'ks', 'key'],
  'https://kms.example/': ['new', 'ks', 'key'],
  'https://kms.example/v1/keystores': ['new', 'ks', 'key'],
  '{ks}': ['ks', 'key'],
  '{key}': ['key'],
}

function hasRight({ route, method, token }: TokenPlan, action: string | undefined, place: Place): boolean {
  // Scopes are words (RFC 6749 section 3.3).
  const words = (right: RightPlan) => (typeof right === 'string' && method !== 'gnap' ? right.split(' ') : [right])
  return token.access.flatMap(words).some(right => {
    const { type, actions, locations } = asObject(right)
    const named = actions?.map(each => each.replace('{action}', actionOf(route)))
    const isAction = action === undefined || named === undefined || named.includes(action)
    const isPlace = locations === undefined || locations.some(location => below[location]?.includes(place))
    return type === 'keyhold' && isAction && isPlace
  })
}

/** What the text `{action}` in a plan stands for. */
export function actionOf({ proof, action, does }: TokenPlan['route']): string {
  return proof === 'admission' ? 'createKeyStore' : (does ?? action ?? 'sign')
}

function asObject(right: RightPlan): Exclude<RightPlan, string> {
  if (typeof right !== 'string') return right
  const [type = '', action] = right.split(':')
  return { type, ...(action !== undefined && { actions: [action] }) }
}
