import { KmsError, lockRejected } from '@keyhold/core'

type LockCode = 'LOCK_REJECTED' | 'LOCK_REFUSED' | 'LOCK_UNAVAILABLE'

/**
 * What each error of Encrypt and Decrypt means here, by its name alone: half of them have no class in the SDK, and the
 * status depends on who answers. Names that are not here mean that the lock is away: to try again later is harmless.
 */
const codes: ReadonlyMap<string, LockCode> = new Map([
  // The ciphertext is not this key's, was changed, or belongs to another context.
  ['InvalidCiphertextException', 'LOCK_REJECTED'],
  ['IncorrectKeyException', 'LOCK_REJECTED'],

  // The key cannot be used as it is.
  ['DisabledException', 'LOCK_REFUSED'],
  ['KMSInvalidStateException', 'LOCK_REFUSED'],
  ['NotFoundException', 'LOCK_REFUSED'],
  ['InvalidKeyUsageException', 'LOCK_REFUSED'],
  ['InvalidArnException', 'LOCK_REFUSED'],
  ['UnsupportedOperationException', 'LOCK_REFUSED'],
  ['ValidationException', 'LOCK_REFUSED'],
  ['ValidationError', 'LOCK_REFUSED'],

  // We may not use it, or cannot say who we are.
  ['AccessDenied', 'LOCK_REFUSED'],
  ['AccessDeniedException', 'LOCK_REFUSED'],
  ['NotAuthorized', 'LOCK_REFUSED'],
  ['OptInRequired', 'LOCK_REFUSED'],
  ['InvalidGrantTokenException', 'LOCK_REFUSED'],
  ['UnrecognizedClientException', 'LOCK_REFUSED'],
  ['InvalidClientTokenId', 'LOCK_REFUSED'],
  ['InvalidSignatureException', 'LOCK_REFUSED'],
  ['SignatureDoesNotMatch', 'LOCK_REFUSED'],
  ['IncompleteSignature', 'LOCK_REFUSED'],
  ['IncompleteSignatureException', 'LOCK_REFUSED'],
  ['MissingAuthenticationToken', 'LOCK_REFUSED'],
  ['MissingAuthenticationTokenException', 'LOCK_REFUSED'],
  ['ExpiredToken', 'LOCK_REFUSED'],
  ['ExpiredTokenException', 'LOCK_REFUSED'],
  ['RequestExpired', 'LOCK_REFUSED'],
  ['CredentialsProviderError', 'LOCK_REFUSED'],
  ['TokenProviderError', 'LOCK_REFUSED'],

  // Too much at once, or AWS has a problem. The SDK has tried again already.
  ['ThrottlingException', 'LOCK_UNAVAILABLE'],
  ['LimitExceededException', 'LOCK_UNAVAILABLE'],
  ['KeyUnavailableException', 'LOCK_UNAVAILABLE'],
  ['KMSInternalException', 'LOCK_UNAVAILABLE'],
  ['DependencyTimeoutException', 'LOCK_UNAVAILABLE'],
  ['InternalFailure', 'LOCK_UNAVAILABLE'],
  ['ServiceUnavailable', 'LOCK_UNAVAILABLE'],
  ['ServiceUnavailableException', 'LOCK_UNAVAILABLE'],
  ['RequestTimeoutException', 'LOCK_UNAVAILABLE'],

  // Nothing came back in time, or nothing that can be read.
  ['AbortError', 'LOCK_UNAVAILABLE'],
  ['TimeoutError', 'LOCK_UNAVAILABLE'],
  ['SyntaxError', 'LOCK_UNAVAILABLE'],
])

export function lockUnavailable(cause?: unknown): KmsError {
  return new KmsError('LOCK_UNAVAILABLE', 'the lock does not answer', { cause })
}

export function lockRefused(cause?: unknown): KmsError {
  return new KmsError('LOCK_REFUSED', 'the holder of the lock refuses to use it', { cause })
}

/** The error that leaves this adapter in place of one that the SDK threw. */
export function fromAwsError(error: unknown): KmsError {
  const name = nameOf(error)
  const cause = describe(name, error)
  switch (codes.get(name)) {
    case 'LOCK_REJECTED':
      return lockRejected(cause)
    case 'LOCK_REFUSED':
      return lockRefused(cause)
    default:
      return lockUnavailable(cause)
  }
}

interface SdkError {
  readonly name?: unknown
  readonly code?: unknown
  readonly $metadata?: { readonly httpStatusCode?: unknown }
}

/**
 * A fresh error with the name and the status: the SDK's own carries the request and the answer along, in which secrets
 * are. The name comes from the answer as well, so one that is not known is shown only if it looks like a name.
 */
function describe(name: string, error: unknown): Error {
  const status = (error as SdkError | undefined)?.$metadata?.httpStatusCode
  return new Error(typeof status === 'number' ? `AWS KMS: ${name}, status ${status}` : `AWS KMS: ${name}`)
}

function nameOf(error: unknown): string {
  const { name, code } = (error ?? {}) as SdkError
  if (typeof name === 'string' && codes.has(name)) return name
  // What breaks a connection is named by its code alone, e.g. ECONNREFUSED.
  if (typeof code === 'string' && /^E[A-Z_]{2,30}$/.test(code)) return code
  return typeof name === 'string' && /^[A-Z][A-Za-z]{0,60}(Error|Exception|Fault)$/.test(name) ? name : 'unknown error'
}
