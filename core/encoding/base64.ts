import { invalidRequest } from '../errors.ts'

/**
 * Standard base64 with padding (RFC 4648 section 4) of a request field, decoded strictly. CR and LF are ignored, as
 * existing Go clients may expect; everything else that is not the canonical encoding is refused (RFC 4648 section 3.5).
 *
 * @param field the field's name, for the message; the content never appears in it
 * @throws KmsError INVALID_REQUEST
 */
export function decodeBase64(text: string, field: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64')
  // Re-encoding is cheaper than a pattern over the whole text and admits the canonical form alone.
  if (bytes.toString('base64') === text) return bytes
  const unbroken = text.replace(/[\r\n]/g, '')
  if (unbroken !== text && bytes.toString('base64') === unbroken) return bytes
  throw invalidRequest(`${field}: not standard base64 with padding`)
}

export function encodeBase64(bytes: Uint8Array): string {
  return view(bytes).toString('base64')
}

/** base64url without padding (RFC 4648 section 5, RFC 7515 section 2). */
export function encodeBase64Url(bytes: Uint8Array): string {
  return view(bytes).toString('base64url')
}

/** The inverse, decoded strictly. @throws KmsError INVALID_REQUEST */
export function decodeBase64Url(text: string, field: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64url')
  if (bytes.toString('base64url') !== text) throw invalidRequest(`${field}: not base64url without padding`)
  return bytes
}

function view(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
