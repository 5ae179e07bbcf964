import { base64, base64urlnopad } from '@scure/base'

/** Bytes as fields of the service carry them: standard base64 with padding, decoded strictly. */
export const encodeBytes = (bytes: Uint8Array): string => base64.encode(bytes)
export const decodeBytes = (text: string): Uint8Array => base64.decode(text)

/** What an item of a batch has made that stands before, in place of bytes. */
export interface Reference {
  /** The item's `id`. */
  readonly from: string
  /** A member of its answer, as the service calls it: `digest`, `signature`, `plaintext`, `key`, … */
  readonly member: string
}

/** The same of a field that may name what is not here. */
export const encodeField = (bytes: Uint8Array | Reference): string | Reference =>
  bytes instanceof Uint8Array ? encodeBytes(bytes) : bytes

/** base64url without padding, as JWKs and JWSs have it. */
export const encodeUrl = (bytes: Uint8Array): string => base64urlnopad.encode(bytes)
export const decodeUrl = (text: string): Uint8Array => base64urlnopad.decode(text)

/** UTF-8 */
export const encodeText = (text: string): Uint8Array => new TextEncoder().encode(text)

/** The bytes of a text of latin1, as headers are. */
export const encodeLatin1 = (text: string): Uint8Array => Uint8Array.from(text, letter => letter.charCodeAt(0))

/** The text of latin1 that a header carries bytes as. */
export const decodeLatin1 = (bytes: Uint8Array): string => Array.from(bytes, byte => String.fromCharCode(byte)).join('')
