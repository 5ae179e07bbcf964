import { invalidRequest, KmsError } from '../errors.ts'
import type { Random } from '../ports/index.ts'
import { SecretBytes } from '../secrets/secret-bytes.ts'
import { secretsJsShare } from './secrets-js-share.ts'
import { type ShareFormat, secretLength } from './share-format.ts'
import { vaultShare } from './vault-share.ts'

/**
 * The field over which a secret was shared, and with it the form of its shares. It is a property of the keystore and
 * never guessed: shares of the wrong field combine as well, to other bytes.
 */
export type ShareField = 'gf256-11b' | 'secrets.js'

const formats: Readonly<Record<ShareField, ShareFormat>> = { 'gf256-11b': vaultShare, 'secrets.js': secretsJsShare }

/**
 * Reads the share that a request carries: standard base64 of `y… ‖ x`, or the text of secrets.js.
 *
 * @throws KmsError INVALID_REQUEST, with a text for each problem and without any of the input
 */
export function readShare(field: ShareField, text: string): SecretBytes {
  const format = formats[field]
  const bytes = format.decode(text)
  const problem = format.problem(bytes)
  if (problem === undefined) return new SecretBytes(bytes)
  bytes.fill(0)
  throw invalidRequest(`secret share: ${problem}`)
}

/**
 * The secret of the user's share and the held one, as bytes: `y… ‖ x`, or the text of secrets.js in ASCII. Both stay the
 * caller's, who owns the result. Shares are not authenticated: a wrong one gives a wrong secret, and only the check
 * value tells (`isShareCheckValue`).
 *
 * @throws KmsError SHARE_REJECTED, with one text
 */
export async function combineShares(field: ShareField, own: SecretBytes, held: SecretBytes): Promise<SecretBytes> {
  const format = formats[field]
  const one = copyOf(own)
  const other = copyOf(held)
  try {
    const problem = format.problem(one) ?? format.problem(other)
    if (problem !== undefined) throw shareRejected(`a share: ${problem}`)
    if (one.length !== other.length) throw shareRejected('the shares are of different lengths')
    if (format.xOf(one) === format.xOf(other)) throw shareRejected('the shares have the same x')
    const secret = await format.combine(one, other)
    if (secret === undefined) throw shareRejected('the shares combine to no secret')
    return new SecretBytes(secret)
  } finally {
    for (const copy of [one, other]) copy.fill(0)
  }
}

/** Splits a secret of 16 to 64 bytes into two shares that open it together. The caller owns them. */
export async function splitSecret(
  field: ShareField,
  secret: Uint8Array,
  random: Random,
): Promise<[Uint8Array, Uint8Array]> {
  const { min, max } = secretLength
  if (secret.length < min || secret.length > max) throw new RangeError(`a shared secret has ${min} to ${max} bytes`)
  const copy = Uint8Array.from(secret)
  try {
    return await formats[field].split(copy, random)
  } finally {
    copy.fill(0)
  }
}

/** One text for every reason for which two shares do not open a keystore. The reason goes to the log alone. */
export function shareRejected(reason: string): KmsError {
  return new KmsError('SHARE_REJECTED', 'the secret shares do not fit', { cause: reason })
}

/** A `Uint8Array` of no other class: the library takes nothing else. */
function copyOf(share: SecretBytes): Uint8Array {
  return share.lend(bytes => Uint8Array.from(bytes))
}
