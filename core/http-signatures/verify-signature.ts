import { andThen, type Soon } from '../at-once.ts'
import type { ResolveDid } from '../dids/resolve-did.ts'
import type { VerificationKey } from '../dids/verification-key.ts'
import { unauthenticated } from '../errors.ts'
import type { ParsedSignature } from './signature-header.ts'
import { checkTimes } from './signature-times.ts'
import { type RequestHead, signingString } from './signing-string.ts'

/** What a signature must be like to be accepted. Times are seconds. */
export interface SignaturePolicy {
  /** Everything that must be covered. */
  readonly coverage: readonly string[]
  /** How old a signature may be. */
  readonly maximumAge: number
  /** How far the caller's clock may be ahead of ours. */
  readonly clockSkew: number
}

/** A signature that is valid: whose it is, and what was signed. */
export interface VerifiedSignature {
  readonly key: VerificationKey
  readonly text: string
}

/**
 * Finds the key by which a request was signed. Cheap checks come first: the times and the coverage, then the key, then
 * the signature.
 *
 * @param now Unix time, milliseconds
 * @throws KmsError UNAUTHENTICATED
 */
export function verifySignature(
  head: RequestHead,
  signature: ParsedSignature,
  policy: SignaturePolicy,
  now: number,
  resolveDid: ResolveDid,
): Soon<VerifiedSignature> {
  const text = signedText(head, signature, policy, now)
  return andThen(resolveDid(signature.keyId), key => {
    if (key === undefined) throw unauthenticated('the key of the signature cannot be resolved')
    return andThen(key.verify(signature.signature, Buffer.from(text, 'latin1')), isValid => {
      if (!isValid) throw unauthenticated('the signature is not valid')
      return { key, text }
    })
  })
}

/**
 * What a signature, or a MAC, is made of, if it is as the policy wants it. Whether it is valid is still to be found out.
 *
 * @param now Unix time, milliseconds
 * @throws KmsError UNAUTHENTICATED
 */
export function signedText(
  head: RequestHead,
  signature: ParsedSignature,
  policy: SignaturePolicy,
  now: number,
): string {
  checkTimes(signature, policy, now / 1000)
  if (signature.expires !== undefined && !signature.covered.includes('(expires)')) {
    throw unauthenticated('(expires) is not covered by the signature')
  }
  const uncovered = policy.coverage.find(name => !signature.covered.includes(name))
  if (uncovered !== undefined) throw unauthenticated(`${uncovered} is not covered by the signature`)
  const text = signingString(head, signature)
  if (text === undefined) throw unauthenticated('a covered part is missing or was sent twice')
  return text
}
