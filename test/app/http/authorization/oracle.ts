import { invokesCapability } from './honest.ts'
import { isAllowed, isSuspended } from './oracle-allowed.ts'
import { isProven, isReadable, isUnsigned } from './oracle-proven.ts'
import type { Plan } from './plan.ts'
import type { Verdict } from './routes.ts'

const unauthenticated: Verdict = { status: 401, code: 'UNAUTHENTICATED' }
const forbidden: Verdict = { status: 403, code: 'FORBIDDEN' }
const malformed: Verdict = { status: 400, code: 'INVALID_REQUEST' }
const notActive: Verdict = { status: 409, code: 'NOT_ACTIVE' }
const noSuchKey: Verdict = { status: 404, code: 'KEY_NOT_FOUND' }
const alreadyRevoked: Verdict = { status: 409, code: 'ALREADY_EXISTS' }

/** What a request must come to, by the rules alone: who signed must be proven, then they must be allowed to. */
export function judge(plan: Plan): Verdict {
  const { route, setting, body } = plan
  if (route.proof === 'admission' && setting.admission !== 'controller') return judgeAdmission(plan)
  if (route.unsigned !== undefined && isUnsigned(plan)) return route.unsigned
  if (!isProven(plan)) return unauthenticated
  if (body === 'absent' && route.body !== undefined) return malformed
  // In a body it is a part of the question, in a header a part of the proof.
  if (route.proof === 'revocation' && !isReadable(plan)) return malformed
  if (!isAllowed(plan)) return forbidden
  return outcome(plan)
}

/** Who holds a token of the file, or anyone at all. What the keystore's controller is to be is the caller's choice. */
function judgeAdmission({ route, setting, authorization = [], body }: Plan): Verdict {
  const [scheme = '', token, ...more] = authorization.join('\n').split(' ')
  const hasToken = scheme.toLowerCase() === 'bearer' && token === 'TOKEN' && more.length === 0
  if (setting.admission !== 'open' && !hasToken) return unauthenticated
  return body === 'absent' && route.body !== undefined ? malformed : { status: 200 }
}

/** What an allowed request comes to. */
function outcome(plan: Plan): Verdict {
  const { route, capability, events, key, repeatedAfter } = plan
  if ((invokesCapability(route) || route.needsActive) && isSuspended(plan)) return notActive
  // One key is there, under the id that was routed, unless nothing could be stored under such an id.
  if (route.keyType !== undefined && !/^[\w-]+$/.test(key.routed)) return noSuchKey
  if (route.proof === 'revocation') {
    if (capability.kind !== 'delegated' || !plan.pathNamesCapability) return malformed
    if (events.some(event => event.what === 'revoked')) return alreadyRevoked
  }
  return (repeatedAfter === undefined ? undefined : route.repeated) ?? route.allowed ?? { status: 200 }
}
