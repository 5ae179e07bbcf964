/** Why a file gives no signing key, without a word of its content. */
export class SigningKeyFileError extends Error {
  override readonly name = 'SigningKeyFileError'
  readonly code = 'SIGNING_KEY_FILE'
}
