import { vaultCorrupt } from './edv-errors.ts'

/**
 * What stands in an encrypted document (DIF Encrypted Data Vaults, section 2.3). The members of the content are those
 * that TrustBloc's own clients write and read.
 */
export function writeDocument(id: string, name: string, content: Uint8Array): Uint8Array {
  const value = Buffer.from(content.buffer, content.byteOffset, content.length).toString('base64')
  const members = { unformattedKey: name, unformattedValue: value, unformattedTags: null }
  return Buffer.from(JSON.stringify({ id, meta: { v: 1 }, content: members }))
}

/** @throws KmsError VAULT_CORRUPT if it is no document, or that of another name */
export function readDocument(plaintext: Uint8Array, name: string): Uint8Array {
  const { content } = parse(plaintext)
  if (!isObject(content)) throw vaultCorrupt('a document has no content')
  const { unformattedKey: key, unformattedValue: value } = content
  if (key !== name) throw vaultCorrupt('a document is that of another name')
  const bytes = typeof value === 'string' ? Buffer.from(value, 'base64') : undefined
  if (bytes === undefined || bytes.toString('base64') !== value) throw vaultCorrupt('a content is not in base64')
  return bytes
}

/** What stands in place of a removed document where none can be deleted, as the clients of such vaults write it. */
export const tombstone: Uint8Array = Buffer.from('{"content":{},"meta":{"deleted":true}}')

export function isTombstone(plaintext: Uint8Array): boolean {
  const { meta } = parse(plaintext)
  return isObject(meta) && meta['deleted'] === true
}

type Members = Readonly<Record<string, unknown>>

function parse(plaintext: Uint8Array): Members {
  try {
    const value: unknown = JSON.parse(Buffer.from(plaintext).toString('utf8'))
    if (isObject(value)) return value
  } catch {
    // The parser's own error repeats the text.
  }
  throw vaultCorrupt('a document is not a JSON object')
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
