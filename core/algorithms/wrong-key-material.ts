import { KmsError } from '../errors.ts'

/** One text for every reason for which key material is none of its type. */
export function wrongKeyMaterial(cause?: unknown): KmsError {
  return new KmsError('INVALID_REQUEST', 'key material: not a valid key of this key type', { cause })
}
