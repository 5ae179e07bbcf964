import { isKeptVerbatim } from '@keyhold/core'
import type { JsonObject } from './authorization-server.ts'

/** Names that are longer are nobody's. */
const maximumSubject = 512

/**
 * When a token ends by what its issuer says (RFC 7519 section 4.1): Unix time, milliseconds, infinite if it does not say.
 * Undefined if the token is not valid now, or if what is said is no time.
 *
 * @param skew milliseconds by which the issuer's clock may be behind ours
 */
export function endOf({ exp, nbf }: JsonObject, now: number, skew: number): number | undefined {
  const start = nbf === undefined ? Number.NEGATIVE_INFINITY : milliseconds(nbf)
  const end = exp === undefined ? Number.POSITIVE_INFINITY : milliseconds(exp)
  return start <= now + skew && end > now ? end : undefined
}

/** Whether a token is for a service: `aud` is a text or a list of texts. */
export function isFor({ aud }: JsonObject, audience: string | undefined): boolean {
  return audience !== undefined && [aud].flat().includes(audience)
}

/** A subject as it can be recorded and compared; undefined if it is none. */
export function subjectOf(subject: unknown): string | undefined {
  const isSubject = typeof subject === 'string' && subject !== '' && subject.length <= maximumSubject
  return isSubject && isKeptVerbatim(subject) ? subject : undefined
}

/** Not a number compares as false with everything. */
function milliseconds(seconds: unknown): number {
  return typeof seconds === 'number' ? seconds * 1000 : Number.NaN
}
