import type { FlattenedJWE } from 'jose'
import { vaultCorrupt } from './edv-errors.ts'

export const keyAlgorithm = 'ECDH-ES+A256KW'
export const contentAlgorithm = 'A256GCM'

type Members = Readonly<Record<string, unknown>>

const flattenedMembers = ['protected', 'header', 'encrypted_key', 'iv', 'ciphertext', 'tag']
const generalMembers = ['protected', 'recipients', 'iv', 'ciphertext', 'tag']
const recipientMembers = ['header', 'encrypted_key']
/** `zip` is not among them, nor `crit`, nor anything that would have the reader fetch a key. */
const headerMembers = ['alg', 'enc', 'epk', 'kid', 'typ', 'cty', 'apu', 'apv']

/** Characters of a protected header at most. */
const maximumHeader = 4096

/**
 * Reads the JSON of a JWE (RFC 7516 section 7.2) in its general form with one recipient, or its flattened form, with
 * the two algorithms that are used here and no others.
 *
 * @throws KmsError VAULT_CORRUPT
 */
export function readJwe(value: unknown): FlattenedJWE {
  const jwe = flattened(value)
  const header = { ...readProtected(jwe['protected']), ...readHeader(jwe['header']) }
  const { alg, enc, epk } = header
  const isKnown = alg === keyAlgorithm && enc === contentAlgorithm && hasOnly(header, headerMembers)
  if (!isKnown) throw vaultCorrupt('a JWE is of another kind')
  if (!isObject(epk) || epk['kty'] !== 'EC' || epk['crv'] !== 'P-256') throw vaultCorrupt('a JWE has no ephemeral key')
  // Some writers leave the private part there: then everybody can read the document, and has been able to.
  if (Object.hasOwn(epk, 'd')) throw vaultCorrupt('the ephemeral key of a JWE is not secret')
  // A wrapped key of 256 bits, an initialization vector of 96 and a tag of 128.
  const isComplete =
    isBase64Url(jwe['encrypted_key'], 54) &&
    isBase64Url(jwe['iv'], 16) &&
    isBase64Url(jwe['tag'], 22) &&
    isBase64Url(jwe['ciphertext'])
  if (!isComplete) throw vaultCorrupt('a part of a JWE is missing or malformed')
  return jwe as unknown as FlattenedJWE
}

function flattened(value: unknown): Members {
  if (hasOnly(value, flattenedMembers)) return value
  const recipients = hasOnly(value, generalMembers) ? value['recipients'] : undefined
  const recipient: unknown = Array.isArray(recipients) && recipients.length === 1 ? recipients[0] : undefined
  if (!hasOnly(value, generalMembers) || !hasOnly(recipient, recipientMembers)) {
    throw vaultCorrupt('a JWE is not of one of the two forms')
  }
  const { recipients: _, ...shared } = value
  return { ...shared, ...recipient }
}

function readProtected(text: unknown): Members {
  if (isBase64Url(text) && text.length <= maximumHeader) {
    try {
      const header: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
      if (isObject(header)) return header
    } catch {
      // The parser's own error repeats the text.
    }
  }
  throw vaultCorrupt('a JWE has no protected header')
}

function readHeader(header: unknown): Members {
  if (header === undefined) return {}
  if (!isObject(header)) throw vaultCorrupt('the header of a JWE is malformed')
  return header
}

function isBase64Url(value: unknown, length?: number): value is string {
  return (
    typeof value === 'string' && (length === undefined || value.length === length) && /^[A-Za-z0-9_-]*$/.test(value)
  )
}

function hasOnly(value: unknown, names: readonly string[]): value is Members {
  return isObject(value) && Object.keys(value).every(name => names.includes(name))
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
