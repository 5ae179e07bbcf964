import type { Random } from '../ports/index.ts'
import { encodeBase64Url } from './base64.ts'

/** RFC 3986 unreserved characters, not beginning with a dot: safe in a path segment, and never `.` or `..`. */
const identifier = /^[A-Za-z0-9_~-][A-Za-z0-9_.~-]{0,127}$/

/** Whether a text can be the id of a keystore or key. What cannot is not worth asking a store for. */
export function isIdentifier(text: string): boolean {
  return identifier.test(text)
}

/** An unguessable keystore id: 144 random bits, 24 characters, of which the first is no dash: commands take it as a word. */
export function newKeystoreId(random: Random): string {
  let id: string
  do id = encodeBase64Url(random(18))
  while (id.startsWith('-'))
  return id
}

/** An unguessable id of a session: 144 random bits, 24 characters. */
export function newSessionId(random: Random): string {
  return encodeBase64Url(random(18))
}

/** The id of a key that has no public part: 37 random bytes, 50 characters, as existing clients know it. */
export function newKeyId(random: Random): string {
  return encodeBase64Url(random(37))
}
