import { vaultCorrupt, vaultUnavailable } from './edv-errors.ts'

/** A document as a vault keeps it. */
export interface EncryptedDocument {
  /** How often it was changed. */
  readonly sequence: number
  /** Of which nothing was checked. */
  readonly jwe: unknown
}

/** No attribute can be searched for. */
export function writeEncrypted(id: string, { sequence, jwe }: EncryptedDocument, indexed: readonly object[]): Buffer {
  return Buffer.from(JSON.stringify({ id, sequence, indexed, jwe }))
}

/** @throws KmsError VAULT_UNAVAILABLE if that is no document, VAULT_CORRUPT if it is another one */
export function readEncrypted(body: Uint8Array, id: string): EncryptedDocument {
  const document = parse(body)
  if (typeof document?.['id'] !== 'string') throw vaultUnavailable('the answer is no document')
  if (document['id'] !== id) throw vaultCorrupt('the vault answers another document')
  const { sequence = 0, jwe } = document
  const isCount = Number.isSafeInteger(sequence) && (sequence as number) >= 0
  if (!isCount) throw vaultUnavailable('the sequence of a document is malformed')
  return { sequence: sequence as number, jwe }
}

function parse(body: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8')) ?? undefined
  } catch {
    // The parser's own error repeats the text.
    return undefined
  }
}
