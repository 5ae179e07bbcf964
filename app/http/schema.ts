import { decodeBase64 } from '@keyhold/core'
import { Type } from '@sinclair/typebox'

/** Bytes as standard base64 (RFC 4648 section 4), with padding. */
export const Base64 = Type.String({ contentEncoding: 'base64' })

/** Bytes that may be absent. Go clients send `null` for an empty slice. */
export const Bytes = Type.Optional(Type.Union([Base64, Type.Null()]))

/** A text that may be absent; `null` and the empty text count as absent, as for a Go client. */
export const OptionalText = Type.Optional(Type.Union([Type.String(), Type.Null()]))

/** Texts that may be absent, of which Go clients send `null` if there are none. */
export const OptionalTexts = Type.Optional(Type.Union([Type.Array(Type.String()), Type.Null()]))

export const KeystoreParams = Type.Object({ keystoreId: Type.String() })
export const KeyParams = Type.Object({ keystoreId: Type.String(), keyId: Type.String() })

export const ErrorReply = Type.Object({ code: Type.String(), message: Type.String(), errMessage: Type.String() })

/** Every route answers errors in one shape, and nothing but what its schema names. */
export const errorReplies = { '4xx': ErrorReply, '5xx': ErrorReply } as const

/** In a batch it may be bytes that another item has made. */
type BytesField = string | Uint8Array | null | undefined

/** The bytes of a field; empty if it is absent or `null`. @throws KmsError INVALID_REQUEST */
export function bytesOf(value: BytesField, field: string): Uint8Array {
  if (value instanceof Uint8Array) return value
  return value == null ? new Uint8Array(0) : decodeBase64(value, field)
}

/** The same, but undefined if it is absent, `null` or empty. @throws KmsError INVALID_REQUEST */
export function someBytesOf(value: BytesField, field: string): Uint8Array | undefined {
  return value?.length ? bytesOf(value, field) : undefined
}
