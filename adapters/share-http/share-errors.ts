import { KmsError } from '@keyhold/core'

/** Why there is no share, for the log: it repeats nothing that was sent or answered. */
export class ShareFailure extends Error {
  override readonly name = 'ShareFailure'
}

export function noShare(): KmsError {
  return new KmsError('SHARE_REJECTED', 'there is no share for this subject')
}

export function sharesUnavailable(reason: string | Error): KmsError {
  const cause = typeof reason === 'string' ? new ShareFailure(reason) : reason
  return new KmsError('SHARE_UNAVAILABLE', 'the holder of the shares does not answer', { cause })
}

export function sharesClosed(): KmsError {
  return new KmsError('SHARE_UNAVAILABLE', 'the holder of the shares is closed')
}
