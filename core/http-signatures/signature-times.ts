import { unauthenticated } from '../errors.ts'

/** When a signature says that it was made and ends: Unix time in seconds, as they were written. */
interface SignatureTimes {
  readonly created?: string | undefined
  readonly expires?: string | undefined
}

/** How old a signature may be, and how far the caller's clock may be ahead of ours, in seconds. */
interface TimePolicy {
  readonly maximumAge: number
  readonly clockSkew: number
}

/** From creation to expiry, if a signature says when it expires, in seconds. */
const maximumLifetime = 600

/** @param now Unix time, seconds @throws KmsError UNAUTHENTICATED */
export function checkTimes({ created, expires }: SignatureTimes, policy: TimePolicy, now: number): void {
  if (created === undefined) throw unauthenticated('the signature does not say when it was made')
  if (Number(created) > now + policy.clockSkew) throw unauthenticated('the signature was made in the future')
  if (Number(created) < now - policy.maximumAge) throw unauthenticated('the signature is too old')
  if (expires === undefined) return
  if (Number(expires) < now - policy.clockSkew) throw unauthenticated('the signature has expired')
  const lifetime = Number(expires) - Number(created)
  if (lifetime < 0 || lifetime > maximumLifetime) throw unauthenticated('the signature lives too long')
}
