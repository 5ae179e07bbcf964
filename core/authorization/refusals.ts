import { KmsError } from '../errors.ts'

/**
 * One text for every reason for which nobody has proven to have made a request, and one for every reason for which a
 * proven caller may not do what is asked. The reason goes to the log alone.
 */
export function unauthenticated(reason: string): KmsError {
  return new KmsError('UNAUTHENTICATED', 'the request is not signed in a way that is accepted here', { cause: reason })
}

export function forbidden(reason: string): KmsError {
  return new KmsError('FORBIDDEN', 'this is not allowed to the caller', { cause: reason })
}
