import type { VerifyMessage } from '@keyhold/core'
import { httpbis } from 'http-message-signatures'
import { tokenKey } from './token-key.ts'

/** The tag of GNAP's signatures (RFC 9635 section 7.3.1); clients of its drafts send none. */
const tag = 'gnap'

/** The times were compared with our own clock, of which the library knows nothing: no time is too late for it. */
const noTime = { tolerance: Number.MAX_SAFE_INTEGER, notAfter: Number.MAX_SAFE_INTEGER }

/** Verifies the signature by the key of a token, which alone decides by which algorithm. */
export const verifyMessage: VerifyMessage = async (message, signature, jwk) => {
  const key = tokenKey(jwk)
  const isKeys = key !== undefined && (signature.keyId ?? key.id) === key.id
  const isAlgorithm = (signature.algorithm ?? key?.algorithm) === key?.algorithm
  if (!isKeys || !isAlgorithm || (signature.tag ?? tag) !== tag) return undefined
  let text: Buffer | undefined
  const verify = async (data: Buffer, bytes: Buffer) => {
    text = data
    return key.verify(data, bytes)
  }
  try {
    const isValid = await httpbis.verifyMessage({ ...noTime, keyLookup: async () => ({ verify }) }, { ...message })
    return isValid === true ? text?.toString('utf8') : undefined
  } catch {
    // A component that is not there, or of which the library knows nothing.
    return undefined
  } finally {
    // The token is in it.
    text?.fill(0)
  }
}
