import { gunzipSync, gzipSync } from 'node:zlib'

/**
 * Reads a capability in any of the forms in which it is passed on: JSON, or its gzip compressed text in base64 (as
 * creating a keystore answers it) or base64url (as a request carries it). @throws Error if it is none of them
 */
export function readCapability(text: string): Readonly<Record<string, unknown>> {
  const trimmed = text.trim()
  const json = trimmed.startsWith('{') ? trimmed : inflate(trimmed)
  const capability: unknown = JSON.parse(json)
  if (typeof capability !== 'object' || capability === null) throw new Error('this is no capability')
  return capability as Readonly<Record<string, unknown>>
}

/** The compressed form of a capability in a header: base64url, padded for the reference. */
export function compressCapability(capability: object, padded: boolean): string {
  const text = gzipSync(JSON.stringify(capability)).toString('base64url')
  return padded ? text.padEnd(Math.ceil(text.length / 4) * 4, '=') : text
}

/** Node decodes both alphabets alike. */
function inflate(text: string): string {
  return gunzipSync(Buffer.from(text, 'base64'), { maxOutputLength: 65_536 }).toString('utf8')
}
